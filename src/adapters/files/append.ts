/** Adds text to a file that a CI service reads. */

import { appendFile, stat } from 'node:fs/promises';

/**
 * @param most bytes that the file may have. @param instead written where the text does not fit, if that does.
 * @throws Error of the file system, and where it is no plain file: a pipe would be waited for without end.
 */
export async function appendBounded(path: string, text: string, most: number, instead: string): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats !== null && !stats.isFile()) throw new Error('it is not a file');
  const room = most - (stats?.size ?? 0);
  const fits = [text, instead].find((one) => Buffer.byteLength(one) <= room);
  if (fits !== undefined) await appendFile(path, fits);
}
