/** A process of `npm run test:fuzz` (scripts/fuzz.mjs): checks some stories of a seed, and sends a verdict on each. */

import { join } from 'node:path';
import fc from 'fast-check';
import type { Finding } from '../../../../src/index.ts';
import { checkStory, type Settings, type Verdict } from './check.ts';
import type { Fault } from './fault.ts';
import { anyStory, type FuzzStory, tell } from './story.ts';

/** Which stories, as the one argument, in JSON. */
interface Task {
  readonly seed: number;
  /** The number of the first. */
  readonly from: number;
  readonly count: number;
  /** How many of production's rows a plan may fetch; null for as many as it fetches by itself. */
  readonly rows: number | null;
  /** For the files of production. */
  readonly folder: string;
  /** Whether each story is printed with all that was found. */
  readonly prints: boolean;
}

/** What is sent of a story. */
interface Message {
  readonly number: number;
  readonly end: Verdict['end'] | 'thrown';
  /** The first of each kind. */
  readonly faults: readonly { readonly kind: Fault['kind'] | 'thrown'; readonly text: string }[];
}

/** A text may have whole queries in it. */
const longestText = 300;

function readTask(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task;
}

async function main({ seed, from, count, rows, folder, prints }: Task): Promise<void> {
  await send('begun');
  // Of a seed the story with this number is always the same, in `npm test` too.
  const stories = fc.sample(anyStory, { seed, path: String(from), numRuns: count });
  for (const [index, story] of stories.entries()) {
    const number = from + index;
    const onPlan = prints ? { onPlan: print } : {};
    const settings = { path: join(folder, `${seed}-${number}.db`), rows: rows ?? undefined, ...onPlan };
    if (prints) process.stdout.write(`-- story ${seed}:${number}\n${tell(story)}\n`);
    const verdict = await judge(story, settings);
    if (prints) {
      const found = verdict.faults.map(({ kind, text }) => `-- ${kind}: ${text}\n`);
      process.stdout.write(`-- ${verdict.end}\n${found.join('')}`);
    }
    await send({ number, end: verdict.end, faults: shorten(verdict.faults) });
  }
}

function print(findings: readonly Finding[]): void {
  process.stdout.write('-- the plan\n');
  for (const { kind, code, message, migration, line } of findings)
    process.stdout.write(`${kind} ${code} (${migration ?? 'all'}, line ${line ?? '-'}): ${message}\n`);
  process.stdout.write('\n');
}

async function judge(story: FuzzStory, settings: Settings): Promise<Omit<Message, 'number'>> {
  try {
    return await checkStory(story, settings);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { end: 'thrown', faults: [{ kind: 'thrown', text }] };
  }
}

function shorten(faults: Message['faults']): Message['faults'] {
  return faults
    .filter(({ kind }, index) => faults.findIndex((other) => other.kind === kind) === index)
    .map(({ kind, text }) => ({ kind, text: text.slice(0, longestText) }));
}

function send(message: Message | 'begun'): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

await main(readTask());
// A statement that was broken off may still hold the engine.
process.exit();
