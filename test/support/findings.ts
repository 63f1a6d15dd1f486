/** Findings with words of a test's own: what shows them is the same for all. */

import type { Finding } from '../../src/findings/catalogue.ts';
import type { FindingEvidence } from '../../src/findings/finding.ts';
import { worded } from '../../src/findings/worded.ts';

export interface Changes {
  readonly kind?: Finding['kind'];
  readonly code?: Finding['code'];
  readonly migration?: string | null;
  readonly line?: number | null;
  readonly sql?: string | null;
  readonly message?: string;
  readonly why?: string;
  readonly way?: string;
  readonly evidence?: FindingEvidence;
}

/** The same finding, changed as said. */
export function change(finding: Finding, changes: Changes): Finding {
  const { place, args, ...rest } = finding;
  return worded({ ...rest, ...place, ...args, ...changes } as Parameters<typeof worded>[0]);
}
