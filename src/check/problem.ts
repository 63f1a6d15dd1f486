import type { blockerCodes } from '../findings/codes.ts';

export const checkCodes = [
  'does-not-split',
  'consent-file',
  'replay-failed',
  'unknown-function',
  'schema-differs',
  'schema-refused',
  'schema-missing',
  'out-of-order',
  'edited',
  'renamed',
  'deleted',
  'base-empty',
] as const;

export interface CheckProblem {
  readonly kind: 'problem' | 'warning';
  /** A code of the check itself, or of a blocker that shows in the file's text. */
  readonly code: (typeof checkCodes)[number] | (typeof blockerCodes)[number];
  readonly migration: string | null;
  /** The file's path as shown to people; null if there is none. */
  readonly path: string | null;
  readonly line: number | null;
  readonly sql: string | null;
  readonly message: string;
}
