/** What to do about a blocker: what its code says, or what helps with most. */

import { command, type Prose, say } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import type { Finding } from './catalogue.ts';
import { findDefinition } from './tell.ts';

/** @param path of its migration's file, as shown to people; null where it is of no migration of the plan. */
export function findNext(finding: Finding, path: string | null): Prose {
  const mend = sayMend(finding, path);
  return findDefinition(finding.code).next?.(finding, mend) ?? mend;
}

function sayMend({ place: { line } }: Finding, path: string | null): Prose {
  const place = path !== null && line ? quoteArgument(`${path}:${line}`) : 'the file';
  return say`Fix ${place}, then ${command('plan')}`;
}
