/** A lock file of another provider than SQLite: whether the file is wrong, or the migrations are. */

import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { findOtherDialect } from '../../sql/dialect.ts';
import { command, type Sayable, say, shell } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { findSchemaProvider } from '../prisma/schema.ts';
import { readSubfolders, showPath } from './paths.ts';
import { largest, readTextIfPresent } from './regular-file.ts';

export interface OtherProvider {
  /** Of the migrations, absolute. */
  readonly folder: string;
  /** The lock file, as shown to people. */
  readonly lock: string;
  readonly provider: string;
  readonly line: number;
  /** The project's schema, a file or a folder, absolute; null where none is known. */
  readonly schema: string | null;
  readonly shownRelativeTo: string;
}

/** @returns PROVIDER_UNSUPPORTED, with what is to be done where it can be told. */
export function refuseProvider(other: OtherProvider): MigrateError {
  const { lock, provider, line, schema, shownRelativeTo } = other;
  const says = `${lock} says in line ${line} that these migrations were written for "${provider}", not for "sqlite"`;
  const place = { path: lock, line };
  const refuse = (more: string, next: Sayable) =>
    new MigrateError('PROVIDER_UNSUPPORTED', `${says}${more}. Nothing was written.`, next, { place });
  const correct = `write provider = "sqlite" in line ${line} of ${quoteArgument(lock)}`;
  const elsewhere = 'pass --migrations with the folder of the SQLite migrations: Turso and libSQL run only those';

  const ofSchema = schema === null ? null : findSchemaProvider(schema, shownRelativeTo);
  if (ofSchema !== null && ofSchema.provider !== 'sqlite') {
    return refuse(
      `, and ${ofSchema.path} is for "${ofSchema.provider}" as well`,
      'Pass --schema with the schema for SQLite, and --migrations with its migrations: Turso and libSQL run only those.',
    );
  }
  const foreign = findForeignScript(other.folder, shownRelativeTo);
  if (foreign !== null) {
    return refuse(
      `, and they are: ${foreign.path}:${foreign.line} has ${foreign.words}, which SQLite does not know`,
      say`Keep these elsewhere, and have Prisma write the first migration for SQLite: ${shell('npx prisma migrate dev --name init')}. If production has the tables already: ${command('backfill')}. Or ${elsewhere}.`,
    );
  }
  if (ofSchema !== null) {
    return refuse(
      `; but ${ofSchema.path} is for "sqlite", and nothing in the migrations is written for another database`,
      `${capitalize(correct)}, and commit it: Prisma works only if both name the same provider. Or ${elsewhere}.`,
    );
  }
  return refuse('', `${capitalize(elsewhere)}. If these are for SQLite, ${correct}.`);
}

function findForeignScript(
  folder: string,
  shownRelativeTo: string,
): { readonly path: string; readonly line: number; readonly words: string } | null {
  for (const name of readSubfolders(folder)) {
    const file = join(folder, name, 'migration.sql');
    const foreign = findOtherDialect(readTextIfPresent(file, largest.script) ?? '');
    if (foreign !== null) return { path: showPath(file, shownRelativeTo), ...foreign };
  }
  return null;
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
