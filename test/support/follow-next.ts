/** A user who runs whatever `Next:` says, until there is nothing to run any more. */

import { runInProcess } from '../cli/in-process.ts';

export interface FollowedStep {
  /** As it was typed, without the address. */
  readonly command: string;
  readonly code: number;
  /** Both streams. */
  readonly output: string;
}

export interface FollowOptions {
  readonly cwd: string;
  readonly url: string;
  /** Whether a command with `--allow` is run as it is said, or is where this user stops to think. */
  readonly consents: 'given' | 'thought-about';
}

/**
 * - `done`: no next step is named
 * - `by-hand`: one is named, and it is no command
 * - `consent`: it asks for a consent, and this user gives none
 * - `circle`: it is one that was run already
 */
export type FollowedEnd = 'done' | 'by-hand' | 'consent' | 'circle';

export interface Followed {
  readonly steps: readonly FollowedStep[];
  readonly end: FollowedEnd;
  /** What the last step said to do next; empty where it said nothing. */
  readonly next: string;
}

/** A chain of advice that is longer than this leads nowhere. */
const longestChain = 12;

/** @param first without `migrate-prod`. @throws Error where the chain does not end */
export async function followNext(first: string, { cwd, url, consents }: FollowOptions): Promise<Followed> {
  const steps: FollowedStep[] = [];
  let command = first;
  while (steps.length < longestChain) {
    const args = splitWords(command);
    const withUrl = args.includes('--url') || args[0] === 'check' ? args : [...args, '--url', url];
    const { code, stdout, stderr } = await runInProcess(withUrl, { cwd });
    const output = `${stdout}${stderr}`;
    steps.push({ command, code, output });
    const next = [...output.matchAll(/(?:^|\s)Next:\s+([^\n]*)/g)].at(-1)?.[1] ?? '';
    const named = findCommand(next, url);
    const end = named === null ? (next === '' ? 'done' : 'by-hand') : findEnd(named, steps, consents);
    if (end !== null || named === null) return { steps, end: end ?? 'done', next };
    command = named;
  }
  throw new Error(`the advice never ends:\n${steps.map((step) => `$ ${step.command}\n${step.output}`).join('\n')}`);
}

function findEnd(
  command: string,
  steps: readonly FollowedStep[],
  consents: FollowOptions['consents'],
): FollowedEnd | null {
  if (consents === 'thought-about' && /^apply\b.* --allow /.test(command)) return 'consent';
  // A second apply with nothing written between the two would say the same.
  return steps.at(-1)?.command === command || steps.filter((step) => step.command === command).length > 2
    ? 'circle'
    : null;
}

/** What may stand before a command that is to be run as it is; anything else is something to do first. */
const leadIn = /^(?:(?:If|When|After) [^:]*: |Read migrate-prod plan; to apply it anyway: )?$/;

/** The first command that the text names, up to where its sentence goes on; null where something else comes first. */
function findCommand(text: string, url: string): string | null {
  const begins = text.lastIndexOf(
    'migrate-prod ',
    text.startsWith('Read ') ? text.length : text.indexOf('migrate-prod '),
  );
  if (!leadIn.test(text.slice(0, Math.max(0, begins)))) return null;
  const found = /\bmigrate-prod ((?:status|plan|apply|backfill|drift|check|tables|inspect)\b(?:'[^']*'|[^';,])*)/.exec(
    text,
  )?.[1];
  if (found === undefined) return null;
  const command = found.replaceAll(` --url ${url}`, '').trim();
  // A sentence ends, or goes on with words that are no operand.
  const [sentence = command] = command.split(/\. |\.$| (?=(?:shows|lists|records|settles|accepts|to|then)\b)/);
  return sentence.trim();
}

export function splitWords(command: string): readonly string[] {
  return [...command.matchAll(/(?:'[^']*'|\S)+/g)].map(([word]) => word.replaceAll(/'([^']*)'/g, '$1'));
}
