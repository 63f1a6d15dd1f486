/** A migration: one folder below `prisma/migrations`, or the same given as a value. */

export interface Migration {
  /** The folder's name. */
  readonly name: string;
  /** SHA-256 in lower-case hex of the file's bytes as they are on disk (a byte order mark counts), as Prisma records it. */
  readonly checksum: string;
  /** The checksums of the same file with only LF and with only CRLF line ends; Prisma accepts these as a match as well. */
  readonly alternativeChecksums: readonly string[];
  /** The file's text without a byte order mark. */
  readonly sql: string;
  /** Where it is, as shown to people: relative to the working directory; its name where it has no file. */
  readonly path: string;
}

const collator = new Intl.Collator('en');

/** Prisma's order of the folders: JavaScript's localeCompare (Prisma's source, `listMigrations`). */
export function compareNames(left: string, right: string): number {
  return collator.compare(left, right) || (left < right ? -1 : left > right ? 1 : 0);
}

/** Whether `checksum`, as recorded in the tracker, is this file's. */
export function matchesChecksum(migration: Migration, checksum: string): boolean {
  return migration.checksum === checksum || migration.alternativeChecksums.includes(checksum);
}
