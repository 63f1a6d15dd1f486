/** Random databases and migrations: what the plan says of rows holds when the files are run by hand. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { checkStory, stats, textOf } from './fuzz-check.ts';
import { anyStory, type FuzzStory } from './fuzz-story.ts';

const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function tell(story: FuzzStory): string {
  return [
    `${textOf(story.schema)}-- rows\n${textOf(story.rows)}`,
    ...story.pending.map((sql, i) => `-- migration ${i}\n${textOf(sql)}`),
  ].join('\n');
}

if (process.env.FUZZ_RUNS) {
  it('dev', async () => {
    let n = 0,
      ready = 0,
      blocked = 0;
    const known = (process.env.FUZZ_KNOWN ?? 'M').split(',');
    const kindOf = (fault: string) => fault.split(':')[0] ?? fault;
    const end = Date.now() + Number(process.env.FUZZ_SECONDS ?? 60) * 1000;
    let seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1e9);
    const skip = new Set(known);
    const counts: Record<string, number> = {};
    while (Date.now() < end) {
      let target: string | null = null;
      const path = join(folder, 'x.db');
      let last: { story: FuzzStory; faults: readonly string[] } | null = null;
      const result = await fc.check(
        fc.asyncProperty(anyStory, async (story) => {
          n += 1;
          let faults: readonly string[];
          try {
            faults = await checkStory(story, path);
          } catch (error) {
            faults = [
              `X ${error instanceof Error ? error.message.split('\n')[0]?.slice(0, 80) : error}: ${error instanceof Error ? error.stack : ''}`,
            ];
          }
          if (target === null) for (const f of faults) counts[kindOf(f)] = (counts[kindOf(f)] ?? 0) + 1;
          const found = faults.filter(
            (f) =>
              !skip.has(kindOf(f)) &&
              !skip.has(kindOf(f).split(' ')[0] ?? '') &&
              (target === null || kindOf(f) === target),
          );
          if (found.length === 0) return;
          target = kindOf(found[0] ?? '');
          last = { story, faults: found };
          throw new Error('found');
        }),
        {
          seed,
          numRuns: 3000,
          interruptAfterTimeLimit: Math.max(1000, end - Date.now() + 20000),
          markInterruptAsFailure: false,
        },
      );
      seed += 1;
      if (result.failed && last !== null) {
        const { story, faults } = last as { story: FuzzStory; faults: readonly string[] };
        console.log(
          `==== ${target} (seed ${result.seed} path ${result.counterexamplePath})\n${faults.join('\n')}\n${tell(story)}\n`,
        );
        skip.add(target ?? '');
      }
    }
    console.log(n, 'examples', JSON.stringify(counts)); console.log(Object.entries(stats).sort().map((e) => e.join(': ')).join('\n'));
  }, 1e8);
} else {
  it('x', () => expect(1).toBe(1));
}
