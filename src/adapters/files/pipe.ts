/** Reading a pipe that the user names, such as `<(op read …)`: as much as a file may have, and not for ever. */

import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { describeFileError } from './paths.ts';
import { describeSize, openFlags, UnreadableFile } from './regular-file.ts';

/** Milliseconds until whatever writes to it has ended; it may ask somebody for a password first. */
const patience = 60_000;
const pause = 20;

/** A pipe that the shell has opened already: once nobody writes to it, nobody ever will again. */
const inherited = /^\/(?:dev\/fd\/\d+|dev\/stdin|proc\/[^/]+\/fd\/\d+)$/;

/**
 * Reads to the end. The process stays able to hear signals meanwhile.
 * @param most bytes that may come
 * @throws UnreadableFile when more come, nothing comes or no end in time, or it cannot be read
 */
export async function readPipe(path: string, most: number, longest = patience): Promise<Buffer> {
  const handle = await open(path, openFlags).catch((cause: unknown) => {
    throw new UnreadableFile(`cannot be read: ${describeFileError(cause)}`, { cause });
  });
  const late = AbortSignal.timeout(longest);
  try {
    const bytes = Buffer.alloc(most + 1);
    let length = 0;
    while (length <= most) {
      if (late.aborted) throw new UnreadableFile(`is a pipe that did not end within ${longest / 1000} s`);
      const read = await readSome(handle, bytes.subarray(length));
      // Nobody has begun to write yet, or has more to come.
      if (read === null || (read === 0 && length === 0 && !inherited.test(path))) await wait(pause);
      else if (read === 0 && length === 0) throw new UnreadableFile('is a pipe without any data');
      else if (read === 0) return bytes.subarray(0, length);
      else length += read;
    }
    throw new UnreadableFile(`gives more than ${describeSize(most)}`);
  } finally {
    await handle.close();
  }
}

/** @returns null where there is nothing to read just now. */
async function readSome(handle: FileHandle, into: Buffer): Promise<number | null> {
  try {
    return (await handle.read(into, 0, into.length, null)).bytesRead;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EAGAIN') return null;
    throw new UnreadableFile(`cannot be read: ${describeFileError(cause)}`, { cause });
  }
}
