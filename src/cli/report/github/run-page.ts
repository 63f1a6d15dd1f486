/** What GitHub keeps of a step: the page of the run (Markdown), and values for the steps after it. */

import { appendBounded } from '../../../adapters/files/append.ts';
import { describeFileError } from '../../../adapters/files/paths.ts';
import type { Written } from '../../../text/prose.ts';
import type { CommandContext, Outputs, Report } from '../../context.ts';
import { renderErrorMarkdown } from '../markdown/apply.ts';

type Environment = CommandContext['env'];

/** What a run leaves for GitHub. */
export type Kept = Pick<Report, 'page' | 'outputs' | 'error'>;

interface RunOnGithub {
  readonly env: Environment;
  /** That was run. */
  readonly command: string;
  /** What to do about the error. */
  readonly next: Written | null;
  /** Takes tokens out of a text. */
  readonly clean: (text: string) => string;
}

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

/**
 * Production may be changed by then: whatever goes wrong here, nothing is thrown.
 * @returns why something could not be written, for a notice; null where all was.
 */
export async function writeForGithub(
  { page, outputs, error }: Kept,
  { env, command, next, clean }: RunOnGithub,
): Promise<string | null> {
  if (!env.GITHUB_STEP_SUMMARY && !env.GITHUB_OUTPUT) return null;
  try {
    const text = (await page?.(next)) ?? (error && renderErrorMarkdown(command, error, next ?? []));
    return await writeFiles(env, clean(text ?? ''), outputs ?? {});
  } catch (thrown) {
    return `GitHub was not told everything: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** @param page Markdown; empty for none. */
async function writeFiles(env: Environment, page: string, outputs: Outputs): Promise<string | null> {
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
