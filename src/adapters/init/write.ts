/** Writing the files of `init`: each wholly or not at all, and none over what has changed since it was shown. */

import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import type { Writing } from '../../init/plan.ts';
import { say, typedCommand } from '../../text/prose.ts';
import { ownerOnly } from '../files/backup-file.ts';
import { describeFileError, listAncestors, readRealPath } from '../files/paths.ts';
import { syncFolder } from '../files/write-migration.ts';

/**
 * @param writings in this order.
 * @throws MigrateError FILE_NOT_WRITTEN, which names those that were written before it
 */
export function writeFiles(writings: readonly Writing[]): void {
  const written: string[] = [];
  for (const writing of writings) attempt(writing, written, () => checkFolder(writing));
  for (const writing of writings) {
    attempt(writing, written, () => writeOne(writing));
    written.push(writing.shown);
  }
}

function attempt({ shown }: Writing, written: readonly string[], work: () => void): void {
  try {
    work();
  } catch (cause) {
    const state = written.length === 0 ? 'Nothing was written.' : `Written before it: ${written.join(', ')}.`;
    throw new MigrateError(
      'FILE_NOT_WRITTEN',
      `${shown} could not be written: ${describeFileError(cause)}. ${state}`,
      say`Fix what the message says, then ${typedCommand()}: what is there already is kept.`,
      { cause },
    );
  }
}

/** Looked at before the first file is written: whether the nearest folder that is there takes a file. */
function checkFolder({ file }: Writing): void {
  const nearest = listAncestors(dirname(file)).find((folder) => existsSync(folder)) ?? dirname(file);
  if (!statSync(nearest).isDirectory()) throw new Error(`${nearest} is not a folder`);
  accessSync(nearest, constants.W_OK | constants.X_OK);
}

function writeOne({ part, file, before, after }: Writing): void {
  // A link is followed: what it leads to is changed, and it stays a link.
  const real = before === null ? file : readRealPath(file);
  mkdirSync(dirname(real), { recursive: true });
  const staged = join(dirname(real), `.migrate-prod-init-${randomUUID().slice(0, 8)}`);
  // git ignores its name alone: ended in the middle, a second one would leave the token where the next "git add" takes it in.
  if (part === 'env') {
    writeDurably(real, after, ownerOnly);
    syncFolder(dirname(real));
    return;
  }
  const mode = before === null ? 0o666 : statSync(real).mode & 0o777;
  try {
    writeDurably(staged, after, mode);
    if (before === null) {
      publish(staged, real, () => writeDurably(real, after, mode));
    } else {
      if (readFileSync(real, 'utf8') !== before) throw new Error('it was changed meanwhile');
      renameSync(staged, real);
    }
    syncFolder(dirname(real));
  } finally {
    rmSync(staged, { force: true });
  }
}

/** A second name never takes the place of a file that came there meanwhile, as a rename would. */
function publish(staged: string, file: string, writeItself: () => void): void {
  try {
    linkSync(staged, file);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw cause;
    // Not every file system has links.
    writeItself();
  }
}

function writeDurably(file: string, text: string, mode: number): void {
  const descriptor = openSync(file, 'wx', mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    // Half a file would be kept the next time.
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
