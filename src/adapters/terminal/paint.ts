/** Colour: whether there is any, and the few that mean something. */

export type Brush = (text: string) => string;

/** Green is done, red is wrong, yellow needs a look, cyan is a command to copy; the words beside them say the same. */
export interface Paint {
  readonly bold: Brush;
  readonly dim: Brush;
  readonly red: Brush;
  readonly green: Brush;
  readonly yellow: Brush;
  readonly cyan: Brush;
  /** Inside SQL: its keywords, values and comments. None of the colours that mean something. */
  readonly sql: SqlPaint | null;
}

export interface SqlPaint {
  readonly keyword: Brush;
  readonly value: Brush;
  readonly comment: Brush;
}

const plainBrush: Brush = (text) => text;

const plain: Paint = {
  bold: plainBrush,
  dim: plainBrush,
  red: plainBrush,
  green: plainBrush,
  yellow: plainBrush,
  cyan: plainBrush,
  sql: null,
};

const coloured: Paint = {
  bold: createBrush(1, 22),
  dim: createBrush(2, 22),
  red: createBrush(31, 39),
  green: createBrush(32, 39),
  yellow: createBrush(33, 39),
  cyan: createBrush(36, 39),
  sql: { keyword: createBrush(1, 22), value: createBrush(35, 39), comment: createBrush(2, 22) },
};

function createBrush(on: number, off: number): Brush {
  return (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`);
}

/** The brushes for text that is, or is not, to be coloured. */
export function createPaint(colour: 'coloured' | 'plain'): Paint {
  return colour === 'coloured' ? coloured : plain;
}

/**
 * Decided by --no-color, then NO_COLOR (no-color.org: set and not empty), then FORCE_COLOR, then
 * whether it is a terminal that knows colour.
 */
export function chooseColour(
  stream: { readonly isTTY: boolean },
  env: Readonly<Record<string, string | undefined>>,
  flag: 'no-color' | null,
): 'coloured' | 'plain' {
  if (flag === 'no-color' || env.NO_COLOR) return 'plain';
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced === '0' || forced.toLowerCase() === 'false' ? 'plain' : 'coloured';
  return stream.isTTY && env.TERM !== 'dumb' ? 'coloured' : 'plain';
}
