/** Rows as a table will hold them once a statement has run, told before its constraints see them; and SQL that asks about them. */

import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { findPlainLiteral } from '../../sql/contents.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parsePlainSelect, type SelectItem } from '../../sql/plain-select.ts';
import { mentionsAny } from '../../sql/words.ts';
import type { AskedRows } from '../asking.ts';
import { rowsNow, type Scene } from '../context.ts';

/** What a question makes of the columns that it reads: whether one is NULL, whether another column has it, how often it is there, or more. */
type Need = 'null' | 'match' | 'value' | 'comparison';

export interface PutRows {
  readonly table: TableStructure;
  /** The one table that they are read from, where that is simple to tell. */
  readonly from: TableStructure | null;
  /** Whether they are all of its rows, each once. */
  readonly isWhole: boolean;
  /** The column of `from` that is copied as it is; null for any other value. */
  copied(column: string): ColumnStructure | null;
  /** Whether it gets a value that is never NULL. */
  isFilled(column: string): boolean;
  /**
   * @param write a SELECT over the rows, given what stands after FROM. @param reads the columns that it reads.
   * @returns null where another time other values are there
   */
  ask(write: (from: string) => string, reads: readonly string[], need: Need): AskedRows | null;
}

interface Source {
  readonly table: TableStructure;
  /** The columns that it gives a value; the others have their defaults. */
  readonly named: readonly string[];
  readonly select: string;
  readonly setUp: readonly string[];
  /** Where the set-up puts the rows. */
  readonly here: string;
  /** Whether the SELECT tells all of them. */
  readonly isTold: boolean;
}

export const putTable = 'migrate_prod_put';

const types: Readonly<Record<Affinity, string>> = { none: 'BLOB', text: 'TEXT', real: 'REAL', numeric: 'NUMERIC' };
const byChance = ['random', 'randomblob', 'last_insert_rowid', 'changes', 'total_changes'];

/** A temporary table that takes what the table takes, without its constraints. */
export function writeTable(name: string, table: TableStructure): string {
  return `CREATE TEMP TABLE ${name} (${table.columns.map((column) => writeColumn(column, table)).join(', ')})`;
}

export function writeColumn(column: ColumnStructure, table: TableStructure): string {
  const { name, collation, generated, written } = column;
  const collate = collation === null ? '' : ` COLLATE ${collation}`;
  const value = written.default === null ? '' : ` DEFAULT ${written.default}`;
  const rest = generated === null ? value : ` AS ${written.generated}`;
  return `${quoteIdentifier(name)} ${types[findAffinity(column, table)]}${collate}${rest}`;
}

export function listInsertable(table: TableStructure): readonly string[] {
  return table.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
}

/** @param name of the temporary table, quoted. */
export function copyInto(name: string, table: TableStructure): string {
  const list = listInsertable(table).map(quoteIdentifier).join(', ');
  return `INSERT INTO temp.${name} (${list}) SELECT ${list} FROM main.${quoteIdentifier(table.name)}`;
}

/** The rows of a table as they are. */
export function rowsOfTable(scene: Scene, table: TableStructure): PutRows {
  return {
    ...{ table, from: table, isWhole: true, isFilled: () => false },
    copied: (name) => findStructureColumn(table, name) ?? null,
    ask: (write) => rowsNow(scene, write(quoteIdentifier(table.name))),
  };
}

export function readPutRows(scene: Scene, { table, named, select, setUp, here, isTold }: Source): PutRows {
  const plain = parsePlainSelect(select);
  const from = plain === null ? null : scene.structures.find(plain.table);
  const items = plain === null || from === null ? [] : expandItems(plain.items, from);
  const itemOf = (name: string) =>
    items.length === named.length ? items[named.findIndex((each) => sameName(each, name))] : undefined;
  const findIn = (name: string) => (from && findStructureColumn(from, name)) ?? null;
  const readColumn = (name: string) => {
    const item = itemOf(name);
    return item?.type === 'column' ? findIn(item.name) : null;
  };
  const isAlike = (own: ColumnStructure, other: ColumnStructure | null) =>
    from !== null && other !== null && findAffinity(own, table) === findAffinity(other, from);
  const isWhole = plain?.whole === true && isTold;
  const givesNumber = (item: SelectItem | undefined, own: ColumnStructure) => {
    if (item?.type === 'literal') return item.kind === 'number';
    return item?.type === 'filled' && item.kind === 'number' && isAlike(own, findIn(item.name));
  };

  /** A column as it is told of production's rows; null where it cannot be. */
  function bindColumn(name: string, need: Need): string | null {
    const [own, read, quoted] = [findStructureColumn(table, name), readColumn(name), quoteIdentifier(name)];
    if (!own || own.generated !== null) return null;
    const affinity = findAffinity(own, table);
    const cast = (value: string) => (affinity === 'none' ? value : `CAST(${value} AS ${types[affinity]})`);
    if (!named.some((each) => sameName(each, name))) {
      const { default: value } = own.written;
      const isAsWritten = value === null || (findPlainLiteral(value) === 'text') === (affinity === 'text');
      return isAsWritten ? `${value === null ? 'NULL' : cast(value)} AS ${quoted}` : null;
    }
    if (need === 'null' || need === 'match') return quoted;
    const isCollated = need === 'value' || (own.collation === null && !read) || read?.collation === own.collation;
    if (isAlike(own, read)) return isCollated ? quoted : null;
    // A CAST makes a number of every text.
    const isOfKind = affinity === 'text' || givesNumber(itemOf(name), own);
    return isOfKind && isCollated ? `${cast(quoted)} AS ${quoted}` : null;
  }

  function bind(write: (from: string) => string, reads: readonly string[], need: Need): string | null {
    const isDirect = reads.every((name) => {
      const [own, read] = [findStructureColumn(table, name), readColumn(name)];
      if (!own || read === null || !sameName(read.name, name)) return false;
      return (
        need === 'null' ||
        need === 'match' ||
        (isAlike(own, read) && (need === 'value' || own.collation === read.collation))
      );
    });
    if (isWhole && from !== null && isDirect) return scene.rows.bind(write(quoteIdentifier(from.name)));
    const columns = [...new Set([...named, ...reads])].map((name) =>
      reads.includes(name) ? bindColumn(name, need) : quoteIdentifier(name),
    );
    if (!isTold || columns.includes(null)) return null;
    const list = named.map(quoteIdentifier).join(', ');
    const isPlain = columns.join(', ') === list;
    const source = isPlain ? putTable : `(SELECT ${columns.join(', ')} FROM ${putTable})`;
    return scene.rows.bind(`WITH ${putTable} (${list}) AS (${select}) ${write(source)}`);
  }

  return {
    ...{ table, from, isWhole },
    copied: (name) => {
      const [own, read] = [findStructureColumn(table, name), readColumn(name)];
      return own && isAlike(own, read) ? read : null;
    },
    isFilled: (name) => ['filled', 'literal'].includes(itemOf(name)?.type ?? ''),
    ask: (write, reads, need) =>
      need !== 'null' && mentionsAny(select, byChance)
        ? null
        : { select: write(here), setUp, bound: bind(write, reads, need) },
  };
}

function expandItems(items: readonly SelectItem[], from: TableStructure): readonly SelectItem[] {
  return items.flatMap((item): readonly SelectItem[] =>
    item.type === 'star' ? from.columns.map(({ name }) => ({ type: 'column', name })) : [item],
  );
}
