/** Values that a rebuild reads and does not keep: what it copies in their place is something else. */

import type { ChangedValues } from '../../findings/data-loss-columns.ts';
import type { Loss } from '../../findings/loss.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn, isRowidColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import { tokenize } from '../../sql/tokenize.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { Answers } from '../questions.ts';
import type { CopiedItem, CopiedPart } from '../state/copies.ts';
import { storeValue } from '../state/stored-value.ts';
import { countFilled, isOld } from './dropped-column.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { findSubject, guardLoss, reportLoss } from './loss.ts';

interface ReadColumn {
  /** The old table, with the column as it is there. */
  readonly old: TableStructure;
  readonly column: ColumnStructure;
  readonly made: TableStructure;
  /** The statements that copied from it. */
  readonly parts: readonly CopiedPart[];
}

/** Whether every place that the part copies the column to makes another value of some. */
export function isConverted({ old, column, made }: Omit<ReadColumn, 'parts'>, part: CopiedPart): boolean {
  const places = listPlaces(old.name, column, part);
  const from = findAffinity(column, old);
  return places.length > 0 && places.every((place) => mayChange(from, findAffinityOf(made, place)));
}

/** Folded names of the new columns that the column is copied into; that of the same name where it does not show. */
function listPlaces(table: string, { name }: ColumnStructure, { items }: CopiedPart): readonly string[] {
  return items?.flatMap(({ into, kept }) => (takesColumn(kept, table, name) ? [into] : [])) ?? [foldName(name)];
}

function findAffinityOf(made: TableStructure, name: string): Affinity {
  const column = made.columns.find((candidate) => foldName(candidate.name) === name);
  return column === undefined ? 'none' : findAffinity(column, made);
}

/** A text may become a number, and an integer a real that has no place for all its digits. */
function mayChange(from: Affinity, to: Affinity): boolean {
  return from !== to && from !== 'real' && (to === 'numeric' || to === 'real');
}

/**
 * Whether every place that the part copies the column to makes a text of its numbers: of a real that is 15 digits, which is
 * fewer than some have. Whole numbers and texts stay what they are.
 */
function isShortened({ old, column, made }: Omit<ReadColumn, 'parts'>, part: CopiedPart): boolean {
  const places = listPlaces(old.name, column, part);
  const isText = findAffinity(column, old) === 'text';
  return !isText && places.length > 0 && places.every((place) => findAffinityOf(made, place) === 'text');
}

/** A column that is copied as it is. @returns what must hold before the old table is dropped. */
export function askShortenedColumn(scene: Scene, place: StatementPlace, read: ReadColumn): readonly DataGuard[] {
  if (read.parts.some((part) => !isShortened(read, part))) return [];
  const isReal = findAffinity(read.column, read.old) === 'real';
  return askValues(scene, place, read, { values: findConverted(read), said: isReal ? 'always' : 'where-met' });
}

/** A column whose values are converted, or only read. @returns what must hold before the old table is dropped. */
export function askChangedColumn(scene: Scene, place: StatementPlace, read: ReadColumn): readonly DataGuard[] {
  return askValues(scene, place, read, { values: findConverted(read) ?? findComputed(read), said: 'always' });
}

interface Asking {
  readonly values: AskedValues | null;
  /** `where-met`: other columns than those of reals seldom hold one, which is worth a guard, and no word before it is met. */
  readonly said: 'always' | 'where-met';
}

function askValues(
  scene: Scene,
  place: StatementPlace,
  read: ReadColumn,
  { values, said }: Asking,
): readonly DataGuard[] {
  const { old, column, made } = read;
  const tracked = scene.rows.find(old.name);
  if (tracked === null || !isOld(scene, tracked, column)) return [];
  const loss = { kind: 'values-not-kept', table: old.name, column: column.name } as const;
  const asked = values && countChanged(scene, values);
  const guards = values === null ? [] : [guardValues(values, loss)];
  if (asked === null && said === 'where-met') return guards;
  const filled = asked === null ? countFilled(scene, tracked, column).count : null;
  const nobodyKnows = (replies: Answers) => {
    const count = filled?.(replies);
    return count?.rows === 0 ? count : null;
  };
  const args: ChangedValues = {
    what: 'changed-values',
    table: old.name,
    column: column.name,
    isThere: findStructureColumn(made, column.name) !== undefined,
    copy: findCopyKeeps(scene, old.name),
  };
  const isQuiet = asked === null || said === 'where-met' || isRowidColumn(made, column.name);
  reportLoss(scene, place, {
    loss,
    args,
    count: asked?.count ?? nobodyKnows,
    query: asked?.query ?? null,
    columns: ['before', 'after'],
    nothing: isQuiet ? null : () => ({ kind: 'note', args }),
  });
  return asked === null ? [] : guards;
}

function guardValues({ select, condition }: AskedValues, loss: Loss): DataGuard {
  return guardLoss(`NOT EXISTS (SELECT 1 FROM (${select}) WHERE ${condition})`, loss);
}

interface AskedValues {
  readonly table: string;
  /** Over the old table: `before`, and each that comes `after`. */
  readonly select: string;
  /** What the file wrote of it. */
  readonly compared: string;
  /** Over the select: where the value is not kept. */
  readonly condition: string;
  /** The same over the old table itself; null where the select computes something. */
  readonly plain: string | null;
}

/** The column itself, as each new column stores it. */
function findConverted({ old, column, made, parts }: ReadColumn): AskedValues | null {
  if (!parts.some(({ kept }) => takesColumn(kept, old.name, column.name))) return null;
  const places = new Set(parts.flatMap((part) => listPlaces(old.name, column, part)));
  const isText = findAffinity(column, old) === 'text';
  const build = (value: string) =>
    isText
      ? becomesOther(value, new Set([...places].map((place) => findAffinityOf(made, place))))
      : notSame(
          value,
          [...places].map((place) => isSame(value, storeValue(value, findAffinityOf(made, place)), 'equal')),
        );
  return {
    table: old.name,
    select: `SELECT ${quoteIdentifier(column.name)} AS "before" FROM ${quoteIdentifier(old.name)}`,
    compared: '',
    condition: build('"before"'),
    plain: build(quoteIdentifier(column.name)),
  };
}

/** What the items that read the column make of it; null where that cannot be asked row by row. */
function findComputed({ old, column, made, parts }: ReadColumn): AskedValues | null {
  const [part, ...more] = parts;
  if (part === undefined || more.length > 0 || !part.isWhole || part.items === null || part.alias === null) return null;
  const items = part.items.filter(({ read }) => takesColumn(read, old.name, column.name));
  const alias = quoteIdentifier(part.alias);
  const list = items.map(({ text }, index) => `(${text}) AS ${nameAfter(index)}`).join(', ');
  const same = items.map((item, index) =>
    isSame('"before"', storeValue(nameAfter(index), findAffinityOf(made, item.into)), compareBy(item)),
  );
  return {
    table: old.name,
    select: `SELECT ${alias}.${quoteIdentifier(column.name)} AS "before", ${list} FROM ${quoteIdentifier(old.name)} AS ${alias}`,
    compared: items.map(({ text }) => text).join(' '),
    condition: notSame('"before"', same),
    plain: null,
  };
}

/** A text that columns of numbers take for one, and that none of the numbers gives back: 007, and not 7 or 7.0. */
function becomesOther(text: string, affinities: ReadonlySet<Affinity>): string {
  const numbers = affinities.has('numeric')
    ? [`CAST(${text} AS NUMERIC)`, `CAST(${text} AS REAL)`]
    : [`CAST(${text} AS REAL)`, `CAST(CAST(${text} AS REAL) AS INTEGER)`];
  const isOther = numbers.map((number) => `CAST(${number} AS TEXT) <> ${text}`).join(' AND ');
  return `typeof(${text}) = 'text' AND ${text} = CAST(${text} AS NUMERIC) AND ${isOther}`;
}

function nameAfter(index: number): string {
  return index === 0 ? '"after"' : `"after ${index + 1}"`;
}

/** A value that is put together with others is still there. */
function compareBy({ text }: CopiedItem): 'equal' | 'part' {
  const tokens = tokenize(text);
  return tokens.some((token) => isOperator(token, '||')) && !tokens.some((token) => isKeyword(token, 'CASE'))
    ? 'part'
    : 'equal';
}

/** As texts, so that 007 is not 7; as numbers where both are, so that 5.0 is 5. A real as a text has 15 digits of it. */
function isSame(before: string, after: string, by: 'equal' | 'part'): string {
  const texts =
    by === 'part'
      ? `instr(CAST(${after} AS TEXT), CAST(${before} AS TEXT)) > 0`
      : `CAST(${after} AS TEXT) = CAST(${before} AS TEXT) COLLATE binary`;
  const areNumbers = [before, after].map((value) => `typeof(${value}) IN ('integer', 'real')`).join(' AND ');
  const isWhole = `CAST(CAST(${before} AS TEXT) AS REAL) = ${before}`;
  return `CASE WHEN ${areNumbers} THEN ${after} = ${before} WHEN typeof(${before}) = 'real' THEN ${texts} AND ${isWhole} ELSE ${texts} END`;
}

function notSame(before: string, same: readonly string[]): string {
  return `${before} IS NOT NULL AND (${same.map((each) => `(${each})`).join(' OR ')}) IS NOT TRUE`;
}

function countChanged(scene: Scene, { table, select, compared, condition, plain }: AskedValues) {
  const rows = scene.rows.rowsOf(table);
  const bound = rows.type === 'known' && rows.vague ? null : scene.rows.bind(select, compared);
  if (bound === null) return null;
  const query = `SELECT * FROM (${bound}) WHERE ${condition}`;
  // Text of the file may fail on a row: that must not take other answers along.
  if (plain === null) return { count: scene.questions.countApart(bound, condition), query };
  const subject = findSubject(scene, rows);
  if (subject === null) return null;
  return { count: scene.questions.countWhere(subject.select, plain), query };
}
