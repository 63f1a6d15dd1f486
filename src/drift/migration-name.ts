/** The name of a new migration's folder. */

import { MigrateError } from '../errors.ts';
import { compareNames } from '../history/migration.ts';
import { command, placeholder } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';

/** Prisma's own limit (`prisma migrate dev`), so that the folder's name is valid in every file system. */
const longestName = 200;

/**
 * `20260302101500_loyalty_points`: the time, in UTC, and the words as Prisma writes them.
 * @param words as the user typed them
 * @param now milliseconds since 1970
 * @param last the folder's last migration; the new name sorts after it
 * @throws MigrateError USAGE
 */
export function nameMigration(words: string, now: number, last: string | null): string {
  const slug = slugify(words);
  if (slug === '') {
    throw new MigrateError(
      'USAGE',
      `"${words}" is not a name for a migration: it needs a letter or a digit. Nothing was written.`,
      command('drift', [], [['--fix'], ['--name', placeholder('<name>')]]),
    );
  }
  const name = `${renderTimestamp(now)}_${slug}`;
  if (last === null || compareNames(name, last) > 0) return name;
  const after = /^(\d{14})(?:_|$)/.exec(last)?.[1];
  const later = after === undefined ? null : `${renderTimestamp(parseTimestamp(after) + 1000)}_${slug}`;
  if (later !== null && compareNames(later, last) > 0) return later;
  throw new MigrateError(
    'USAGE',
    `The last migration is called ${last}, and no name that begins with a time comes after it. Nothing was written.`,
    `Rename ${quoteArgument(last ?? '')} so that it begins with a time.`,
  );
}

function slugify(words: string): string {
  return words
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, longestName);
}

function renderTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\D/g, '').slice(0, 14);
}

function parseTimestamp(text: string): number {
  const part = (from: number, to: number) => Number(text.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14));
}
