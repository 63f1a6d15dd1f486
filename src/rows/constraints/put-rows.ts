/** Rows as a table will hold them once a statement has run, told before its constraints see them; and what is asked about them. */

import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn, findWrittenName, listInsertable } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { isLeftToChance } from '../../sql/chance.ts';
import { findPlainLiteral } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import type { AskedRows } from '../ask/asking.ts';
import type { Scene } from '../ask/context.ts';
import type { BrokenRows, Consequence } from './report.ts';

/** What a question makes of the columns that it reads: whether one is NULL, whether another column has it, or more. */
type Need = 'null' | 'match' | 'value';

interface Source {
  readonly table: TableStructure;
  /** What people call it: for a rebuild's copy, the name that it will have. */
  readonly shown: string;
  readonly consequence: Consequence;
  /** The columns that get a value; the others have their defaults. */
  readonly named: readonly string[];
  readonly select: string;
  /** Whether the SELECT tells all of the rows. */
  readonly isWhole: boolean;
  readonly setUp: readonly string[];
  /** Where the set-up puts the rows. */
  readonly here: string;
}

export interface PutRows extends Source {
  /** The one table that they are read from, where that is simple to tell. */
  readonly from: TableStructure | null;
  /** Whether they are all rows of it, each once. */
  readonly areAll: boolean;
  /** The column of `from` that it gets the values of; null for any other. */
  read(column: string): ColumnStructure | null;
  /** The same where they stay as they are. */
  copied(column: string): ColumnStructure | null;
  /** Whether it gets a value that is never NULL. */
  isFilled(column: string): boolean;
  /**
   * @param write a SELECT over the rows, given what stands after FROM. @param reads the columns that it reads.
   * @returns with the columns of what production is asked; null where another time other values are there
   */
  ask(write: (from: string) => string, reads: readonly string[], need: Need): Asked | null;
}

type Asked = AskedRows & { readonly columns: readonly string[] };

/** Those that satisfy a condition, as they are reported. @param where given what stands after FROM */
export function findRows(
  scene: Scene,
  rows: PutRows,
  where: (from: string) => string,
  reads: readonly string[],
  need: Need,
): Pick<BrokenRows, 'count' | 'query' | 'columns'> {
  const asked = rows.ask((from) => `SELECT * FROM ${from} WHERE ${where(from)}`, reads, need);
  if (asked === null) return { count: () => null, query: null, columns: null };
  const { bound, columns } = asked;
  const query = bound?.sql ?? null;
  const all = need === 'null' ? (rows.ask((from) => `SELECT * FROM ${from}`, reads, need)?.bound ?? null) : null;
  if (bound === null || all === null) return { count: scene.asking.count(asked), query, columns };
  // Conditions that fail on no row are asked of production in one pass.
  return { count: scene.asking.count(asked, scene.asking.countToday(all, where(''))), query, columns };
}

const putTable = 'migrate_prod_put';
const types: Readonly<Record<Affinity, string>> = { none: 'BLOB', text: 'TEXT', real: 'REAL', numeric: 'NUMERIC' };

/** A temporary table that takes what the table takes, without its constraints. */
function writeTable(name: string, table: TableStructure): string {
  return `CREATE TEMP TABLE ${name} (${table.columns.map((column) => writeColumn(column, table)).join(', ')})`;
}

function writeColumn(column: ColumnStructure, table: TableStructure): string {
  const { name, collation, generated, written } = column;
  const value = written.default === null ? '' : ` DEFAULT ${written.default}`;
  const rest = generated === null ? value : ` AS ${written.generated}`;
  return `${quoteIdentifier(name)} ${types[findAffinity(column, table)]} COLLATE ${collation ?? 'binary'}${rest}`;
}

function selectFrom(table: string, columns: readonly string[]): string {
  return `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${table}`;
}

function copyInto(name: string, table: TableStructure): string {
  const columns = listInsertable(table);
  const list = columns.map(quoteIdentifier).join(', ');
  return `INSERT INTO temp.${name} (${list}) ${selectFrom(`main.${quoteIdentifier(table.name)}`, columns)}`;
}

type Told = Pick<Source, 'table' | 'shown' | 'consequence'>;

/** The rows of a table as they are. */
export function rowsOfTable(scene: Scene, told: Told & Pick<Source, 'isWhole'>): PutRows {
  const [here, named] = [quoteIdentifier(told.table.name), told.table.columns.map(({ name }) => name)];
  return readRows(scene, { ...told, named, select: selectFrom(here, named), setUp: [], here });
}

/** @param isFirst whether there are no others in the table. */
export function rowsOfInsert(scene: Scene, told: Told & Pick<Source, 'named' | 'select'>, isFirst: boolean): PutRows {
  const insert = `INSERT INTO ${putTable} (${told.named.map(quoteIdentifier).join(', ')}) ${told.select}`;
  const setUp = [writeTable(putTable, told.table), ...(isFirst ? [] : [copyInto(putTable, told.table)]), insert];
  return readRows(scene, { ...told, isWhole: isFirst, setUp, here: putTable });
}

/**
 * The UPDATE is tried on a copy that stands before the table under its name.
 * @param changes what it makes of columns, by their folded names. @param isTold whether a SELECT would tell the same.
 */
export function rowsOfUpdate(
  scene: Scene,
  table: TableStructure,
  sql: string,
  changes: ReadonlyMap<string, string>,
  isTold: boolean,
): PutRows {
  const [here, named] = [quoteIdentifier(table.name), listInsertable(table)];
  const list = named.map((name) => changes.get(foldName(name)) ?? quoteIdentifier(name));
  const told = { table, shown: table.name, consequence: 'fails', named, here } as const;
  const setUp = [writeTable(here, table), copyInto(here, table), sql];
  return readRows(scene, { ...told, select: `SELECT ${list.join(', ')} FROM ${here}`, isWhole: isTold, setUp });
}

/** A column is added without its CHECK. @param table as it will be. */
export function rowsOfAdded(scene: Scene, table: TableStructure, column: ColumnStructure): PutRows {
  const before = { ...table, columns: table.columns.filter(({ name }) => !sameName(name, column.name)) };
  const named = listInsertable(before);
  const add = `ALTER TABLE temp.${putTable} ADD COLUMN ${writeColumn(column, table)}`;
  return readRows(scene, {
    ...{ table, shown: table.name, consequence: 'fails', named, isWhole: true, here: putTable },
    select: selectFrom(quoteIdentifier(table.name), named),
    setUp: [writeTable(putTable, before), copyInto(putTable, before), add],
  });
}

function readRows(scene: Scene, source: Source): PutRows {
  const { table, select, isWhole, setUp, here } = source;
  const written = (name: string) => findWrittenName(table, name);
  const named = source.named.map(written);
  const plain = parsePlainSelect(select);
  const from = plain === null ? null : scene.structures.find(plain.table);
  const items = (plain?.items ?? []).flatMap((item) =>
    item.type === 'star' ? (from?.columns ?? []).map(({ name }) => ({ type: 'column', name }) as const) : [item],
  );
  const areAll = plain?.whole === true && isWhole;
  const itemOf = (name: string) =>
    items.length === named.length ? items[named.findIndex((each) => sameName(each, name))] : undefined;
  const read = (name: string) => {
    const item = itemOf(name);
    return (item?.type === 'column' && from && findStructureColumn(from, item.name)) || null;
  };
  const copied = (name: string) => {
    const [own, other] = [findStructureColumn(table, name), read(name)];
    if (!own || !other || !from || own.collation !== other.collation) return null;
    return findAffinity(own, table) === findAffinity(other, from) ? other : null;
  };
  const isNamed = (name: string) => named.some((each) => sameName(each, name));
  /** What it holds where it is not copied; null for what cannot be told, as a CAST makes a number of every text. */
  const cast = (name: string) => {
    const own = findStructureColumn(table, name);
    if (!own || own.generated !== null) return null;
    const [affinity, given] = [findAffinity(own, table), isNamed(name) ? null : own.written.default];
    const isOfKind = given !== null && findPlainLiteral(given) === 'number' && affinity !== 'none';
    const value = given ?? (isNamed(name) ? quoteIdentifier(name) : 'NULL');
    if (affinity !== 'text' && !isOfKind) return null;
    return `CAST(${value} AS ${types[affinity]}) COLLATE ${own.collation ?? 'binary'} AS ${quoteIdentifier(name)}`;
  };
  /** Of production's rows: of the table itself, or else of what the statement makes of it. */
  const bind = (write: (from: string) => string, asked: readonly string[], need: Need) => {
    const reads = asked.map(written);
    const kept = need === 'value' ? copied : read;
    if (areAll && from && reads.every((name) => sameName(kept(name)?.name ?? '', name)))
      return {
        bound: scene.rows.bind(write(quoteIdentifier(from.name))),
        columns: from.columns.map(({ name }) => name),
      };
    const columns = [...new Set([...named, ...reads])].map((name) => {
      const isKept = isNamed(name) && (need !== 'value' || !reads.includes(name) || copied(name) !== null);
      return isKept ? quoteIdentifier(name) : cast(name);
    });
    const list = named.map(quoteIdentifier).join(', ');
    const isPlain = columns.join(', ') === list;
    const given = isPlain ? putTable : `(SELECT ${columns.join(', ')} FROM ${putTable})`;
    const text = `WITH ${putTable} (${list}) AS (${select}) ${write(given)}`;
    return { bound: isWhole && !columns.includes(null) ? scene.rows.bind(text) : null, columns: named };
  };
  return {
    ...{ ...source, from, areAll, read, copied },
    isFilled: (name) => ['filled', 'literal'].includes(itemOf(name)?.type ?? ''),
    ask: (write, reads, need) =>
      need !== 'null' && isLeftToChance(setUp.at(-1) ?? '')
        ? null
        : { select: write(here), setUp, ...bind(write, reads, need) },
  };
}
