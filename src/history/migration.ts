/** A migration: one folder below `prisma/migrations`, or the same given as a value. */

import type { ConsentCode } from '../findings/codes.ts';

/** One line of the file `migrate-prod.allow` beside a migration.sql: a consent that people review together with the migration. */
export interface WrittenConsent {
  /** One of the codes that `apply --allow` takes. */
  readonly code: ConsentCode;
  readonly reason: string;
  /** The file's path as shown to people. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** A mistake in that file; none of its consents count then. */
export interface ConsentProblem {
  /** The file's path as shown to people. */
  readonly path: string;
  /** `line` is 1-based, `text` is that line; both are null if the problem is the whole file. */
  readonly line: number | null;
  readonly text: string | null;
  /** The mistake, as the rest of a sentence that begins with the place. */
  readonly message: string;
  /** What to write instead. */
  readonly next: string;
}

export interface Migration {
  /** The folder's name. */
  readonly name: string;
  /** SHA-256 in lower-case hex of the file's bytes as they are on disk (a byte order mark counts), as Prisma records it. */
  readonly checksum: string;
  /** The checksums of the same file with only LF and with only CRLF line ends; Prisma accepts these as a match as well. */
  readonly alternativeChecksums: readonly string[];
  /** The file's text without a byte order mark. */
  readonly sql: string;
  /** The consents in the file beside it; empty without one. */
  readonly consents: readonly WrittenConsent[];
  /** Mistakes in that file; they matter only if a consent is needed. */
  readonly consentProblems?: readonly ConsentProblem[];
  /** Its path as shown to people: relative to the working directory; its name if it has no file. */
  readonly path: string;
}

/** Created when it is first needed: that takes longer than reading a whole folder. */
let collator: Intl.Collator | null = null;

/**
 * Prisma's order of the folders: JavaScript's localeCompare (Prisma's source, `listMigrations`). Timestamps that differ
 * decide by themselves in every locale.
 */
export function compareNames(left: string, right: string): number {
  const [leftTime, rightTime] = [left.slice(0, 14), right.slice(0, 14)];
  if (leftTime !== rightTime && isTimestamp(leftTime) && isTimestamp(rightTime)) return leftTime < rightTime ? -1 : 1;
  collator ??= new Intl.Collator('en');
  return collator.compare(left, right) || (left < right ? -1 : left > right ? 1 : 0);
}

function isTimestamp(text: string): boolean {
  return /^\d{14}$/.test(text);
}

export function matchesChecksum(migration: Migration, checksum: string): boolean {
  return migration.checksum === checksum || migration.alternativeChecksums.includes(checksum);
}
