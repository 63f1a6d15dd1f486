/** `breaks-running-code`: changes that make the running application fail until the next version is deployed. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { type ColumnDrop, writeAdd, writeDrop } from './columns.ts';
import { defineFinding, type Found } from './finding.ts';
import { tryable, type Way, type WayVariant, wayOf } from './way.ts';

export type BreaksRunningCodeArgs =
  | { readonly what: 'table-dropped'; readonly table: string }
  | { readonly what: 'table-renamed'; readonly table: string; readonly to: string }
  | ColumnsDropped
  | { readonly what: 'column-renamed'; readonly rename: SlowRename }
  | ColumnsRequired;

interface ColumnsDropped {
  readonly what: 'columns-dropped';
  readonly table: string;
  /** All of them. */
  readonly columns: readonly string[];
  /** Columns that may be meant as a rename; `drops` has the others. */
  readonly renames: readonly SlowRename[];
  readonly drops: readonly ColumnDrop[];
}

/** Columns that an INSERT must fill after the migration. */
interface ColumnsRequired {
  readonly what: 'columns-required';
  readonly table: string;
  readonly columns: readonly string[];
  /** Of these, the new ones. */
  readonly added: readonly { readonly column: string; readonly type: string | null }[];
}

/** A rename in steps: both columns are in use for some time. */
export interface SlowRename {
  readonly to: string;
  /** As it is written; null for none. */
  readonly type: string | null;
  readonly drop: ColumnDrop;
}

type BreaksRunningCode = Found<'breaks-running-code', 'note', BreaksRunningCodeArgs>;

export const breaksRunningCode = defineFinding({
  code: 'breaks-running-code',
  kinds: ['note'],
  title: 'the application that runs now would fail',
  look: { isAnnotated: true, isShort: true },
  say: ({ args }: BreaksRunningCode) => sayBroken(args),
  why: () =>
    'Migration and deployment do not happen at the same moment. In between, one version of the application does not fit the database.',
  way: ({ args }) => writeWay(args),
  together: (findings) => {
    const names = [...new Set(findings.flatMap(({ args }) => listNames(args)))];
    return `After ${count(findings.length, 'change')}, code that does not know of ${findings.length === 1 ? 'it' : 'them'} fails: ${listSome(names, 5)}.`;
  },
  summary: (places) => {
    const number = new Set(places.map(({ migration }) => migration)).size;
    const [breaks, it] = number === 1 ? ['breaks', 'it'] : ['break', 'them'];
    return `${count(number, 'migration')} ${breaks} code that does not know of ${it}; --json has a safe way for each change (breaks-running-code).`;
  },
});

/** The names that the application still uses, or does not know yet. */
function listNames(args: BreaksRunningCodeArgs): readonly string[] {
  switch (args.what) {
    case 'table-dropped':
    case 'table-renamed':
      return [quoteIdentifier(args.table)];
    case 'column-renamed':
      return [quoteColumn(args.rename.drop.table, args.rename.drop.column)];
    case 'columns-dropped':
    case 'columns-required':
      return args.columns.map((column) => quoteColumn(args.table, column));
  }
}

function sayBroken(args: BreaksRunningCodeArgs): string {
  const names = listSome(listNames(args));
  switch (args.what) {
    case 'table-dropped':
    case 'columns-dropped':
      return `After this, code that still reads or writes ${names} fails.`;
    case 'table-renamed':
    case 'column-renamed':
      return `After this, code that still uses the old name ${names} fails.`;
    case 'columns-required': {
      const [are, them] = args.columns.length === 1 ? ['is', 'it'] : ['are', 'them'];
      return `${names} ${are} NOT NULL without a default: after this, code that leaves ${them} out cannot insert into ${quoteIdentifier(args.table)}.`;
    }
  }
}

function writeWay(args: BreaksRunningCodeArgs): Way | string {
  switch (args.what) {
    case 'table-dropped': {
      const sql = `DROP TABLE ${quoteIdentifier(args.table)};`;
      const words = `-- 1. deploy an application that does not use ${quoteInComment(args.table)}\n-- 2. then drop it, in a separate migration`;
      return wayOf([tryable(`${words}:`, [{ at: 'alone', sql }], { drops: [args.table] })], words);
    }
    case 'table-renamed':
      return renameTableSlowly(args.table, args.to);
    case 'columns-dropped':
      return writeDropped(args);
    case 'column-renamed':
      return wayOf([renameSlowly(args.rename)]);
    case 'columns-required':
      return writeRequired(args);
  }
}

function renameTableSlowly(table: string, to: string): Way {
  const [from, into] = [table, to].map(quoteIdentifier);
  const rename = `ALTER TABLE ${from} RENAME TO ${into};\nCREATE VIEW ${from} AS SELECT * FROM ${into};`;
  const drop = `DROP VIEW ${from};`;
  const text = `-- 1. rename it, and keep the old name as a view for now (only for reading):\n${rename}\n-- 2. deploy; then, in a separate migration:\n${drop}`;
  return wayOf([inSteps(text, [rename, drop])]);
}

/** @param steps the SQL of each, in order. */
function inSteps(text: string, steps: readonly string[]): WayVariant {
  return { text, edits: steps.map((sql) => ({ at: 'alone', sql })), isOpen: false, allowed: {} };
}

function writeDropped({ renames, drops }: ColumnsDropped): Way {
  const renamed = renames.map((rename) => {
    const [oldName, newName] = [rename.drop.column, rename.to].map(quoteInComment);
    const isAlone = renames.length === 1 && drops.length === 0;
    return [
      renameSlowly(rename, `-- if ${newName} is the new name of ${oldName}:\n`),
      dropSlowly([rename.drop], isAlone ? 'alone' : 'further'),
    ];
  });
  const dropped = drops.length === 0 ? [] : [[dropSlowly(drops, renames.length > 0 ? 'further' : 'alone')]];
  return { parts: [...renamed, ...dropped], otherwise: null };
}

/** @param order `further` if the lines before have numbers of their own */
function dropSlowly(drops: readonly ColumnDrop[], order: 'alone' | 'further'): WayVariant {
  const it = drops.length === 1 ? 'it' : 'them';
  const them = order === 'further' ? listSome(drops.map(({ column }) => quoteInComment(column))) : it;
  const lines = [
    ...(order === 'further' ? [`-- ${them}:`] : []),
    `-- 1. deploy an application that does not use ${them}`,
    `-- 2. then drop ${them}, in a separate migration:`,
    ...drops.map(writeDrop),
  ];
  return inSteps(lines.join('\n'), drops.map(writeDrop));
}

/** The new column is filled only when no application writes the old one alone. */
function renameSlowly({ to, type, drop }: SlowRename, words = ''): WayVariant {
  const [table, oldName, newName] = [drop.table, drop.column, to].map(quoteIdentifier);
  const steps = [
    writeAdd(drop.table, to, type),
    `UPDATE ${table} SET ${newName} = ${oldName} WHERE ${newName} IS NOT ${oldName};`,
    writeDrop(drop),
  ];
  const lines = [
    '-- 1. add the new one:',
    steps[0],
    '-- 2. deploy an application that writes both; then, in a separate migration, fill the old rows:',
    steps[1],
    '-- 3. deploy an application that uses only the new one; then, in a separate migration:',
    steps[2],
  ];
  return inSteps(words + lines.join('\n'), steps);
}

function writeRequired({ table, columns, added }: ColumnsRequired): Way | string {
  const them = columns.length === 1 ? 'it' : 'them';
  const then = `-- 2. then make ${them} NOT NULL, in a separate migration`;
  if (added.length === 0) return `-- 1. deploy an application that always fills ${them}\n${then}`;
  const steps = added.map(({ column, type }) => writeAdd(table, column, type));
  const text = `-- 1. add ${added.length === 1 ? 'it' : 'them'} without NOT NULL, or with a default:\n${steps.join('\n')}\n--    and deploy an application that always fills ${them}\n${then}`;
  return wayOf([inSteps(text, steps)]);
}
