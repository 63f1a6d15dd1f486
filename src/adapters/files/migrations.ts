/** Reading the migrations folder: every migration as a value, or a refusal that names what is wrong with it. */

import { createHash } from 'node:crypto';
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { compareNames, type Migration } from '../../history/migration.ts';
import { flag, say, shell } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { holdsMigrations } from '../prisma/layout.ts';
import { readConsents } from './consents.ts';
import { refuseProvider } from './lock.ts';
import { leadsOutside, readKind, readOwnKind, readRealPath, readSubfolders, showArgument, showPath } from './paths.ts';
import { describeSize, largest, readRegularFile, UnreadableFile } from './regular-file.ts';
import { explainNotUtf8 } from './utf8.ts';

export const scriptName = 'migration.sql';
export const consentsName = 'migrate-prod.allow';
export const lockName = 'migration_lock.toml';
const byteOrderMark = '\ufeff';

/**
 * Reads every migration of a folder, in Prisma's order.
 *
 * As in Prisma (`listMigrations`), each real directory is a migration and everything else is ignored: files, and
 * symbolic links to folders. Two differences: a hidden directory counts only when it holds a migration.sql (it is an
 * editor's otherwise), and a link that leads out of the folder is refused, since its target can change unseen. What is
 * wrong with a file of consents is kept with its migration: it stops only what would need them.
 * @param folder absolute path of the migrations folder
 * @param shownRelativeTo the folder that `path` of each migration is relative to
 * @param schema the project's, absolute, where it is known: for what is said of a lock file that names another database
 * @throws MigrateError MIGRATIONS_NOT_FOUND, PROVIDER_UNSUPPORTED, MIGRATION_FILE_MISSING, MIGRATION_NOT_UTF8,
 * MIGRATION_NAMES_COLLIDE, MIGRATION_OUTSIDE_FOLDER
 */
export async function readMigrations(
  folder: string,
  shownRelativeTo: string,
  schema: string | null = null,
): Promise<readonly Migration[]> {
  const shownFolder = showPath(folder, shownRelativeTo);
  const entries = readEntries(folder, shownFolder);
  await refuseOtherProvider(folder, shownRelativeTo, schema);
  const realFolder = readRealPath(folder);
  const migrations: Migration[] = [];
  let size = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && readKind(path) === 'folder') refuseLinkOutside(path, realFolder, shownRelativeTo);
    if (!entry.isDirectory()) continue;
    const file = join(path, scriptName);
    const found = readOwnKind(file);
    if (found === 'absent' || (found === 'link' && readKind(file) === 'absent')) {
      if (entry.name.startsWith('.')) continue;
      refuseNestedFolder(folder, path, shownRelativeTo);
    }
    if (found === 'link') refuseLinkOutside(file, realFolder, shownRelativeTo);
    const bytes = readScript(file, shownRelativeTo);
    size += bytes.length;
    if (size > largest.scripts) throw refuseSize(shownFolder);
    const migration = migrationFromBytes(entry.name, bytes, showPath(file, shownRelativeTo));
    const consents = join(path, consentsName);
    if (readOwnKind(consents) === 'absent') migrations.push(migration);
    else migrations.push(addConsents(migration, consents, shownRelativeTo));
  }
  migrations.sort((left, right) => compareNames(left.name, right.name));
  refuseCollisions(migrations);
  return migrations;
}

/** A migration that has no file, such as one passed to the library: its path is its name. */
export function migrationFromText(name: string, text: string): Migration {
  return migrationFromBytes(name, Buffer.from(text, 'utf8'), name);
}

/**
 * A migration from the bytes of its file.
 * @param path where the file is, as shown to people
 * @throws MigrateError MIGRATION_NOT_UTF8, with the offset of the first bad byte
 */
export function migrationFromBytes(name: string, bytes: Uint8Array, path: string): Migration {
  refuseNotUtf8(bytes, path);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const checksum = sha256(bytes);
  return {
    name,
    checksum,
    alternativeChecksums: findAlternativeChecksums(text, checksum),
    sql: text.startsWith(byteOrderMark) ? text.slice(1) : text,
    consents: [],
    path,
  };
}

/** Prisma accepts a file whose line ends were changed on the way (schema engine, `script_matches_checksum`). */
function findAlternativeChecksums(text: string, checksum: string): readonly string[] {
  if (!text.includes('\n')) return [];
  const unix = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
  const windows = unix.replaceAll('\n', '\r\n');
  return [unix, windows]
    .filter((form) => form !== text)
    .map((form) => sha256(form))
    .filter((alternative) => alternative !== checksum);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function readEntries(folder: string, shownFolder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const kind = readKind(folder);
    const message =
      kind === 'absent'
        ? `There is no migrations folder ${shownFolder}.`
        : kind === 'folder'
          ? `The migrations folder ${shownFolder} cannot be read: ${describe(cause)}.`
          : `${shownFolder} is not a folder.`;
    const next = say`Run ${shell('npx prisma migrate dev')} to write the first migration, or pass ${flag('--migrations')} with the folder that holds them.`;
    throw new MigrateError('MIGRATIONS_NOT_FOUND', message, next, { cause });
  }
}

/** Somebody named the folder above the migrations, or moved old ones one level down: the advice must not be to delete it. */
function refuseNestedFolder(folder: string, first: string, shownRelativeTo: string): void {
  const candidates = [first, ...readSubfolders(folder).map((name) => join(folder, name))];
  const nested = candidates.find((path) => readKind(join(path, scriptName)) === 'absent' && holdsMigrations(path));
  if (nested === undefined) return;
  throw new MigrateError(
    'MIGRATION_FILE_MISSING',
    `${showPath(nested, shownRelativeTo)} is not a migration: it has no ${scriptName} and is itself a folder of migrations.`,
    `Did you mean --migrations ${showArgument(nested, shownRelativeTo)}?`,
  );
}

function addConsents(migration: Migration, file: string, shownRelativeTo: string): Migration {
  return { ...migration, ...readConsents(file, { migration: migration.name, shownRelativeTo }) };
}

function readScript(file: string, shownRelativeTo: string): Uint8Array {
  try {
    return readRegularFile(file, largest.script);
  } catch (cause) {
    if (!(cause instanceof UnreadableFile)) throw cause;
    const shown = showPath(file, shownRelativeTo);
    const folder = shown.slice(0, -scriptName.length - 1);
    const kind = readKind(file);
    const message = kind === 'absent' ? `The migration ${folder} has no ${scriptName}.` : `${shown} ${cause.message}.`;
    const next =
      kind === 'absent'
        ? `Restore the file from git, or delete the folder ${quoteArgument(folder)} if it was never meant to be a migration.`
        : `Make ${quoteArgument(shown)} a readable file of at most ${describeSize(largest.script)}.`;
    throw new MigrateError('MIGRATION_FILE_MISSING', message, next, { cause });
  }
}

function refuseSize(shownFolder: string): MigrateError {
  return new MigrateError(
    'MIGRATION_FILE_MISSING',
    `The migrations in ${shownFolder} are together larger than ${describeSize(largest.scripts)}, and are not read.`,
    'Remove large amounts of rows from the migrations, and load them in another way.',
  );
}

/** A link that leads nowhere is an absent file, and is reported as such where one is needed. */
function refuseLinkOutside(link: string, realFolder: string, shownRelativeTo: string): void {
  if (!leadsOutside(link, realFolder)) return;
  throw new MigrateError(
    'MIGRATION_OUTSIDE_FOLDER',
    `${showPath(link, shownRelativeTo)} is a symbolic link that leads out of the migrations folder.`,
    'Replace the link by a copy of what it points to: a migration must not change without its folder changing.',
  );
}

function refuseNotUtf8(bytes: Uint8Array, path: string): void {
  const reason = explainNotUtf8(bytes);
  if (reason === null) return;
  throw new MigrateError(
    'MIGRATION_NOT_UTF8',
    `${path} is not UTF-8 text: ${reason}.`,
    `Save ${quoteArgument(path)} as UTF-8 (without a byte order mark) and run the command again.`,
  );
}

/** Empty where there is none. @param shown as shown to people. */
function readLock(file: string, shown: string): string {
  if (readKind(file) === 'absent') return '';
  const refuse = (reason: string, next: string, cause?: unknown) =>
    new MigrateError(
      'MIGRATIONS_NOT_FOUND',
      `${shown} ${reason}, so it is unknown which database these migrations are for.`,
      next,
      { cause },
    );
  try {
    const bytes = readRegularFile(file, largest.lock);
    const reason = explainNotUtf8(bytes);
    if (reason === null) return bytes.toString('utf8');
    throw refuse(
      `is not UTF-8 text: ${reason}`,
      `Save ${quoteArgument(shown)} as UTF-8, with the line provider = "sqlite".`,
    );
  } catch (cause) {
    if (!(cause instanceof UnreadableFile)) throw cause;
    const next = `Make ${quoteArgument(shown)} a readable file, as prisma migrate dev writes it.`;
    throw refuse(cause.message, next, cause);
  }
}

/** A merge can leave two lines behind: each of them has to be right. A file that names none says nothing. */
async function refuseOtherProvider(folder: string, shownRelativeTo: string, schema: string | null): Promise<void> {
  const file = join(folder, lockName);
  const lock = showPath(file, shownRelativeTo);
  const lines = readLock(file, lock).split(/\r\n?|\n/);
  for (const [index, line] of lines.entries()) {
    const provider = findProvider(line);
    if (provider === null || provider === 'sqlite') continue;
    throw refuseProvider({ folder, lock, provider, line: index + 1, schema, shownRelativeTo });
  }
}

/** The value of TOML's `provider = …`, in quotes of either kind; Prisma takes it without any as well. */
function findProvider(line: string): string | null {
  const [, value = ''] = /^\s*["']?provider["']?\s*=\s*(.*)$/.exec(line) ?? [];
  const [, double, single, bare] = /^"+([^"]*)|^'+([^']*)|^([^\s#"']+)/.exec(value) ?? [];
  return (double ?? single ?? bare)?.trim() || null;
}

/** Two folders that one machine tells apart and another does not would be one migration there. */
function refuseCollisions(migrations: readonly Migration[]): void {
  const seen = new Map<string, string>();
  for (const { name } of migrations) {
    const key = name.normalize('NFC').toLowerCase();
    const other = seen.get(key);
    if (other !== undefined) {
      throw new MigrateError(
        'MIGRATION_NAMES_COLLIDE',
        `The migrations ${other} and ${name} have the same name, apart from letter case or the form of their accents.`,
        'Rename the one that was never applied anywhere: on macOS and Windows both would be one folder.',
      );
    }
    seen.set(key, name);
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
