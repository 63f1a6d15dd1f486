/** The differences between two tables of the same name. */

import { foldName } from '../../sql/identifiers.ts';
import { isRequiredByKey, isRowidColumn } from '../model/columns.ts';
import type { ColumnStructure, ForeignKeyStructure, KeyStructure, TableStructure } from '../model/structure.ts';
import type { Difference, DifferenceKind } from './difference.ts';
import { compareTexts, type PairedPart, pairParts } from './pair-parts.ts';

export interface Both<Thing> {
  readonly left: Thing;
  readonly right: Thing;
}

/** @returns the differences of the columns by name, then of the constraints, then of the options */
export function compareTables(tables: Both<TableStructure>): readonly Difference[] {
  const { left, right } = tables;
  const { name } = left;
  const build = (kind: DifferenceKind, sides: Both<string | null>): Difference => ({
    ...{ kind, object: 'table', name, table: name },
    ...sides,
  });
  const compareParts = (
    kind: DifferenceKind,
    list: (table: TableStructure) => readonly PairedPart[],
  ): readonly Difference[] =>
    pairParts(list(left), list(right)).map((pair) =>
      build(kind, { left: pair.left?.sql ?? null, right: pair.right?.sql ?? null }),
    );
  const renderOptions = ({ options }: TableStructure) => options.join(', ').toUpperCase() || null;
  const differsInAutoincrement =
    left.primaryKey !== null && right.primaryKey !== null && left.autoincrement !== right.autoincrement;
  return [
    ...compareColumns(tables),
    ...compareParts('primary-key', ({ primaryKey }) => (primaryKey === null ? [] : [describeKey(primaryKey)])),
    ...(differsInAutoincrement ? [build('autoincrement', mapBoth(tables, renderAutoincrement))] : []),
    ...compareParts('unique', ({ uniques }) => uniques.map(describeKey)),
    ...compareParts('check', ({ checks }) => checks.map(describeCheck)),
    ...compareParts('foreign-key', ({ foreignKeys }) => foreignKeys.map(describeForeignKey)),
    ...(renderOptions(left) === renderOptions(right) ? [] : [build('options', mapBoth(tables, renderOptions))]),
  ];
}

function mapBoth<From, To>({ left, right }: Both<From>, map: (side: From) => To): Both<To> {
  return { left: map(left), right: map(right) };
}

function renderAutoincrement({ autoincrement }: TableStructure): string | null {
  return autoincrement ? 'AUTOINCREMENT' : null;
}

function describeKey({ name, columns, conflict, sql }: KeyStructure): PairedPart {
  const folded = name === null ? null : foldName(name);
  const list = JSON.stringify(columns);
  return { canonical: JSON.stringify([list, folded, conflict]), handles: [list, folded], sql };
}

function describeCheck({ name, expression, sql }: TableStructure['checks'][number]): PairedPart {
  const folded = name === null ? null : foldName(name);
  return { canonical: JSON.stringify([expression, folded]), handles: [folded, expression], sql };
}

function describeForeignKey(key: ForeignKeyStructure): PairedPart {
  const { name, columns, references, referencedColumns, onDelete, onUpdate, deferred, sql } = key;
  const folded = name === null ? null : foldName(name);
  const parent = [foldName(references), referencedColumns, onDelete, onUpdate, deferred];
  return { canonical: JSON.stringify([columns, folded, parent]), handles: [JSON.stringify(columns), folded], sql };
}

function compareColumns(tables: Both<TableStructure>): readonly Difference[] {
  const { left, right } = mapBoth(
    tables,
    ({ columns }) => new Map(columns.map((column) => [foldName(column.name), column])),
  );
  return [...new Set([...left.keys(), ...right.keys()])].sort(compareTexts).flatMap((name) => {
    const columns = { left: left.get(name) ?? null, right: right.get(name) ?? null };
    const isInBoth = (test: (table: TableStructure, column: string) => boolean) =>
      test(tables.left, name) && test(tables.right, name);
    if (isInBoth(isRowidColumn)) return compareColumn(tables.left.name, mapBoth(columns, requireRowid));
    return compareColumn(tables.left.name, isInBoth(isRequiredByKey) ? mapBoth(columns, requireColumn) : columns);
  });
}

function requireColumn(column: ColumnStructure | null): ColumnStructure | null {
  return column && { ...column, notNull: true };
}

/** An INTEGER PRIMARY KEY takes NULL for a new number, so its NOT NULL and the ON CONFLICT of that have no effect. */
function requireRowid(column: ColumnStructure | null): ColumnStructure | null {
  return column && { ...column, notNull: true, notNullConflict: null };
}

/** The part of a column that one kind of difference is about. */
interface Facet {
  readonly kind: DifferenceKind;
  /** Two columns agree in this part exactly if the texts are equal. */
  readonly canonical: (column: ColumnStructure) => string | null;
  readonly render: (column: ColumnStructure) => string | null;
}

const facets: readonly Facet[] = [
  { kind: 'type', canonical: ({ type }) => type, render: ({ written }) => written.type },
  { kind: 'nullability', canonical: renderNotNull, render: renderNotNull },
  { kind: 'default', canonical: (column) => column.default, render: ({ written }) => written.default },
  {
    kind: 'collation',
    canonical: ({ collation }) => collation,
    render: ({ collation }) => collation?.toUpperCase() ?? null,
  },
  {
    kind: 'generated',
    canonical: ({ generated }) => generated && `${generated.storage} ${generated.expression}`,
    render: ({ written }) => written.generated,
  },
];

function renderNotNull({ notNull, notNullConflict }: ColumnStructure): string | null {
  if (!notNull) return null;
  return notNullConflict === null ? 'NOT NULL' : `NOT NULL ON CONFLICT ${notNullConflict.toUpperCase()}`;
}

function compareColumn(table: string, { left, right }: Both<ColumnStructure | null>): readonly Difference[] {
  const shared = { object: 'column', name: `${table}.${(left ?? right)?.name}`, table } as const;
  if (left === null || right === null) {
    return [{ kind: 'existence', ...shared, left: left?.sql ?? null, right: right?.sql ?? null }];
  }
  return facets
    .filter(({ canonical }) => canonical(left) !== canonical(right))
    .map(({ kind, render }) => ({ kind, ...shared, left: render(left), right: render(right) }));
}
