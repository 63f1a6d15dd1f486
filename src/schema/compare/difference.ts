/** One difference between two schemas, as people and programs read it. */

import { joinLines } from '../../sql/one-line.ts';

export type DifferenceKind =
  /** One side has no such object (or column). */
  | 'existence'
  | 'type'
  | 'nullability'
  | 'default'
  | 'collation'
  | 'generated'
  | 'primary-key'
  | 'autoincrement'
  | 'unique'
  | 'check'
  | 'foreign-key'
  /** STRICT, WITHOUT ROWID. */
  | 'options'
  /** The text of an index, view, trigger or virtual table, or of a table that cannot be parsed. */
  | 'definition';

export type ObjectType = 'table' | 'column' | 'index' | 'view' | 'trigger' | 'virtual-table';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly object: ObjectType;
  /** As it is written: `Customer`, `Customer.email` for a column, `Customer_email_key` for an index. */
  readonly name: string;
  /** The table (or view) that the object belongs to; its own name for tables and views. */
  readonly table: string;
  /** The SQL on either side: the whole statement for an object, otherwise the part that differs; null if that side has none. */
  readonly left: string | null;
  readonly right: string | null;
}

export function isLacking({ kind, left }: Difference): boolean {
  return kind === 'existence' && left === null;
}

export function isAbsentLeft({ left }: Difference): boolean {
  return left === null;
}

/** The names of the two sides, such as `production` and `migrations`. */
export interface SideNames {
  readonly left: string;
  readonly right: string;
}

/** One line: `table Customer is only in production`, `default of Customer.points: 0 in production, 1 in migrations`. */
export function describeDifference({ kind, object, name, left, right }: Difference, sides: SideNames): string {
  if (kind === 'existence') return `${object} ${name} is only in ${left === null ? sides.right : sides.left}`;
  const none = kind === 'nullability' ? 'may be NULL' : 'none';
  const [before, after] = shorten(joinLine(left ?? none), joinLine(right ?? none));
  return `${kind === 'definition' ? object : `${kind} of`} ${name}: ${before} in ${sides.left}, ${after} in ${sides.right}`;
}

const longestText = 60;

function joinLine(sql: string): string {
  return joinLines(sql).replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

/** Long texts with the same beginning are cut so that the part that differs is shown. */
function shorten(left: string, right: string): readonly [string, string] {
  let alike = 0;
  while (alike < left.length && left[alike] === right[alike]) alike += 1;
  const start = alike < longestText - 20 ? 0 : alike - 20;
  const cut = (text: string): string => {
    const end = text.length > start + longestText ? start + longestText - 1 : text.length;
    return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
  };
  return [cut(left), cut(right)];
}
