/** `leaves-out`: parts of production's table that a rebuild leaves out, because Prisma's schema or CREATE TABLE … AS SELECT cannot express them. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';

export interface LeavesOutArgs {
  /** The name in production. */
  readonly table: string;
  /** The table that the rebuild makes. */
  readonly made: string;
  readonly left: readonly LeftOut[];
  /** Of these, the new table has others for the same columns: what is meant to be kept is not known. */
  readonly replaced: readonly LeftOut[];
  /** Production's statement under the name of the new table, where that has only columns; null where it has more. */
  readonly whole: string | null;
}

/** `sql` is the constraint or the column's definition, as it is written. */
export type LeftOut =
  /** `written` is the text in its parentheses. */
  | { readonly type: 'check'; readonly written: string; readonly sql: string }
  /** A key with an ON CONFLICT clause. */
  | { readonly type: 'key-conflict'; readonly sql: string }
  | { readonly type: 'generated-column'; readonly column: string; readonly sql: string }
  | { readonly type: 'collation'; readonly collation: string; readonly column: string; readonly sql: string }
  | { readonly type: 'generation'; readonly column: string; readonly sql: string }
  | { readonly type: 'not-null-conflict'; readonly action: string; readonly column: string; readonly sql: string }
  /** A key, as a table would have it; an index, as its whole statement. */
  | { readonly type: 'key' | 'index'; readonly sql: string }
  | { readonly type: 'not-null'; readonly column: string; readonly sql: string }
  | { readonly type: 'default'; readonly column: string; readonly written: string; readonly sql: string }
  /** `strict`, `without rowid` */
  | { readonly type: 'option'; readonly option: string };

export const leavesOut = defineFinding({
  code: 'leaves-out',
  kinds: ['note'],
  title: 'a rebuild leaves out something that production has',
  look: { asksForWork: true, showsWay: true },
  say: ({ args: { table, left, replaced, whole } }: Found<'leaves-out', 'note', LeavesOutArgs>) => {
    const them = left.length === 1 ? 'it' : 'them';
    const name = (parts: readonly LeftOut[]) => listSome(parts.map(namePart), whole === null ? 3 : 8);
    const rebuilds = `Rebuilds ${quoteIdentifier(table)}`;
    const others = `${name(replaced)}, for which the new table has ${replaced.length === 1 ? 'another' : 'others'}`;
    if (left.length === 0) return `${rebuilds} without what production's table has: ${others}.`;
    const also = replaced.length === 0 ? '' : ` It is also without ${others}.`;
    return `${rebuilds} without what production's table has: ${name(left)}. To keep ${them}, write ${them} into the new table.${also}`;
  },
  why: ({ args }) =>
    args.whole === null
      ? 'Prisma writes a rebuild from schema.prisma, which cannot express this. After the rebuild it no longer applies.'
      : 'The new table has columns and nothing else, as CREATE TABLE … AS SELECT makes it. Then it takes any value, also NULL, and the same one twice.',
  way: ({ args: { table, made, left, whole } }) => {
    if (left.length === 0) return null;
    return whole === null
      ? `-- in place of these lines of the rebuild:\n${writeTable(made, left)}`
      : writeWhole(table, made, whole, left);
  },
});

function namePart(part: LeftOut): string {
  switch (part.type) {
    case 'check':
      return `CHECK (${part.written})`;
    case 'key-conflict':
      return part.sql;
    case 'generated-column':
      return `the generated column ${quoteIdentifier(part.column)}`;
    case 'collation':
      return `COLLATE ${part.collation.toUpperCase()} of ${quoteIdentifier(part.column)}`;
    case 'generation':
      return `the expression that generates ${quoteIdentifier(part.column)}`;
    case 'not-null-conflict':
      return `NOT NULL ON CONFLICT ${part.action.toUpperCase()} of ${quoteIdentifier(part.column)}`;
    case 'key':
    case 'index':
      return part.sql;
    case 'not-null':
      return `NOT NULL of ${quoteIdentifier(part.column)}`;
    case 'default':
      return `DEFAULT ${part.written} of ${quoteIdentifier(part.column)}`;
    case 'option':
      return part.option.toUpperCase();
  }
}

function writeWhole(table: string, made: string, whole: string, left: readonly LeftOut[]): string {
  const indexes = left.flatMap((each) => (each.type === 'index' ? [`${each.sql};`] : []));
  const copy = `INSERT INTO ${quoteIdentifier(made)} (…) SELECT … FROM ${quoteIdentifier(table)};`;
  const last = indexes.length === 0 ? [] : ['-- at the end of the file:', ...indexes];
  return ['-- in place of the table that has only columns:', `${whole};`, copy, ...last].join('\n');
}

function writeTable(name: string, parts: readonly LeftOut[]): string {
  const list = (as: 'column' | 'constraint' | 'option') => [
    ...new Set(parts.flatMap((each) => (findPart(each) === as ? [writePart(each)] : []))),
  ];
  const lines = ['…', ...list('column'), ...list('constraint')].map((line) => `  ${line}`);
  const options = list('option');
  return `CREATE TABLE ${quoteIdentifier(name)} (\n${lines.join(',\n')}\n)${options.length === 0 ? '' : ` ${options.join(', ')}`};`;
}

function findPart({ type }: LeftOut): 'column' | 'constraint' | 'option' {
  if (type === 'option') return 'option';
  return type === 'check' || type === 'key-conflict' || type === 'key' ? 'constraint' : 'column';
}

function writePart(part: LeftOut): string {
  return part.type === 'option' ? part.option.toUpperCase() : part.sql;
}
