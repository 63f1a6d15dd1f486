/** Reading files that strangers may have put there: regular ones only, without waiting, and no more than a limit. */

import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { describeFileError } from './paths.ts';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

/** Bytes that a file of each kind may have; far more than anybody writes by hand. */
export const largest = {
  script: 64 * megabyte,
  /** Of all scripts together. */
  scripts: 256 * megabyte,
  consents: 64 * kilobyte,
  functions: 64 * kilobyte,
  lock: 64 * kilobyte,
  envFile: 64 * kilobyte,
  schema: 16 * megabyte,
  package: 16 * megabyte,
  config: 16 * megabyte,
} as const;

/** Why a file is not read; the message follows on its path: `is a named pipe, not a file`. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** A pipe or a terminal that nobody writes to would hold the whole program, deaf to Ctrl-C. Windows has no such flags. */
export const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Reads a regular file, or a link to one.
 * @param most bytes that it may have
 * @throws UnreadableFile when it is something else, is larger, or cannot be read
 */
export function readRegularFile(path: string, most: number): Buffer {
  return withRegularFile(path, most, (descriptor, size) => readAll(descriptor, size, most));
}

/** The text of a file that only helps; null when it is not there or is not read. */
export function readTextIfPresent(path: string, most: number): string | null {
  try {
    return readRegularFile(path, most).toString('utf8');
  } catch (error) {
    if (error instanceof UnreadableFile) return null;
    throw error;
  }
}

/** @throws UnreadableFile if `readRegularFile` would */
export function checkRegularFile(path: string, most: number): void {
  withRegularFile(path, most, () => {});
}

function withRegularFile<Result>(
  path: string,
  most: number,
  use: (descriptor: number, size: number) => Result,
): Result {
  let descriptor: number | null = null;
  try {
    // Looked at before: to open a device may already do something.
    refuseOthers(statSync(path), most);
    descriptor = openSync(path, openFlags);
    const stats = fstatSync(descriptor);
    refuseOthers(stats, most);
    return use(descriptor, stats.size);
  } catch (cause) {
    if (cause instanceof UnreadableFile) throw cause;
    throw new UnreadableFile(`cannot be read: ${describeFileError(cause)}`, { cause });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function refuseOthers(stats: Stats, most: number): void {
  if (!stats.isFile()) throw new UnreadableFile(`is ${describeKind(stats)}, not a file`);
  if (stats.size > most) throw tooLarge(most);
}

function tooLarge(most: number): UnreadableFile {
  return new UnreadableFile(`is larger than ${describeSize(most)}`);
}

/** For example `64 MB`. */
export function describeSize(bytes: number): string {
  return bytes >= megabyte ? `${bytes / megabyte} MB` : `${bytes / kilobyte} kB`;
}

/** For example `a named pipe`. */
function describeKind(stats: Stats): string {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'something else';
}

/** Reads to the end, which may be another one than the size said: some files grow, and those of /proc have no size. */
function readAll(descriptor: number, size: number, most: number): Buffer {
  let bytes = Buffer.allocUnsafe(Math.min(size, most) + 1);
  let length = 0;
  for (;;) {
    if (length > most) throw tooLarge(most);
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(bytes.length * 2, most + 1));
    const read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
}
