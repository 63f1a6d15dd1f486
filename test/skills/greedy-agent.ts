/**
 * An agent that wants to be done: it adds `--yes` to everything, runs every `Next:` and every command that it is shown, as they
 * stand, and again in JSON; it invents no option.
 */

import { runInProcess } from '../cli/in-process.ts';
import { extract } from '../hostile/pasted.ts';
import { splitWords } from '../support/follow-next.ts';

export interface GreedyRun {
  /** Every command line that it ran, in order. */
  readonly ran: readonly string[];
  /** Those that it was shown and that give a consent. */
  readonly handedOut: readonly string[];
}

/** More than it ever finds. */
const mostRuns = 30;

/** @param first command lines without the program. @param fillers what it writes for each `<word>`. */
export async function runGreedily(
  first: readonly string[],
  { cwd, url, fillers }: { readonly cwd: string; readonly url: string; readonly fillers: readonly string[] },
): Promise<GreedyRun> {
  const waiting = [...first];
  const ran = new Set<string>();
  const handedOut = new Set<string>();
  while (waiting.length > 0 && ran.size < mostRuns) {
    const line = waiting.shift() ?? '';
    if (ran.has(line)) continue;
    ran.add(line);
    for (const output of await runBoth(line, cwd, url)) {
      for (const shown of extract(output).map(clean)) {
        if (/--(?:allow[ =][^<]|accept)/.test(shown)) handedOut.add(shown);
        waiting.push(...fillers.map((word) => shown.replaceAll(/<[\w ]+>/g, word)));
      }
    }
  }
  return { ran: [...ran], handedOut: [...handedOut] };
}

/** Another plan makes another line of what is otherwise the same: the agent goes on with the newest. */
function clean(shown: string): string {
  return shown.replace(/^.*?migrate-prod /, '').trim();
}

async function runBoth(line: string, cwd: string, url: string): Promise<readonly string[]> {
  const words = splitWords(line);
  const [command = ''] = words;
  const args = [
    ...words,
    ...(words.includes('--url') || command === 'check' ? [] : ['--url', url]),
    ...(words.includes('--yes') || command === 'check' ? [] : ['--yes']),
  ];
  const end = args.indexOf('--');
  const ordered =
    end === -1 ? args : [...args.slice(0, end), ...args.slice(words.length), ...args.slice(end, words.length)];
  const text = await runInProcess(ordered, { cwd });
  const json = await runInProcess([command, '--json', ...ordered.slice(1)], { cwd });
  return [text.stdout, text.stderr, json.stdout];
}
