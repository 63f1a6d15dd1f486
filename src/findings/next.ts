/** What to do about a blocker: by its code, or the usual advice. */

import { command, type Prose, say } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import type { Finding } from './catalogue.ts';
import { findDefinition } from './tell.ts';

/** @param path of the migration's file as shown to people; null if the finding is about no migration of the plan */
export function findNext(finding: Finding, path: string | null): Prose {
  const mend = sayMend(finding, path);
  return findDefinition(finding.code).next?.(finding, mend) ?? mend;
}

function sayMend({ place: { line } }: Finding, path: string | null): Prose {
  const place = path !== null && line ? quoteArgument(`${path}:${line}`) : 'the file';
  return say`Fix ${place}, then ${command('plan')}`;
}
