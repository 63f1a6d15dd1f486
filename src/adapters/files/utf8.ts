/** Tells where bytes are not UTF-8 text. */

import { isUtf8 } from 'node:buffer';

/**
 * The offset of the first byte that cannot be part of UTF-8 text, null when there is none. NUL counts as such a byte:
 * SQLite ends a text there, and UTF-16 without a byte order mark is full of them.
 */
export function findInvalidByte(bytes: Uint8Array): number | null {
  const nul = bytes.indexOf(0);
  if (isUtf8(bytes)) return nul === -1 ? null : nul;
  let position = 0;
  while (position < bytes.length) {
    const length = measureSequence(bytes, position);
    if (length === 0) return position;
    position += length;
  }
  return null;
}

/** Why bytes are no UTF-8 text, and from where on; null when they are. */
export function explainNotUtf8(bytes: Uint8Array): string | null {
  const invalid = findInvalidByte(bytes);
  if (invalid === null) return null;
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const reason = utf16 ? 'it was saved as UTF-16' : bytes[invalid] === 0 ? 'it has a NUL byte' : 'a byte is not UTF-8';
  return `${reason}, at byte ${invalid}`;
}

/** The length of the well-formed sequence at `position`, 0 when there is none (Unicode, table 3-7). */
function measureSequence(bytes: Uint8Array, position: number): number {
  const lead = bytes[position] ?? 0;
  if (lead === 0) return 0;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0) return 0;
  const second = bytes[position + 1] ?? 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index += 1) {
    const byte = bytes[position + index] ?? 0;
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}
