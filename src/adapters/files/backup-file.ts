/** The file of a backup: never in the place of another, readable by its owner only, and there wholly or not at all. */

import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { backupFailed } from '../../backup/failed.ts';
import { MigrateError } from '../../errors.ts';
import { command, say } from '../../text/prose.ts';
import { type NamedBackup, refuseName, stagedPrefix } from './backup-name.ts';
import { describeFileError, isWithin, readKind, readRealPath, showPath } from './paths.ts';
import { syncFolder } from './write-migration.ts';

/** Customers' data is in it. */
export const ownerOnly = 0o600;

export interface AcceptedBackup extends NamedBackup {
  /** Files of a backup that was cut off in the same folder, as shown to people; or another run is making one right now. */
  readonly leftovers: readonly string[];
}

/**
 * Looked at before anything is asked or sent.
 * @param typed a path, relative to `cwd`
 * @throws MigrateError USAGE when something is there, be it a link that leads nowhere, or the name is another program's;
 * BACKUP_FAILED when there is no such
 * folder, or no such name can be
 */
export function acceptBackup(typed: string, cwd: string): AcceptedBackup {
  const path = resolve(cwd, typed);
  const shown = showPath(path, cwd);
  if (typed === '' || /[\\/]$/.test(typed)) {
    throw new MigrateError('USAGE', 'The backup has no file name.', 'Name a file that does not exist yet.');
  }
  refuseName(typed, { path, shown });
  if (readKind(dirname(path)) !== 'folder') {
    const folder = isAbsolute(typed) ? dirname(path) : showPath(dirname(path), cwd);
    throw backupFailed(`there is no folder ${folder}`, 'Make the folder, or name another one.');
  }
  if (isTaken(path, shown)) {
    throw new MigrateError(
      'USAGE',
      `${shown} exists already, and a backup never replaces a file.`,
      'Name a file that does not exist yet.',
    );
  }
  return { path, shown, leftovers: listLeftovers(dirname(path), cwd) };
}

/**
 * A migrations folder is committed, and a `migration.sql` in it would be a migration.
 * @param folder absolute
 * @throws MigrateError USAGE
 */
export function refuseWithin(folder: string, { path, shown }: NamedBackup): void {
  if (!isWithin(readRealPath(dirname(path)), readRealPath(folder))) return;
  throw new MigrateError(
    'USAGE',
    `${shown} would be in the migrations folder, which is committed, and a backup holds your customers' data. Nothing was written.`,
    'Name a file in another folder.',
  );
}

/** A name that is too long for the file system is found out here too, and not after everything was copied. */
function isTaken(path: string, shown: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw backupFailed(`${shown} cannot be a file: ${describeFileError(cause)}`, 'Name another file.', { cause });
  }
}

function listLeftovers(folder: string, cwd: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.startsWith(stagedPrefix));
    return names.sort().map((name) => showPath(join(folder, name), cwd));
  } catch {
    return [];
  }
}

export interface StagedBackup {
  /** Where it is until it is published; what is made to check it begins with the same. */
  readonly path: string;
  /** Bytes written so far. */
  size(): number;
  /** @throws MigrateError BACKUP_FAILED */
  write(piece: string | Uint8Array): Promise<void>;
  /** Begins anew, with an empty file. @throws MigrateError BACKUP_FAILED */
  restart(): Promise<void>;
  /** Everything is on the disk, and nothing follows. @throws MigrateError BACKUP_FAILED */
  finish(): Promise<void>;
  /** Gives it its name. @throws MigrateError BACKUP_FAILED, also when something took that name meanwhile */
  publish(): Promise<void>;
  /** Removes what is left of it; nothing after it was published. */
  discard(): Promise<void>;
}

/** @throws MigrateError BACKUP_FAILED */
export async function stageBackup(path: string): Promise<StagedBackup> {
  const staged = join(dirname(path), `${stagedPrefix}${randomUUID().slice(0, 8)}`);
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof MigrateError ? cause : notWritten(path, cause);
    }
  };
  let handle: FileHandle | null = await attempt(() => open(staged, 'wx', ownerOnly));
  let size = 0;
  const close = async (): Promise<void> => {
    const closing = handle;
    handle = null;
    await closing?.close();
  };
  return {
    path: staged,
    size: () => size,
    write: (piece) =>
      attempt(async () => {
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
        // A disk that is almost full takes a part of it.
        for (let done = 0; done < bytes.length; ) {
          done += (await need(handle).write(bytes, done, bytes.length - done, size + done)).bytesWritten;
        }
        size += bytes.length;
      }),
    restart: () =>
      attempt(async () => {
        await need(handle).truncate(0);
        size = 0;
      }),
    finish: () =>
      attempt(async () => {
        await need(handle).sync();
        await close();
      }),
    publish: () => attempt(() => publish(staged, path)),
    discard: async () => {
      await close().catch(() => {});
      for (const suffix of leftovers) await rm(`${staged}${suffix}`, { force: true, maxRetries: 3 }).catch(() => {});
    },
  };
}

/** Beside the file itself, what SQLite may have made while it was checked. */
export const scratchSuffix = '.check';
const leftovers = ['', '-journal', '-wal', '-shm'].flatMap((suffix) => [suffix, `${scratchSuffix}${suffix}`]);

function need(handle: FileHandle | null): FileHandle {
  if (handle === null) throw new Error('the file of the backup is closed');
  return handle;
}

/** A rename would take the place of a file that came there meanwhile; a second name does not. The first one is discarded. */
async function publish(staged: string, path: string): Promise<void> {
  try {
    await link(staged, path);
  } catch (cause) {
    if (existsSync(path) || !isUnsupported(cause)) throw cause;
    await renameSafely(staged, path);
  }
  syncFolder(dirname(path));
}

/** For a file system without links: the name is taken first, by an empty file of our own. */
async function renameSafely(staged: string, path: string): Promise<void> {
  await (await open(path, 'wx', ownerOnly)).close();
  try {
    await rename(staged, path);
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  }
}

const unsupported: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

function isUnsupported(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && unsupported.has(cause.code);
}

function notWritten(path: string, cause: unknown): MigrateError {
  return backupFailed(
    `${basename(path)} could not be written: ${describeFileError(cause)}`,
    say`Fix what the message says, then ${command('apply')}`,
    { cause },
  );
}
