/** INSERT: the rows that it puts into a table, and what the table asks of them. */

import { hasOwnConflicts } from '../../production/tables.ts';
import { findAffinity } from '../../schema/model/affinity.ts';
import { findRowidColumn, findStructureColumn, isRowidColumn } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { isKeyword } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type LiteralKind, type PlainSelect, parsePlainSelect, type SelectItem } from '../../sql/plain-select.ts';
import { type InsertParts, parseInsert } from '../../sql/row-statements.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { listInsertable } from '../constraints/put-rows.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { forgetReached, forgetTriggered } from '../state/reached.ts';
import { findComparable, storeDefault, storeValue } from '../state/stored-value.ts';
import {
  type ColumnSource,
  findColumn,
  findWholeOf,
  isTooLong,
  joinRows,
  type KnownRows,
  limitSelect,
  type PickedColumn,
  pickColumns,
  sourceOfDefault,
  type TableRows,
  unknownRows,
} from '../state/table-rows.ts';

export function insertRows(scene: Scene, place: StatementPlace, name: string): void {
  const parts = parseInsert(place.statement.sql);
  const tracked = scene.rows.find(name);
  const table = scene.structures.find(name);
  if (parts?.conflict === 'abort') forgetTriggered(scene, name);
  // What REPLACE takes out of its way is deleted.
  else forgetReached(scene, place, name);
  if (tracked === null) return;
  scene.rows.set({ ...tracked, isFilled: true });
  if (parts === null || table === null) {
    scene.rows.setRows(name, unknownRows);
    return;
  }
  const isTriggered = scene.structures.listTriggers(name).length > 0;
  if (isTriggered) scene.rows.set({ ...tracked, isFilled: true, mayLack: true });
  const isConstant = !hasKeyword(parts.source ?? '', 'SELECT');
  // Beside rows that nobody can tell, more of them change nothing.
  if (tracked.rows.type === 'unknown' && parts.conflict === 'abort' && (tracked.origin !== null || isConstant)) {
    scene.rows.setRows(name, unknownRows);
    return;
  }
  const put = isTriggered ? null : buildPut(scene, parts, table);
  if (put === null && parts.conflict !== 'abort') scene.rows.set({ ...tracked, isFilled: true, mayLack: true });
  if (put === null || parts.conflict === 'other') {
    const isFirst = tracked.rows.type === 'none' && parts.conflict === 'abort';
    scene.rows.setRows(name, isFirst ? { type: 'unknown', wholeOf: findCopied(scene, parts.source) } : unknownRows);
    return;
  }
  const joined = parts.conflict !== 'abort' || hasOwnConflicts(table) ? unknownRows : joinRows(tracked.rows, put);
  // What was put before into a table that the plan makes is the plan's, too.
  scene.rows.setRows(name, tracked.origin === null && joined.type === 'known' ? { ...joined, before: null } : joined);
}

/** The table of production of which every row is copied, whatever becomes of the values. */
export function findCopied(scene: Scene, source: string | null): string | null {
  const select = source === null ? null : parsePlainSelect(source);
  return select?.whole ? findWholeOf(scene.rows.rowsOf(select.table)) : null;
}

/** The rows that an INSERT puts into its table; null where they cannot be told. */
function buildPut(scene: Scene, { columns, source }: InsertParts, table: TableStructure): KnownRows | null {
  const named = columns ?? listInsertable(table);
  if (source === null || isTooLong(source) || table.columns.some(({ generated }) => generated !== null)) return null;
  const select = parsePlainSelect(source);
  const origin = select && scene.rows.rowsOf(select.table);
  const items = select && origin?.type === 'known' ? expandItems(select.items, origin) : [];
  const given = items.length === named.length ? items : named.map(() => computed);
  const plain = findPlain(scene, select, named, given, table);
  const list = table.columns.map((column): PickedColumn & { readonly isPlain: boolean } => {
    const { name } = column;
    const affinity = findAffinity(column, table);
    const index = named.findIndex((candidate) => sameName(candidate, name));
    const item = given[index];
    if (item === undefined) {
      const source = sourceOfDefault(column.written.default);
      return { name, source, isNew: true, isPlain: true, ...storeDefault(column, affinity) };
    }
    const quoted = quoteIdentifier(name);
    const shared = { name, source: item.source, isNew: item.source.type === 'literal' };
    if (plain.has(foldName(name))) return { ...shared, isPlain: true, compares: 'anything', expression: quoted };
    const stored = storeValue(quoted, affinity);
    // A rowid that is NULL gets a number that no other row has.
    const expression = affinity !== 'none' && isRowidColumn(table, name) ? `coalesce(${stored}, random())` : stored;
    return { ...shared, isPlain: false, compares: findComparable(column, affinity), expression };
  });
  const isPicked = list.every(({ isPlain }) => isPlain) && origin?.type === 'known';
  const base = isPicked && select !== null ? selectFrom(scene, select, origin) : null;
  const picked =
    base === null
      ? null
      : pickColumns(
          base,
          list.map((column) => readFrom(column, named, given)),
        );
  const put = picked ?? bindPut(scene, source, isCopy(select) ? '' : source, named, list);
  if (put?.type !== 'known') return null;
  const wholeOf = findCopied(scene, source);
  return { ...put, wholeOf, before: null, numbered: findNumbered(table, named), vague: isVague(source) };
}

/** The rows that a SELECT takes from its one table; null where that is more than a condition. */
function selectFrom({ rows }: Scene, { whole, filtered }: PlainSelect, origin: KnownRows): KnownRows | null {
  if (origin.numbered !== null || origin.vague) return null;
  if (whole) return origin;
  const select = filtered && rows.bind(`SELECT * FROM ${filtered.from} WHERE ${filtered.where}`, filtered.where);
  if (!select) return null;
  const expressions = origin.columns.map(({ name }) => quoteIdentifier(name));
  return {
    ...origin,
    select,
    form: { type: 'picked', expressions, from: `(${select})` },
    wholeOf: null,
    before: null,
  };
}

/** The column under the name that it has where it comes from. */
function readFrom(column: PickedColumn, named: readonly string[], items: readonly Item[]): PickedColumn {
  const read = items[named.findIndex((name) => sameName(name, column.name))]?.read ?? null;
  return read === null ? column : { ...column, expression: quoteIdentifier(read) };
}

function bindPut(
  { rows }: Scene,
  source: string,
  compared: string,
  named: readonly string[],
  columns: readonly PickedColumn[],
): TableRows | null {
  const bound = rows.bind(source, compared);
  if (bound === null) return null;
  const list = columns.map(({ name, expression }) => {
    const quoted = quoteIdentifier(name);
    return expression === quoted ? quoted : `${expression} AS ${quoted}`;
  });
  return limitSelect({
    type: 'known',
    select: `WITH migrate_prod_rows (${named.map(quoteIdentifier).join(', ')}) AS (${bound}) SELECT ${list.join(', ')} FROM migrate_prod_rows`,
    form: { type: 'other' },
    columns: columns.map(({ name, source, isNew, compares }) => ({ name, source, isNew, compares })),
    wholeOf: null,
    before: null,
    numbered: null,
    vague: false,
  });
}

/** Whether it takes some of several rows without saying which; a question is answered by another road, and may take others. */
function isVague(source: string): boolean {
  return tokenize(source).some((token) => isKeyword(token, 'LIMIT'));
}

/** Nothing in it is compared with anything. */
function isCopy(select: PlainSelect | null): boolean {
  return select?.whole === true && select.items.every(({ type }) => type !== 'other');
}

/** Folded names of the columns that get those of another table as they are, in affinity and collation too. */
function findPlain(
  scene: Scene,
  select: PlainSelect | null,
  named: readonly string[],
  items: readonly Item[],
  table: TableStructure,
): ReadonlySet<string> {
  const from = select && scene.structures.find(select.table);
  const origin = select && scene.rows.rowsOf(select.table);
  if (!from || origin?.type !== 'known') return new Set();
  const plain = named.filter((name, index) => {
    const [read, column] = [items[index]?.read ?? '', findStructureColumn(table, name)];
    const original = findStructureColumn(from, read);
    return (
      original &&
      column &&
      findColumn(origin, read)?.compares === 'anything' &&
      original.collation === column.collation &&
      findAffinity(original, from) === findAffinity(column, table)
    );
  });
  return new Set(plain.map(foldName));
}

/** The rowid's column where the INSERT gives it no value. */
function findNumbered(table: TableStructure, given: readonly string[]): string | null {
  const rowid = findRowidColumn(table)?.name;
  return rowid === undefined || given.some((name) => sameName(name, rowid)) ? null : rowid;
}

interface Item {
  /** The column that it is, as it is; null for anything else. */
  readonly read: string | null;
  readonly source: ColumnSource;
}

const computed: Item = { read: null, source: { type: 'computed' } };

function expandItems(items: readonly SelectItem[], origin: KnownRows): readonly Item[] {
  return items.flatMap((item): readonly Item[] => {
    if (item.type === 'star') return origin.columns.map(({ name, source }) => ({ read: name, source }));
    if (item.type === 'literal') return [{ read: null, source: item }];
    if (item.type === 'other') return [computed];
    const { name, source } = findColumn(origin, item.name) ?? { name: null, source: computed.source };
    return [item.type === 'column' ? { read: name, source } : { read: null, source: fillSource(source, item.kind) }];
  });
}

/** What is never NULL stays what it is. */
function fillSource(source: ColumnSource, kind: LiteralKind): ColumnSource {
  if (source.type === 'column') return { ...source, type: 'filled', kind };
  return source.type === 'computed' ? { type: 'literal', kind: 'other' } : source;
}
