/** Guesses which columns and tables were renamed. It is a guess, so there must be strong signs. */

import { foldName, sameName } from '../../sql/identifiers.ts';
import type { ColumnStructure, ForeignKeyStructure, TableStructure } from '../model/structure.ts';

/** A table before or after a change. */
interface Side {
  readonly table: TableStructure;
  /** The columns that only this side has, and whose counterpart on the other side is not known. */
  readonly open: readonly ColumnStructure[];
}

interface Renamed<Part> {
  readonly from: Part;
  readonly to: Part;
}

/**
 * Columns that may have been renamed: of one type, referring to the same tables, and with a word in common in their
 * names or in the same place. Only where there is one such pair.
 */
export function pairColumns(before: Side, after: Side): readonly Renamed<ColumnStructure>[] {
  return pairOnly(before.open, after.open, (from, to) => from.type === to.type).filter(
    ({ from, to }) =>
      from.generated === null &&
      to.generated === null &&
      listReferences(before.table, from) === listReferences(after.table, to) &&
      (sharesWord(from.name, to.name) ||
        findPlace(from, before.table, after.table) === findPlace(to, after.table, before.table)),
  );
}

/**
 * Tables that may have been renamed: with the same columns and keys, and with a word in common in their names or the
 * same order of columns. Only where there is one such pair.
 */
export function pairTables(
  gone: readonly TableStructure[],
  come: readonly TableStructure[],
): readonly Renamed<TableStructure>[] {
  const isTwin = (left: TableStructure, right: TableStructure) => hasSameParts(left, right, gone, come);
  return pairOnly(gone, come, isTwin).filter(
    ({ from, to }) =>
      sharesWord(from.name, to.name) ||
      from.columns.every(({ name }, index) => sameName(name, to.columns[index]?.name ?? '')),
  );
}

/** Pairs in which each part matches no other one. */
function pairOnly<Part>(
  gone: readonly Part[],
  come: readonly Part[],
  matches: (from: Part, to: Part) => boolean,
): readonly Renamed<Part>[] {
  return gone.flatMap((from) => {
    const [to, ...more] = come.filter((each) => matches(from, each));
    const isOnly = to !== undefined && more.length === 0 && gone.every((each) => each === from || !matches(each, to));
    return isOnly ? [{ from, to }] : [];
  });
}

function hasSameParts(
  left: TableStructure,
  right: TableStructure,
  gone: readonly TableStructure[],
  come: readonly TableStructure[],
): boolean {
  const typeOf = (name: string) => right.columns.find((column) => sameName(column.name, name))?.type;
  const isSameParent = (from: string, to: string) =>
    sameName(from, to) ||
    (gone.some(({ name }) => sameName(name, from)) && come.some(({ name }) => sameName(name, to)));
  const isSameKey = (key: ForeignKeyStructure) =>
    right.foreignKeys.some(
      (other) => other.columns.join() === key.columns.join() && isSameParent(key.references, other.references),
    );
  return (
    left.columns.length === right.columns.length &&
    left.columns.every(({ name, type }) => typeOf(name) === type) &&
    left.foreignKeys.length === right.foreignKeys.length &&
    left.foreignKeys.every(isSameKey)
  );
}

function listReferences({ foreignKeys }: TableStructure, { name }: ColumnStructure): string {
  const keys = foreignKeys.filter(({ columns }) => columns.some((column) => sameName(column, name)));
  return JSON.stringify(keys.map(({ references }) => foldName(references)).sort());
}

/** @returns the column before it, of those that both tables have; undefined if it is the first */
function findPlace(column: ColumnStructure, own: TableStructure, other: TableStructure): string | undefined {
  const before = own.columns.slice(0, own.columns.indexOf(column)).map(({ name }) => foldName(name));
  return before.findLast((name) => other.columns.some((each) => foldName(each.name) === name));
}

/** Words that are in names of every kind and say nothing about the meaning. */
const smallWords: ReadonlySet<string> = new Set([
  'a',
  'and',
  'at',
  'by',
  'for',
  'has',
  'id',
  'in',
  'is',
  'no',
  'of',
  'on',
  'or',
  'the',
  'to',
  'was',
  'with',
]);

function sharesWord(left: string, right: string): boolean {
  const [from, to] = [listNameWords(left), listNameWords(right)];
  return from.some((word) => to.includes(word)) || (from.length > 0 && from.join('') === to.join(''));
}

/** `full_names`, `fullName` and `FULLName2`: full, name. */
function listNameWords(name: string): readonly string[] {
  const parts = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+/gu) ?? [];
  const words = parts.map((part) => part.toLowerCase().replace(/(?<=\p{L}{3})(?<!s)s$/u, ''));
  return words.filter((word) => !smallWords.has(word));
}
