/** A process of `npm run test:fuzz` (scripts/fuzz.mjs): checks some stories of a seed, and sends a verdict on each. */

import { join } from 'node:path';
import fc from 'fast-check';
import { checkStory, type Verdict } from './check.ts';
import type { Fault } from './fault.ts';
import { anyStory, tell } from './story.ts';

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
  /** Each once. */
  readonly kinds: readonly (Fault['kind'] | 'thrown')[];
}

function readTask(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task;
}

async function main({ seed, from, count, rows, folder, prints }: Task): Promise<void> {
  // Of a seed the story with this number is always the same, in `npm test` too.
  const stories = fc.sample(anyStory, { seed, path: String(from), numRuns: count });
  for (const [index, story] of stories.entries()) {
    const number = from + index;
    const settings = { path: join(folder, `${seed}-${number}.db`), rows: rows ?? undefined };
    if (prints) process.stdout.write(`-- story ${seed}:${number}\n${tell(story)}\n`);
    try {
      const { end, faults } = await checkStory(story, settings);
      if (prints)
        process.stdout.write(`-- ${[end, ...faults.map(({ kind, text }) => `${kind}: ${text}`)].join('\n-- ')}\n`);
      await send({ number, end, kinds: [...new Set(faults.map(({ kind }) => kind))] });
    } catch (error) {
      if (prints) process.stdout.write(`-- thrown: ${error instanceof Error ? error.stack : String(error)}\n`);
      await send({ number, end: 'thrown', kinds: ['thrown'] });
    }
  }
}

function send(message: Message): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

await main(readTask());
// A statement that was broken off may still hold the engine.
process.exit();
