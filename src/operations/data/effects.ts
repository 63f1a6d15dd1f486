/** What a statement does to the rows of tables, as far as it can be told; and what its new constraints ask of them. */

import { listWords } from '../../core/data/database-rows.ts';
import { type PlainSelect, parsePlainSelect, type SelectItem } from '../../core/data/plain-select.ts';
import { findStructureColumn, hasOwnConflicts, isRowidColumn } from '../../core/data/production-table.ts';
import {
  type InsertParts,
  parseCreateAs,
  parseDelete,
  parseInsert,
  parseUpdate,
} from '../../core/data/row-statements.ts';
import { findComparable, storeDefault, storeValue } from '../../core/data/stored-value.ts';
import {
  type ColumnSource,
  findColumn,
  findWholeOf,
  joinRows,
  type KnownRows,
  keepColumns,
  limitLength,
  pickColumns,
  sourceOfDefault,
  type TableRows,
  unknownRows,
} from '../../core/data/table-rows.ts';
import { isDeferPragma } from '../../core/plan/analyse.ts';
import { findAffinity } from '../../core/schema/affinity.ts';
import { parseTableStructure } from '../../core/schema/parse-structure.ts';
import type { ColumnStructure, TableStructure } from '../../core/schema/structure.ts';
import type { Classified } from '../../core/sql/classify.ts';
import { isKeyword } from '../../core/sql/cursor.ts';
import { foldName, quoteIdentifier, sameName } from '../../core/sql/identifiers.ts';
import { tokenize } from '../../core/sql/tokenize.ts';
import { askCheck, askConstraints, isSurelyAsked, report } from './constraints.ts';
import { askParents } from './references.ts';
import { describeRows, type Place, type Scene, subjectOf } from './scene.ts';
import { findForeignKey, isTime, suggestConstant, suggestValue } from './ways.ts';

/** After the statement has run on the mirror. */
export function changeRows(scene: Scene, place: Place): void {
  const { rows } = scene;
  const { kind, sql } = place.statement;
  switch (kind.type) {
    case 'create-table':
      rows.set({
        name: kind.name,
        origin: null,
        madeIn: place.migration.migration.name,
        isFilled: false,
        mayLack: false,
        rows: kind.asSelect ? { type: 'unknown', wholeOf: findCopied(scene, parseCreateAs(sql)) } : { type: 'none' },
      });
      break;
    case 'create-virtual-table':
      rows.set({
        name: kind.name,
        origin: null,
        madeIn: place.migration.migration.name,
        isFilled: false,
        mayLack: false,
        rows: unknownRows,
      });
      break;
    case 'create-view':
      rows.hide(kind.name);
      break;
    case 'drop':
      if (kind.object !== 'table') break;
      // It deletes the rows first (SQLite's foreign key documentation, section 5).
      forgetChildren(scene, place, kind.name);
      rows.remove(kind.name);
      break;
    case 'rename-table':
      rows.rename(kind.table, kind.to);
      break;
    case 'rename-column':
      changeColumns(scene, kind.table, (known) =>
        pickColumns(
          known,
          keepColumns(known).map((column) =>
            sameName(column.name, kind.column) ? { ...column, name: kind.to } : column,
          ),
        ),
      );
      break;
    case 'drop-column':
      changeColumns(scene, kind.table, (known) =>
        pickColumns(
          known,
          keepColumns(known).filter(({ name }) => !sameName(name, kind.column)),
        ),
      );
      break;
    case 'add-column':
      addColumn(scene, kind);
      break;
    case 'insert':
      insertRows(scene, place, kind.table);
      break;
    case 'update':
      changeByText(scene, 'update', kind.table, updateText(scene, sql, kind.table));
      forgetReached(scene, place, kind.table);
      break;
    case 'delete':
      changeByText(scene, 'delete', kind.table, deleteText(scene, sql, kind.table));
      forgetReached(scene, place, kind.table);
      break;
    case 'alter-other':
      rows.setRows(kind.table, unknownRows);
      break;
    case 'other':
      rows.forgetAll();
      break;
    default:
  }
}

function changeColumns({ rows }: Scene, table: string, change: (known: KnownRows) => TableRows): void {
  const current = rows.rowsOf(table);
  if (current.type === 'known') rows.setRows(table, change(current));
}

function addColumn(
  { rows, structures }: Scene,
  { table, definition }: Extract<Classified, { type: 'add-column' }>,
): void {
  const [column] = parseAddedColumn(definition);
  const current = rows.rowsOf(table);
  if (current.type !== 'known') return;
  if (column === undefined) {
    rows.setRows(table, unknownRows);
    return;
  }
  const source = column.generated === null ? sourceOfDefault(column.written.default) : ({ type: 'computed' } as const);
  const structure = structures.find(table);
  const affinity = structure === null ? 'none' : findAffinity(column, structure);
  const added = {
    name: column.name,
    source,
    isNew: true,
    ...(column.generated === null
      ? storeDefault(column, affinity)
      : {
          compares: findComparable(column, affinity),
          expression: storeValue(`(${column.written.generated ?? 'NULL'})`, affinity),
        }),
  };
  rows.setRows(table, pickColumns(current, [...keepColumns(current), added]));
}

/** The column that an ADD COLUMN makes; none where it cannot be taken apart. */
export function parseAddedColumn(definition: string): readonly ColumnStructure[] {
  return parseTableStructure(`CREATE TABLE t (${definition}\n)`)?.columns ?? [];
}

/** What an ADD COLUMN asks of the rows that are there. @returns the column. */
export function askAddedColumn(
  scene: Scene,
  place: Place,
  { table, definition }: Extract<Classified, { type: 'add-column' }>,
): ColumnStructure | null {
  const [column] = parseAddedColumn(definition);
  const current = scene.rows.rowsOf(table);
  if (column === undefined) return null;
  if (current.type !== 'known') return column;
  const refusal = scene.structures.refuseColumn(definition);
  if (refusal !== null && /^Cannot add a/i.test(refusal)) askRefused(scene, place, table, column, current, refusal);
  else askAddedChecks(scene, place, table, definition, column, current);
  return column;
}

function askRefused(
  scene: Scene,
  place: Place,
  table: string,
  column: ColumnStructure,
  rows: KnownRows,
  refusal: string,
): void {
  const subject = subjectOf(scene, rows);
  report(scene, place, 'fails', 'needs-default', {
    count: scene.questions.countRows(subject.select),
    query: null,
    columns: null,
    message: (count) =>
      `${quoteIdentifier(table)}.${quoteIdentifier(column.name)} cannot be added to a table with rows, and this one has ${describeRows(count)}: ${refusal}.`,
    why: 'SQLite gives a new column no value row by row: without a constant default there is none for the rows that are there, and the migration is rolled back.',
    way: addColumnTo(scene, place, table, column),
  });
}

function addColumnTo(scene: Scene, place: Place, table: string, column: ColumnStructure): string {
  const [quoted, name] = [quoteIdentifier(table), quoteIdentifier(column.name)];
  const type = column.written.type === null ? '' : ` ${column.written.type}`;
  const structure = scene.structures.find(table);
  const key = structure === null ? undefined : findForeignKey(structure, column);
  const reference = key === undefined ? '' : ` ${key.sql.slice(key.sql.lastIndexOf('REFERENCES'))}`;
  const value = structure === null ? null : suggestValue(scene, place, { table: structure, shown: table }, column);
  const fill = (words: string, sql: string | null) =>
    `-- add it without ${words} can follow in a migration that rebuilds the table:\nALTER TABLE ${quoted} ADD COLUMN ${name}${type}${reference};\nUPDATE ${quoted} SET ${name} = ${sql};`;
  if (column.default !== null)
    return fill('the default, and fill it; NOT NULL and the default', column.written.default);
  if (value !== null && value.words !== null)
    return fill(`NOT NULL, and fill it with ${value.words}; NOT NULL`, value.sql);
  return `-- with a constant default${isTime(column) ? ', to be replaced by one' : ''} that fits:\nALTER TABLE ${quoted} ADD COLUMN ${name}${type} NOT NULL DEFAULT ${suggestConstant(column)};`;
}

/** SQLite looks at every row when a column comes with a CHECK. */
function askAddedChecks(
  scene: Scene,
  place: Place,
  table: string,
  definition: string,
  column: ColumnStructure,
  rows: KnownRows,
): void {
  const checks = parseTableStructure(`CREATE TABLE t (${definition}\n)`)?.checks ?? [];
  const structure = scene.structures.find(table);
  if (checks.length === 0 || structure === null) return;
  const added = {
    name: column.name,
    source: sourceOfDefault(column.written.default),
    isNew: true,
    ...storeDefault(column, findAffinity(column, structure)),
  };
  const after = pickColumns(rows, [...keepColumns(rows), added]);
  if (after.type !== 'known' || after.vague) return;
  for (const check of checks)
    askCheck(scene, place, { rows: after, table: structure, shown: table, consequence: 'fails' }, check, column.name);
}

function insertRows(scene: Scene, place: Place, name: string): void {
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
  const put = isTriggered ? null : buildPut(scene, parts, table);
  if (put === null && parts.conflict !== 'abort') scene.rows.set({ ...tracked, isFilled: true, mayLack: true });
  if (put === null || parts.conflict === 'other') {
    const isFirst = tracked.rows.type === 'none' && parts.conflict === 'abort';
    scene.rows.setRows(name, isFirst ? { type: 'unknown', wholeOf: findCopied(scene, parts.source) } : unknownRows);
    return;
  }
  const given = new Set((parts.columns ?? listInsertable(table)).map(foldName));
  const consequence = consequences[parts.conflict];
  // Of a table of production only what a migration adds is new; what is unique there was unique before.
  if (consequence !== 'fails' && (put.vague || tracked.rows.type !== 'none' || !isSurelyAsked(scene, put, table)))
    scene.rows.set({ ...tracked, isFilled: true, mayLack: true });
  if (tracked.origin === null && !put.vague) {
    const after = joinRows(tracked.rows, put);
    const shown = findShown(place, name);
    const all = after.type === 'known' ? after : put;
    askConstraints(scene, place, { rows: put, table, shown, given, consequence }, all);
    if (!place.migration.foreignKeysOff && !defersKeys(place) && consequence === 'fails')
      askParents(scene, place, table, put, after);
  }
  const joined = parts.conflict !== 'abort' || hasOwnConflicts(table) ? unknownRows : joinRows(tracked.rows, put);
  // What was put before into a table that the plan makes is the plan's, too.
  scene.rows.setRows(name, tracked.origin === null && joined.type === 'known' ? { ...joined, before: null } : joined);
}

const consequences = { abort: 'fails', ignore: 'left-out', replace: 'replaces' } as const;

/** A rebuild's copy is called by the name that it will have. */
function findShown({ migration }: Place, name: string): string {
  return migration.rebuilds.find(({ replacement }) => sameName(replacement, name))?.table ?? name;
}

/** Then foreign keys are looked at when all is done. */
function defersKeys({ migration }: Place): boolean {
  return migration.statements.some(({ kind }) => isDeferPragma(kind));
}

/** The table of production of which every row is copied, whatever becomes of the values. */
function findCopied(scene: Scene, source: string | null): string | null {
  const select = source === null ? null : parsePlainSelect(source);
  return select?.whole ? findWholeOf(scene.rows.rowsOf(select.table)) : null;
}

export function listInsertable(table: TableStructure): readonly string[] {
  return table.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
}

/** The rows that an INSERT puts into its table; null where they cannot be told. */
function buildPut(scene: Scene, { columns, source }: InsertParts, table: TableStructure): KnownRows | null {
  const named = columns ?? listInsertable(table);
  if (source === null || table.columns.some(({ generated }) => generated !== null)) return null;
  const select = parsePlainSelect(source);
  const bound = scene.rows.bind(source, isCopy(select) ? '' : source);
  if (bound === null) return null;
  const origin = select && scene.rows.rowsOf(select.table);
  const items = select && origin?.type === 'known' ? expandItems(select.items, origin) : [];
  const plain = findPlain(scene, select, named, table);
  const list = table.columns.map((column) => {
    const quoted = quoteIdentifier(column.name);
    const isNamed = named.some((name) => sameName(name, column.name));
    const affinity = findAffinity(column, table);
    if (!isNamed) return `${storeDefault(column, affinity).expression} AS ${quoted}`;
    if (affinity === 'none' || plain.has(foldName(column.name))) return quoted;
    const stored = storeValue(quoted, affinity);
    // A rowid that is NULL gets a number that no other row has.
    return `${isRowidColumn(table, column.name) ? `coalesce(${stored}, hex(randomblob(8)))` : stored} AS ${quoted}`;
  });
  const rows = limitLength({
    type: 'known',
    select: `WITH migrate_prod_rows (${named.map(quoteIdentifier).join(', ')}) AS (${bound}) SELECT ${list.join(', ')} FROM migrate_prod_rows`,
    columns: table.columns.map((column) => {
      const { name } = column;
      const index = named.findIndex((candidate) => sameName(candidate, name));
      if (index < 0) {
        const source = sourceOfDefault(column.written.default);
        return { name, source, isNew: true, compares: storeDefault(column, findAffinity(column, table)).compares };
      }
      const item = items.length === named.length ? items[index] : undefined;
      const source = item ?? { type: 'computed' };
      return {
        name,
        source,
        isNew: source.type === 'literal',
        compares: plain.has(foldName(name)) ? 'anything' : findComparable(column, findAffinity(column, table)),
      };
    }),
    wholeOf: findCopied(scene, source),
    before: null,
    numbered: findNumbered(table, named),
    vague: isVague(source),
  });
  return rows.type === 'known' ? rows : null;
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
  table: TableStructure,
): ReadonlySet<string> {
  const from = select && scene.structures.find(select.table);
  const origin = select && scene.rows.rowsOf(select.table);
  if (select === null || from === null || origin?.type !== 'known') return new Set();
  const items = select.items.flatMap((item): readonly (string | null)[] =>
    item.type === 'star' ? origin.columns.map(({ name }) => name) : [item.type === 'column' ? item.name : null],
  );
  const plain = named.filter((name, index) => {
    const [read, column] = [items[index], findStructureColumn(table, name)];
    const original = read ? findStructureColumn(from, read) : undefined;
    return (
      items.length === named.length &&
      read &&
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
  const rowid = table.columns.find(({ name }) => isRowidColumn(table, name))?.name;
  return rowid === undefined || given.some((name) => sameName(name, rowid)) ? null : rowid;
}

function expandItems(items: readonly SelectItem[], origin: KnownRows): readonly ColumnSource[] {
  return items.flatMap((item): readonly ColumnSource[] => {
    if (item.type === 'star') return origin.columns.map(({ source }) => source);
    if (item.type === 'literal') return [{ type: 'literal', kind: 'other' }];
    if (item.type === 'other') return [{ type: 'computed' }];
    const source = findColumn(origin, item.name)?.source ?? { type: 'computed' };
    if (item.type === 'filled')
      return [
        source.type === 'column'
          ? { ...source, type: 'filled' }
          : source.type === 'computed'
            ? { type: 'literal', kind: 'other' }
            : source,
      ];
    return [source];
  });
}

/** @param text a SELECT over today's tables that has the table's rows as they are afterwards; null where it cannot be told. */
function changeByText(scene: Scene, kind: 'update' | 'delete', table: string, text: Changed | null): void {
  const bound = text === null ? null : scene.rows.bind(text.select, text.compared);
  const current = scene.rows.rowsOf(table);
  if (current.type === 'none') return;
  if (text === null || bound === null || current.type === 'unknown') {
    const isUpdate = kind === 'update';
    scene.rows.setRows(table, { type: 'unknown', wholeOf: isUpdate ? findWholeOf(current) : null });
    return;
  }
  scene.rows.setRows(
    table,
    limitLength({
      type: 'known',
      select: bound,
      columns: text.columns,
      wholeOf: kind === 'update' ? current.wholeOf : null,
      numbered: null,
      vague: false,
      before: null,
    }),
  );
}

interface Changed {
  readonly select: string;
  /** The part of it that the file wrote. */
  readonly compared: string;
  readonly columns: KnownRows['columns'];
}

function updateText({ rows, structures }: Scene, sql: string, table: string): Changed | null {
  const parts = parseUpdate(sql);
  const current = rows.rowsOf(table);
  const structure = structures.find(table);
  if (parts === null || current.type !== 'known' || structure === null) return null;
  const isPlain = parts.assignments.every(({ column }) => findColumn(current, column) !== undefined);
  // What is generated from the columns changes with them.
  if (!isPlain || structure.columns.some(({ generated }) => generated !== null)) return null;
  const assignments = new Map(parts.assignments.map(({ column, expression }) => [foldName(column), expression]));
  const list = current.columns.map(({ name }) => {
    const quoted = quoteIdentifier(name);
    const expression = assignments.get(foldName(name));
    if (expression === undefined) return quoted;
    return parts.where === null
      ? `(${expression}) AS ${quoted}`
      : `CASE WHEN (${parts.where}) THEN (${expression}) ELSE ${quoted} END AS ${quoted}`;
  });
  const findStored = (name: string) => {
    const column = findStructureColumn(structure, name);
    return column ? findComparable(column, findAffinity(column, structure)) : 'nothing';
  };
  const stored = current.columns.map(({ name }) => {
    const [quoted, column] = [quoteIdentifier(name), findStructureColumn(structure, name)];
    if (!assignments.has(foldName(name)) || !column) return quoted;
    return `${storeValue(quoted, findAffinity(column, structure))} AS ${quoted}`;
  });
  return {
    select: `SELECT ${stored.join(', ')} FROM (SELECT ${list.join(', ')} FROM ${quoteIdentifier(table)})`,
    compared: [parts.where ?? '', ...assignments.values()].join(' '),
    columns: current.columns.map((column) =>
      assignments.has(foldName(column.name))
        ? { ...column, source: { type: 'computed' }, compares: findStored(column.name) }
        : column,
    ),
  };
}

function deleteText({ rows }: Scene, sql: string, table: string): Changed | null {
  const parts = parseDelete(sql);
  const current = rows.rowsOf(table);
  if (parts === null || current.type !== 'known') return null;
  const list = current.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return {
    select: `SELECT ${list} FROM ${quoteIdentifier(table)} WHERE ${parts.where === null ? '0' : `(${parts.where}) IS NOT TRUE`}`,
    compared: parts.where ?? '',
    columns: current.columns,
  };
}

/** What triggers and foreign keys change besides. */
function forgetReached(scene: Scene, place: Place, table: string, seen = new Set<string>()): void {
  forgetTriggered(scene, table);
  forgetChildren(scene, place, table, seen);
}

/** What refers to the table, and what refers to that, down to the last. */
function forgetChildren(scene: Scene, place: Place, table: string, seen = new Set<string>()): void {
  if (place.migration.foreignKeysOff || seen.has(foldName(table))) return;
  seen.add(foldName(table));
  for (const { table: child, key } of scene.structures.listChildren(table)) {
    if (![key.onDelete, key.onUpdate].some(isAction)) continue;
    scene.rows.setRows(child.name, unknownRows);
    forgetReached(scene, place, child.name, seen);
  }
}

function isAction(action: string): boolean {
  return action === 'cascade' || action === 'set null' || action === 'set default';
}

/** A trigger's body may change every table that it names. */
function forgetTriggered(scene: Scene, table: string, seen = new Set<string>()): void {
  const { rows, structures } = scene;
  seen.add(foldName(table));
  for (const sql of structures.listTriggers(table)) {
    const body = sql.slice(/\bBEGIN\b/i.exec(sql)?.index ?? 0);
    rows.forget(body);
    if (/\bRAISE\b/i.test(sql)) rows.setRows(table, unknownRows);
    for (const name of listWords(body))
      if (!seen.has(name) && rows.find(name) !== null) forgetTriggered(scene, name, seen);
  }
}
