/** Differences because of things in schema.prisma that SQLite cannot make, so that no schema shows them. */

import type { Difference } from '../schema/compare/difference.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { classify } from '../sql/classify.ts';
import { foldName, sameName } from '../sql/identifiers.ts';
import type { FailedStatement, PrismaRun } from './prisma-script.ts';

/**
 * @param found the differences that schemas show
 * @param before the objects on the left
 */
export function addUnmade(
  found: readonly Difference[],
  before: readonly SchemaObject[],
  failed: readonly FailedStatement[],
  lostDefaults: PrismaRun['lostDefaults'],
): readonly Difference[] {
  const defaults = lostDefaults.flatMap((lost) => describeDefault(before, lost) ?? []);
  const isShown = ({ kind, name }: Difference) =>
    kind === 'default' && defaults.some((other) => foldName(other.name) === foldName(name));
  const unmade = failed.map((statement) => describeFailed(before, statement));
  const tables = unmade.filter(({ kind, object, left }) => kind === 'existence' && object === 'table' && left === null);
  // What belongs to a table that was not created is not reported too.
  const isPart = ({ object, table }: Difference) =>
    object !== 'table' && tables.some((one) => sameName(one.name, table));
  return [...found.filter((difference) => !isShown(difference)), ...defaults, ...unmade.filter((one) => !isPart(one))];
}

/** @returns null if the column is not there yet, and so is reported as a whole */
function describeDefault(
  before: readonly SchemaObject[],
  { table, column, value }: PrismaRun['lostDefaults'][number],
): Difference | null {
  const columns = parseTableStructure(findTable(before, table)?.sql ?? '')?.columns ?? [];
  const own = columns.find(({ name }) => sameName(name, column));
  if (own === undefined) return null;
  const name = `${table}.${own.name}`;
  return { kind: 'default', object: 'column', name, table, left: own.written.default, right: value };
}

function describeFailed(before: readonly SchemaObject[], { sql, rebuilt }: FailedStatement): Difference {
  const kind = classify(sql);
  if (rebuilt !== null) {
    const left = findTable(before, rebuilt)?.sql ?? null;
    return { kind: 'definition', object: 'table', name: rebuilt, table: rebuilt, left, right: sql };
  }
  const exists = { kind: 'existence', left: null, right: sql } as const;
  switch (kind.type) {
    case 'create-table':
      return { ...exists, object: 'table', name: kind.name, table: kind.name };
    case 'create-index':
      return { ...exists, object: 'index', name: kind.name, table: kind.table };
    case 'add-column':
      return {
        ...exists,
        object: 'column',
        name: `${kind.table}.${kind.column}`,
        table: kind.table,
        right: kind.definition,
      };
    case 'drop': {
      const own = before.find(({ type, name }) => type === kind.object && sameName(name, kind.name));
      const table = own?.table ?? kind.name;
      return { kind: 'existence', object: kind.object, name: kind.name, table, left: own?.sql ?? sql, right: null };
    }
    default:
      return { kind: 'definition', object: 'table', name: 'schema.prisma', table: '', left: null, right: sql };
  }
}

function findTable(objects: readonly SchemaObject[], table: string): SchemaObject | undefined {
  return objects.find(({ type, name }) => type === 'table' && sameName(name, table));
}
