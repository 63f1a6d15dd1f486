/** Findings with their words, as in JSON and the library: flat, and without values that only a person may see. */

import { writeProse } from '../text/prose.ts';
import type { Finding } from './catalogue.ts';
import type { FindingEvidence, Kind } from './finding.ts';
import { tell } from './tell.ts';

export interface FindingReport {
  readonly kind: Kind;
  readonly code: Finding['code'];
  /** The finding in one line. */
  readonly message: string;
  /** Why it matters, in one or two sentences. */
  readonly why?: string;
  /** The safe way as SQL. */
  readonly way?: string;
  readonly evidence?: FindingEvidence;
  /** The migration that it is about; null for the plan as a whole. */
  readonly migration: string | null;
  /** The line of the migration's file. */
  readonly line: number | null;
  /** The statement or the object that it shows. */
  readonly sql: string | null;
}

export function reportFinding(finding: Finding): FindingReport {
  const { kind, code, place, message, why, way, evidence, shown } = tell(finding);
  return {
    kind,
    code,
    message: writeProse(message),
    ...(why === null ? {} : { why: writeProse(why) }),
    ...(way === null ? {} : { way }),
    ...(evidence === null ? {} : { evidence }),
    migration: place.migration,
    line: place.line,
    sql: shown.length === 0 ? null : shown.join('\n'),
  };
}
