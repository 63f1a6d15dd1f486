/** What GitHub keeps of a step: the page of the run (Markdown), and values for the steps after it. */

import { appendBounded } from '../../../adapters/files/append.ts';
import { describeFileError } from '../../../adapters/files/paths.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Values that hold no character with a meaning in the file: an id, a number, a yes or no. */
export type Outputs = Readonly<Record<string, string | number | boolean>>;

/** GitHub shows nothing of a step whose page is larger ("Step summary limits": 1 MiB). */
const mostBytes = 1024 * 1024;

const tooLong = '\nThe page of this step is full: the rest is in its log.\n';

const plainName = /^[a-z]+$/;
const plainValue = /^[\w.-]*$/;

/** `name=value` lines. What is not plain is left out: a line end in it would be a value of its own. */
export function renderOutputs(outputs: Outputs): string {
  return Object.entries(outputs)
    .filter(([name, value]) => plainName.test(name) && plainValue.test(String(value)))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export function isOnGithub(env: Environment): boolean {
  return env.GITHUB_ACTIONS === 'true' && Boolean(env.GITHUB_STEP_SUMMARY || env.GITHUB_OUTPUT);
}

/**
 * @param page Markdown, without secrets; empty for none.
 * @returns why something could not be written, for a notice; null where all was. It never throws: no result depends on it.
 */
export async function writeRunPage(env: Environment, page: string, outputs: Outputs): Promise<string | null> {
  const wanted = [
    { name: 'GITHUB_STEP_SUMMARY', text: page === '' ? '' : `${page}\n`, instead: tooLong },
    { name: 'GITHUB_OUTPUT', text: renderOutputs(outputs), instead: '' },
  ];
  const failed: string[] = [];
  for (const { name, text, instead } of wanted) {
    const path = env[name];
    if (!path || text === '') continue;
    try {
      await appendBounded(path, text, mostBytes, instead);
    } catch (error) {
      failed.push(`${name} (${describeFileError(error)})`);
    }
  }
  return failed.length === 0 ? null : `GitHub was not told everything: ${failed.join(', ')} cannot be written.`;
}
