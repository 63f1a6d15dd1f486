/** What rows would break: NOT NULL, unique and CHECK constraints that are new to them. */

import { listWords } from '../../core/data/database-rows.ts';
import {
  findStructureColumn,
  findUniqueColumns,
  isRowidColumn,
  listKeys,
  takesNoNull,
  type UniqueColumn,
} from '../../core/data/production-table.ts';
import type { Duplicates } from '../../core/data/questions.ts';
import { parseInsert } from '../../core/data/row-statements.ts';
import { seesAsStored } from '../../core/data/stored-value.ts';
import { findColumn, type KnownRows, type LiteralKind } from '../../core/data/table-rows.ts';
import { listTakenColumns, takesColumn } from '../../core/data/taken-columns.ts';
import type { RowCount } from '../../core/plan/findings.ts';
import { type Affinity, findAffinity, mayConvert } from '../../core/schema/affinity.ts';
import { type IndexStructure, parseIndexStructure } from '../../core/schema/parse-index.ts';
import type { CheckStructure, ColumnStructure, KeyStructure, TableStructure } from '../../core/schema/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../core/sql/identifiers.ts';
import type { Reply } from '../../ports.ts';
import { wordNotCopied } from './losses.ts';
import {
  askExamples,
  describeCount,
  describeRows,
  findFilled,
  type Place,
  type Scene,
  type Subject,
  subjectOf,
  subjectOfTable,
} from './scene.ts';
import { findTwin, removeDuplicates, renameColumn, type SuggestedValue, suggestValue } from './ways.ts';

/** Whether a row that breaks a constraint stops the migration, is left out of it, or puts the row out that it meets. */
export type Consequence = 'fails' | 'left-out' | 'replaces';

/** Rows that a statement puts into a table. */
export interface PutRows {
  readonly rows: KnownRows;
  readonly table: TableStructure;
  /** What people call the table: for a rebuild's copy, the name that it will have. */
  readonly shown: string;
  /** Folded names of the columns that it gives a value. */
  readonly given: ReadonlySet<string>;
  readonly consequence: Consequence;
}

/** @param after with the rows that were there before, among which a key has to be unique. */
export function askConstraints(scene: Scene, place: Place, put: PutRows, after: KnownRows): void {
  for (const column of put.table.columns) askNulls(scene, place, put, column);
  for (const key of listKeys(put.table)) {
    const columns = findUniqueColumns(key, put.table);
    const [first] = columns;
    // A rowid that is not given is made up, and never twice.
    const isMadeUp =
      columns.length === 1 && first !== undefined && isRowidColumn(put.table, first.name) && !put.given.has(first.name);
    if (!isMadeUp)
      askDuplicates(scene, place, {
        ...put,
        rows: after,
        consequence: findConsequence(put, key),
        columns,
        where: null,
        name: null,
      });
  }
  for (const check of put.table.checks) askCheck(scene, place, put, check);
}

/** Whether the questions tell of every row that breaks a unique key or a CHECK: its values are those that they see. */
export function isSurelyAsked(scene: Scene, rows: KnownRows, table: TableStructure): boolean {
  const keyed = listKeys(table).flatMap((key) => findUniqueColumns(key, table).map(({ name }) => name));
  const checked = table.checks.flatMap(({ written }) => listRead(table, written));
  return (
    table.columns
      .filter(({ name }) => keyed.includes(foldName(name)))
      .every((column) => staysAsIs(scene, rows, table, column)) &&
    checked.every((column) => keepsKind(scene, rows, table, column))
  );
}

/** What the statement says goes before what the table says (SQLite's "ON CONFLICT clause"). */
function findConsequence({ consequence }: PutRows, { conflict }: KeyStructure): Consequence {
  if (consequence !== 'fails') return consequence;
  return conflict === 'ignore' ? 'left-out' : conflict === 'replace' ? 'replaces' : 'fails';
}

function askNulls(scene: Scene, place: Place, put: PutRows, column: ColumnStructure): void {
  if (
    !takesNoNull(put.table, column) ||
    column.notNullConflict !== null ||
    column.generated !== null ||
    isRowidColumn(put.table, column.name)
  )
    return;
  const name = foldName(column.name);
  // OR REPLACE puts the default in the place of a NULL, and fails where there is none (SQLite's "ON CONFLICT clause").
  if (put.consequence === 'replaces' && column.default !== null) return;
  const consequence = put.consequence === 'replaces' ? 'fails' : put.consequence;
  if (!put.given.has(name)) {
    if (column.default === null) askNeedsDefault(scene, place, { ...put, consequence }, column);
    return;
  }
  const source = findColumn(put.rows, name)?.source;
  if (source === undefined || source.type === 'filled' || source.type === 'literal') return;
  const from = source.type === 'column' ? scene.production.get(foldName(source.table)) : undefined;
  const original = from && source.type === 'column' ? findStructureColumn(from.structure, source.column) : undefined;
  if (from && original && (takesNoNull(from.structure, original) || isRowidColumn(from.structure, original.name)))
    return;
  const isWhole = from !== undefined && put.rows.wholeOf !== null && sameName(put.rows.wholeOf, from.name);
  const subject = isWhole ? subjectOfTable(from) : subjectOf(scene, put.rows);
  const asked = quoteIdentifier(isWhole && original ? original.name : column.name);
  report(scene, place, consequence, 'nulls', {
    count: scene.questions.countWhere(subject.select, `${asked} IS NULL`),
    query: `SELECT * FROM ${subject.from} WHERE ${asked} IS NULL`,
    columns: listSubjectColumns(put, subject, from?.structure),
    message: (count) =>
      `${quoteIdentifier(put.shown)}.${quoteIdentifier(column.name)} becomes NOT NULL, and ${describeRows(count)} ${count.rows === 1 ? 'has' : 'have'} NULL there.`,
    why: 'The copy stops at the first of them, and the migration is rolled back.',
    way: fillNulls(
      from?.name ?? put.table.name,
      original?.name ?? column.name,
      suggestValue(scene, place, put, column),
    ),
  });
}

function fillNulls(table: string, name: string, { sql, words }: SuggestedValue): string {
  const [quotedTable, quoted] = [quoteIdentifier(table), quoteIdentifier(name)];
  return `-- before the rebuild, in the same file, with ${words ?? 'a value that fits'}:\nUPDATE ${quotedTable} SET ${quoted} = ${sql} WHERE ${quoted} IS NULL;`;
}

function askNeedsDefault(scene: Scene, place: Place, put: PutRows, column: ColumnStructure): void {
  const subject = subjectOf(scene, put.rows);
  report(scene, place, put.consequence, 'needs-default', {
    count: scene.questions.countRows(subject.select),
    query: null,
    columns: null,
    message: (count) =>
      `${quoteIdentifier(put.shown)}.${quoteIdentifier(column.name)} is NOT NULL and new, and nothing gives it a value in ${describeRows(count)}.`,
    why: 'Every one of these rows would have NULL there, so the copy stops at the first, and the migration is rolled back.',
    way: copyValue(scene, place, put, column),
  });
}

function copyValue(scene: Scene, place: Place, put: PutRows, column: ColumnStructure): string {
  const name = quoteIdentifier(column.name);
  const { sql, words } = suggestValue(scene, place, put, column);
  const twin = findUncopied(scene, place, put, column);
  const insert = (value: string) =>
    `INSERT INTO ${quoteIdentifier(put.table.name)} (…, ${name}) SELECT …, ${value} AS ${name} FROM …;`;
  const add = `where the rows are copied${words === null ? '' : `, ${words}`}:\n${insert(sql)}`;
  if (twin === null) return `-- give it a value ${add}`;
  return [
    `-- if it is ${quoteIdentifier(twin)} renamed, in place of the rebuild:`,
    renameColumn(scene, put.shown, twin, column.name),
    `-- or where the rows are copied:\n${insert(quoteIdentifier(twin))}`,
    `-- if it is not, give it a value ${add}`,
  ].join('\n');
}

/** What a rebuild leaves behind that could be the column under its old name. */
function findUncopied(
  scene: Scene,
  { migration, statement }: Place,
  put: PutRows,
  column: ColumnStructure,
): string | null {
  const isRebuild = migration.rebuilds.some(({ replacement }) => sameName(replacement, put.table.name));
  const old = isRebuild ? scene.structures.find(put.shown) : null;
  const taken = listTakenColumns(parseInsert(statement.sql)?.source ?? statement.sql);
  const left = (old?.columns ?? []).filter(
    ({ name }) => findStructureColumn(put.table, name) === undefined && !takesColumn(taken, put.shown, name),
  );
  return findTwin(column, left)?.name ?? null;
}

interface UniqueRows {
  readonly rows: KnownRows;
  readonly table: TableStructure;
  readonly shown: string;
  readonly columns: readonly (UniqueColumn & { readonly expression?: string })[];
  /** The condition of a partial index, as it is written. */
  readonly where: string | null;
  /** The index; null for a constraint of the table. */
  readonly name: string | null;
  readonly consequence: Consequence;
}

/** For a CREATE UNIQUE INDEX. */
export function askUniqueIndex(scene: Scene, place: Place, rows: KnownRows, table: TableStructure): void {
  const index = parseIndexStructure(place.statement.sql);
  if (index === null) return;
  askDuplicates(scene, place, {
    rows,
    table,
    shown: table.name,
    columns: listIndexed(index, table),
    where: index.whereWritten,
    name: index.name,
    consequence: 'fails',
  });
}

function listIndexed(index: IndexStructure, table: TableStructure): UniqueRows['columns'] {
  return index.columns.map((column) => {
    if (column.type === 'expression') return splitCollation(column.written);
    const own = findStructureColumn(table, column.name)?.collation ?? 'binary';
    return { name: foldName(column.name), collation: column.collation ?? own };
  });
}

/** `lower("email") COLLATE nocase` */
function splitCollation(written: string): UniqueRows['columns'][number] {
  const match = /^(.*)\sCOLLATE\s+["`[]?(\w+)["`\]]?$/is.exec(written);
  return { name: '', expression: match?.[1] ?? written, collation: match?.[2] ?? 'binary' };
}

function askDuplicates(scene: Scene, place: Place, unique: UniqueRows): void {
  const { rows, table, columns, where, name, consequence } = unique;
  const sources = columns.map((column) =>
    column.expression === undefined ? findColumn(rows, column.name)?.source : undefined,
  );
  if (sources.some((source, index) => source === undefined && columns[index]?.expression === undefined)) return;
  const written = [where ?? '', ...columns.map(({ expression }) => expression ?? '')].join(' ');
  if (!seesAsStored(rows, written)) return;
  const from = rows.wholeOf === null ? undefined : scene.production.get(foldName(rows.wholeOf));
  const originals = sources.map((source) =>
    source?.type === 'column' && from && sameName(source.table, from.name) ? source.column : null,
  );
  const isPlain =
    from !== undefined &&
    originals.every((original) => original !== null) &&
    columns.every(({ name: column }) => {
      const own = findStructureColumn(table, column);
      return own !== undefined && staysAsIs(scene, rows, table, own);
    });
  if (isPlain && isUniqueAlready(from.uniques, columns, originals)) return;
  const subject = isPlain && where === null ? subjectOfTable(from) : subjectOf(scene, rows);
  const keys = columns.map(({ name: column, expression, collation }, index) => ({
    expression:
      expression ??
      quoteIdentifier(
        (subject.from === quoteIdentifier(from?.name ?? '') ? originals[index] : null) ?? nameOf(table, column),
      ),
    collation,
  }));
  const list = keys
    .map(({ expression, collation }) => (collation === 'binary' ? expression : `${expression} COLLATE ${collation}`))
    .join(', ');
  const present = keys.map(({ expression }) => `${expression} IS NOT NULL`).join(' AND ');
  const condition = where === null ? present : `(${where}) AND ${present}`;
  const shown = columns.map((column) => column.expression ?? quoteIdentifier(nameOf(table, column.name))).join(', ');
  const bare = keys.map(({ expression }) => expression).join(', ');
  const key = keys.length === 1 ? list : `(${list})`;
  const partial = where === null ? '' : ` WHERE (${where})`;
  const query = `SELECT * FROM ${subject.from}${partial}${partial === '' ? ' WHERE' : ' AND'} ${key} IN (SELECT ${bare} FROM ${subject.from}${partial} GROUP BY ${list} HAVING count(*) > 1) ORDER BY ${list}`;
  const answer = scene.questions.findDuplicates(subject.select, keys, where);
  report(scene, place, consequence, 'duplicates', {
    count: (replies) => countMet(answer(replies), consequence),
    query,
    columns:
      (subject.from === quoteIdentifier(from?.name ?? '') ? from?.structure.columns : rows.columns)?.map(
        (column) => column.name,
      ) ?? [],
    message: (count, replies) => {
      const values = answer(replies)?.values ?? 0;
      const what =
        name === null
          ? `A unique key of ${quoteIdentifier(unique.shown)}`
          : `The unique index ${quoteIdentifier(name)} on ${quoteIdentifier(unique.shown)}`;
      return `${what} (${shown}) meets ${describeCount({ rows: values, atLeast: count.atLeast }, 'value')} that ${values === 1 ? 'occurs' : 'occur'} more than once, in ${describeCount({ rows: answer(replies)?.count.rows ?? 0, atLeast: false }, 'row')}.`;
    },
    why: 'The statement fails at the first of them, and the migration is rolled back.',
    way: removeDuplicates(
      scene,
      { table: isPlain ? from.structure : { ...table, name: unique.shown }, shown: unique.shown },
      list,
      condition,
    ),
  });
}

/** Of rows that are the same, one is kept where the others are left out. */
function countMet(found: Duplicates | null, consequence: Consequence): RowCount | null {
  if (found === null || consequence === 'fails') return found?.count ?? null;
  return { ...found.count, rows: found.count.rows - found.values };
}

function nameOf(table: TableStructure, folded: string): string {
  return findStructureColumn(table, folded)?.name ?? folded;
}

function isUniqueAlready(
  uniques: readonly (readonly UniqueColumn[])[],
  columns: readonly UniqueColumn[],
  originals: readonly (string | null)[],
): boolean {
  return uniques.some((unique) =>
    unique.every((known) =>
      columns.some(
        ({ collation }, index) => sameName(originals[index] ?? '', known.name) && sameName(collation, known.collation),
      ),
    ),
  );
}

/** Only where the values it sees are surely those that the table would hold. */
export function askCheck(
  scene: Scene,
  place: Place,
  { rows, table, shown, consequence }: Pick<PutRows, 'rows' | 'table' | 'shown' | 'consequence'>,
  check: CheckStructure,
  added: string | null = null,
): void {
  const read = listRead(table, check.written);
  const isSure = read.every(
    (column) => (added !== null && sameName(column.name, added)) || keepsKind(scene, rows, table, column),
  );
  if (!isSure || !seesAsStored(rows, check.written) || isCheckedAlready(scene, rows, check, read)) return;
  const subject = subjectOf(scene, rows);
  const broken = `NOT (${check.written})`;
  report(scene, place, consequence, 'check-fails', {
    count: scene.questions.countApart(subject.select, broken),
    query: `SELECT * FROM ${subject.from} WHERE ${broken}`,
    columns: rows.columns.map(({ name }) => name),
    message: (count) =>
      `${describeRows(count)} of ${quoteIdentifier(shown)} ${count.rows === 1 ? 'breaks' : 'break'} the new CHECK (${check.written}).`,
    why: 'The statement fails at the first of them, and the migration is rolled back.',
    way:
      added === null
        ? `-- before it, in the same file, with values that pass:\nUPDATE ${quoteIdentifier(rows.wholeOf ?? table.name)} SET ${quoteIdentifier(read[0]?.name ?? '…')} = … WHERE ${broken};`
        : `-- with a default that passes:\nALTER TABLE ${quoteIdentifier(shown)} ADD COLUMN ${quoteIdentifier(added)} … DEFAULT … ${check.sql};`,
  });
}

function listRead(table: TableStructure, written: string): readonly ColumnStructure[] {
  const words = listWords(written);
  return table.columns.filter((column) => words.has(foldName(column.name)));
}

/** Whether its values are in the table what they are in the question, and compare in the same way. */
function keepsKind(scene: Scene, rows: KnownRows, table: TableStructure, column: ColumnStructure): boolean {
  const source = findColumn(rows, column.name)?.source;
  if (source?.type === 'literal' || source === undefined || source.type === 'computed')
    return staysAsIs(scene, rows, table, column);
  const from = scene.production.get(foldName(source.table))?.structure;
  const original = from && findStructureColumn(from, source.column);
  return original?.collation === column.collation && staysAsIs(scene, rows, table, column);
}

/** Whether its values are in the table what they are in the question. */
function staysAsIs(scene: Scene, rows: KnownRows, table: TableStructure, column: ColumnStructure): boolean {
  const source = findColumn(rows, column.name)?.source;
  if (source?.type === 'literal') return isOfKind(source.kind, findAffinity(column, table));
  if (source === undefined || source.type === 'computed') return false;
  const from = scene.production.get(foldName(source.table))?.structure;
  const original = from && findStructureColumn(from, source.column);
  return (
    from !== undefined && original !== undefined && !mayConvert({ column: original, table: from }, { column, table })
  );
}

/** Whether a literal stays as it is in a column of this affinity. */
function isOfKind(kind: LiteralKind, affinity: Affinity): boolean {
  if (affinity === 'none') return true;
  return affinity === 'text' ? kind === 'text' : kind === 'number';
}

/** The same CHECK over the same columns holds in production. */
function isCheckedAlready(
  scene: Scene,
  rows: KnownRows,
  { expression }: CheckStructure,
  read: readonly ColumnStructure[],
): boolean {
  const sources = read.map((column) => findColumn(rows, column.name)?.source);
  const [first] = sources;
  const table = first?.type === 'column' ? scene.production.get(foldName(first.table)) : undefined;
  return (
    table?.structure.checks.some((check) => check.expression === expression) === true &&
    sources.every(
      (source, index) =>
        source?.type === 'column' &&
        sameName(source.table, table.name) &&
        sameName(source.column, read[index]?.name ?? ''),
    )
  );
}

function listSubjectColumns(put: PutRows, subject: Subject, from: TableStructure | undefined): readonly string[] {
  const isTable = from !== undefined && subject.from === quoteIdentifier(from.name);
  return (isTable ? from.columns : put.rows.columns).map(({ name }) => name);
}

interface Asked {
  readonly count: (replies: readonly Reply[]) => RowCount | null;
  /** null where it would find every row. */
  readonly query: string | null;
  /** Of the query's rows, for examples; null where they tell nothing. */
  readonly columns: readonly string[] | null;
  readonly message: (count: RowCount, replies: readonly Reply[]) => string;
  readonly why: string;
  readonly way: string;
}

type BlockerCode = 'duplicates' | 'nulls' | 'needs-default' | 'check-fails' | 'foreign-keys';

/** Where the rows are left out, the statement does not fail, and loses them. */
export function report(
  scene: Scene,
  { migration, statement }: Place,
  consequence: Consequence,
  code: BlockerCode,
  asked: Asked,
): void {
  const examples =
    asked.query === null || asked.columns === null ? () => null : askExamples(scene, asked.query, asked.columns);
  scene.findings.push((replies) => {
    const count = asked.count(replies);
    if (count === null || count.rows === 0) return [];
    const shared = {
      migration: migration.migration.name,
      line: statement.line,
      sql: statement.sql,
      evidence: { count, query: asked.query, examples: examples(replies) },
      way: asked.way,
    };
    const message = asked.message(count, replies);
    return consequence === 'fails'
      ? [{ ...shared, kind: 'blocker', code, message, why: asked.why }]
      : [
          {
            ...shared,
            kind: 'hazard',
            code: 'data-loss',
            losses: [wordNotCopied(findFilled({ migration, statement }))],
            message: `${message} ${consequence === 'replaces' ? 'Only the last of them is kept.' : 'Such rows are left out.'}`,
            why: 'What is not copied is gone when the old table is dropped.',
          },
        ];
  });
}
