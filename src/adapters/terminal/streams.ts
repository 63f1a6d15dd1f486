/** A terminal's streams, as far as the program needs them, and what can be told of one before writing to it. */

import type { Writer } from '../../text/prose.ts';
import type { Paint } from './paint.ts';

/** Where text goes: a process's stdout or stderr. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY: boolean;
  /** The terminal's width in columns; undefined where there is no terminal. */
  readonly columns: number | undefined;
}

/** How to write for one stream. */
export interface Screen {
  /** The width that lines are fitted to; null where nothing is cut or wrapped, as in a pipe. */
  readonly columns: number | null;
  readonly paint: Paint;
  /** Writes the commands within sentences as this user types them; without it they begin with the program's bare name. */
  readonly writer?: Writer;
}

const usualColumns = 80;
/** Below this there is no room for a table: lines are left to the terminal to wrap. */
const fewestColumns = 40;

/** The width that lines for this stream are fitted to. */
export function findColumns(stream: OutputStream): number | null {
  if (!stream.isTTY) return null;
  return Math.max(fewestColumns, stream.columns || usualColumns);
}
