/** `--show-values`: values of rows are customers' data, and are fetched only to be seen by the person who asked. */

import type { Run } from './context.ts';

/**
 * Never for JSON, a document, a pipe or a file; nor in CI, where a terminal is one that writes a log.
 * @param typed whether the option was given. @param place where the values would be shown.
 */
export function chooseExamples(run: Run, typed: boolean | undefined, place: 'terminal' | 'elsewhere'): 'none' | 'some' {
  if (typed !== true) return 'none';
  if (place === 'terminal' && run.format === 'text' && !isCi(run.context.env)) return 'some';
  run.notice('--show-values was left out: values of rows are shown to a person at a terminal, and nowhere else.');
  return 'none';
}

/** As CI services set it; so do GitHub's, GitLab's and most others. */
function isCi({ CI }: Readonly<Record<string, string | undefined>>): boolean {
  return CI !== undefined && !['', '0', 'false'].includes(CI.toLowerCase());
}
