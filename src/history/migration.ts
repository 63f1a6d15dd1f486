/** A migration: one folder below `prisma/migrations`, or the same given as a value. */

import type { ConsentCode } from '../findings/codes.ts';

/** One line of the file `migrate-prod.allow` beside a migration.sql: a consent where people review it. */
export interface WrittenConsent {
  /** One of the codes that `apply --allow` takes. */
  readonly code: ConsentCode;
  readonly reason: string;
  /** Where it is written, as shown to people. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** Why a line of that file, or the whole of it, cannot be taken for what somebody meant; nothing of the file counts then. */
export interface ConsentProblem {
  /** The file, as shown to people. */
  readonly path: string;
  /** 1-based, and the line as it stands there; both null where it is the whole file. */
  readonly line: number | null;
  readonly text: string | null;
  /** What is wrong, as the rest of a sentence that begins with the place. */
  readonly message: string;
  /** What to write. */
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
  /** What the file beside it consents to; empty without one. */
  readonly consents: readonly WrittenConsent[];
  /** What is wrong with that file; it stops only what would need the consents. */
  readonly consentProblems?: readonly ConsentProblem[];
  /** Where it is, as shown to people: relative to the working directory; its name where it has no file. */
  readonly path: string;
}

/** Made when it is first needed: that costs more than reading a whole folder. */
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

/** Whether `checksum`, as recorded in the tracker, is this file's. */
export function matchesChecksum(migration: Migration, checksum: string): boolean {
  return migration.checksum === checksum || migration.alternativeChecksums.includes(checksum);
}
