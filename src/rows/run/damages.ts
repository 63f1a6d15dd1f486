/** What a migration leaves that the engine did not refuse: rows that break their own table's constraints, and rows without a parent. */

import { breaksConstraints, type RowFault, repeatedValue } from '../../findings/breaks-constraints.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { find, type Place, placeIn } from '../../findings/finding.ts';
import { foreignKeys } from '../../findings/foreign-keys.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import { type AnalysedMigration, type AnalysedStatement, placeOf } from '../../plan/analyse.ts';
import { areSame, nameKey } from '../../plan/key-checks.ts';
import type { Mirror } from '../../ports.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import { groupBy } from '../../text/group.ts';
import { withholdValues } from '../../text/withhold-values.ts';
import { type Fault, findFaults, mostTold } from './integrity.ts';
import type { Unknown } from './unknown.ts';
import { findUnreadable, type Unreadable } from './unreadable.ts';
import { describeKey, findViolations, type Violations } from './violations.ts';

/** What is wrong with the rows of some tables. */
export interface Damages {
  readonly faults: readonly Fault[];
  readonly violations: readonly Violations[];
  readonly unreadable: readonly Unreadable[];
}

/**
 * Whether it can leave what the engine does not refuse: with foreign keys off, by altering or adding a column, which looks
 * at no row, or where the value of a generated column is not of the type that its STRICT table asks for.
 */
export function mayDamage(mirror: Mirror, { foreignKeysOff, statements }: AnalysedMigration): boolean {
  return foreignKeysOff || statements.some(looksAtNoRow) || mirror.query(unwatched).length > 0;
}

function looksAtNoRow({ kind, sql }: AnalysedStatement): boolean {
  switch (kind.type) {
    case 'alter-other':
      return true;
    case 'add-column':
      return hasKeyword(kind.definition, 'REFERENCES', 'AS');
    case 'create-table':
      return hasKeyword(sql, 'STRICT') && hasKeyword(sql, 'AS');
    default:
      return false;
  }
}

/** STRICT tables with columns that are computed: 2 as they are read, 3 as they are written. */
const unwatched = `SELECT t.name FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
  WHERE t.schema = 'main' AND t.strict AND c.hidden IN (2, 3) LIMIT 1`;

/** Of the tables that the migration touches, as far as their rows are known; keys also of those that refer to them. */
export async function readDamages(mirror: Mirror, migration: AnalysedMigration, unknown: Unknown): Promise<Damages> {
  const names = new FormerNames(migration);
  const isTouched = (name: string) => names.isTouched(name);
  const known = readParents(mirror).filter(({ name }) => !unknown.has(name));
  const tables = known.flatMap(({ name }) => (isTouched(name) ? [name] : []));
  const referring = known.flatMap(({ name, parents }) => ([name, ...parents].some(isTouched) ? [name] : []));
  return {
    faults: await findFaults(mirror, tables),
    violations: (await findViolations(mirror, referring)).filter(({ parent }) => !unknown.has(parent)),
    unreadable: await findUnreadable(mirror, tables),
  };
}

interface WithParents {
  readonly name: string;
  /** The tables that its foreign keys point to. */
  readonly parents: readonly string[];
}

function readParents(mirror: Mirror): readonly WithParents[] {
  const rows = mirror.query(
    `SELECT t.name, k."table" FROM sqlite_schema AS t LEFT JOIN pragma_foreign_key_list(t.name) AS k WHERE t.type = 'table'`,
  );
  const parents = groupBy(rows, ([name]) => String(name));
  return [...parents].map(([name, keys]) => ({
    name,
    parents: keys.flatMap(([, parent]) => (parent === null ? [] : [String(parent)])),
  }));
}

/**
 * What is there after the migration and was not before it.
 * @param added what `apply` would not commit.
 */
export function compareDamages(
  before: Damages,
  after: Damages,
  migration: AnalysedMigration,
  added: readonly Violations[],
): readonly Finding[] {
  const names = new FormerNames(migration);
  const faults = after.faults.filter((fault) => !isKnown(fault, before.faults, names));
  return [
    ...faults.filter((fault) => !isToldOtherwise(fault, faults)).map((fault) => describeFault(fault, migration)),
    ...after.violations.flatMap((broken) => {
      const more = broken.rows - countBefore(broken, after.violations, before.violations, names);
      // One that is mended hides another that is made, where they are only counted.
      const compared = added.filter((one) => isSameKey(one, broken));
      const rows = Math.max(more, ...compared.map((one) => one.rows));
      const because = migration.foreignKeysOff ? 'keys-off' : 'not-checked';
      return rows > 0 ? [describeViolations(broken, rows, migration, because)] : [];
    }),
    ...after.unreadable
      .filter(({ table }) => !before.unreadable.some((known) => names.areSame(known.table, table)))
      .map((column) => describeUnreadable(column, migration)),
  ];
}

/** Rows that COMMIT lets through, as others got a parent. @param added with foreign keys on */
export async function describeCounted(
  mirror: Mirror,
  added: readonly Violations[],
  migration: AnalysedMigration,
): Promise<readonly Finding[]> {
  const left = await findViolations(mirror, [...new Set(added.map(({ child }) => child))]);
  const isLeft = (key: Violations) => left.some((one) => isSameKey(one, key));
  return added.filter(isLeft).map((key) => describeViolations(key, key.rows, migration, 'counted'));
}

/** An index with a value more than once lacks rows too. */
function isToldOtherwise({ table, fault }: Fault, faults: readonly Fault[]): boolean {
  if (fault.what !== 'index' || fault.message === repeatedValue) return false;
  return faults.some(
    (other) =>
      other.table === table &&
      other.fault.what === 'index' &&
      other.fault.index === fault.index &&
      other.fault.message === repeatedValue,
  );
}

function isKnown({ table, fault, rows }: Fault, known: readonly Fault[], names: FormerNames): boolean {
  const ofTable = known.filter((old) => names.areSame(old.table, table));
  // The engine did not tell of more: among what it left out may be this.
  if (ofTable.reduce((sum, old) => sum + old.rows, 0) >= mostTold) return true;
  const former = names.listFaults(fault);
  // The engine takes such rows, as it took those that are there.
  const isUsual = fault.what === 'type' && fault.isGenerated;
  return ofTable.some((old) => former.includes(JSON.stringify(old.fault)) && (isUsual || old.rows >= rows));
}

function isSameKey(one: Violations, other: Violations): boolean {
  return nameKey(one) === nameKey(other);
}

/** Of the same key. One that is not there any more may be this, with its columns renamed. */
function countBefore(
  broken: Violations,
  after: readonly Violations[],
  known: readonly Violations[],
  names: FormerNames,
): number {
  const isSame = (old: Violations, one: Violations) =>
    names.areSame(old.child, one.child) && names.areSame(old.parent, one.parent);
  const isKey = (old: Violations, one: Violations) => isSame(old, one) && areSame(old.columns, one.columns);
  return known
    .filter((old) => isSame(old, broken) && (isKey(old, broken) || !after.some((one) => isKey(old, one))))
    .reduce((sum, { rows }) => sum + rows, 0);
}

/** What tables and columns were called before the migration renamed them; a rebuild's copy is called as its table. */
class FormerNames {
  readonly #touched: ReadonlySet<string>;
  readonly #renames: readonly { readonly from: string; readonly to: string }[];
  readonly #columns: readonly { readonly column: string; readonly to: string }[];

  constructor({ statements, touchedTables }: AnalysedMigration) {
    this.#touched = new Set(touchedTables);
    this.#renames = statements.flatMap(({ kind }) =>
      kind.type === 'rename-table' ? [{ from: foldName(kind.table), to: foldName(kind.to) }] : [],
    );
    this.#columns = statements.flatMap(({ kind }) => (kind.type === 'rename-column' ? [kind] : []));
  }

  isTouched(table: string): boolean {
    return this.#touched.has(foldName(table)) || this.#renames.some(({ to }) => to === foldName(table));
  }

  /** The fault as it was told before, under every name that the column had. */
  listFaults(fault: RowFault): readonly string[] {
    if (!('column' in fault)) return [JSON.stringify(fault)];
    const columns = new Set([fault.column]);
    for (const { column, to } of this.#columns.toReversed())
      if ([...columns].some((name) => sameName(name, to))) columns.add(column);
    return [...columns].map((column) => JSON.stringify({ ...fault, column }));
  }

  areSame(former: string, table: string): boolean {
    const names = new Set([foldName(table)]);
    for (const { from, to } of this.#renames.toReversed()) if (names.has(to)) names.add(from);
    return names.has(foldName(former));
  }
}

function describeFault({ table, fault, rows, atLeast }: Fault, migration: AnalysedMigration): Finding {
  const evidence = { count: { rows, atLeast }, query: null, examples: null };
  return find(breaksConstraints, 'blocker', findCause([table], migration), { table, fault }, { evidence });
}

function describeViolations(
  broken: Violations,
  rows: number,
  migration: AnalysedMigration,
  because: 'keys-off' | 'not-checked' | 'counted',
): Finding {
  const { child, parent, columns } = broken;
  const args = {
    what: 'left',
    child,
    parent,
    key: describeKey(broken),
    because,
    mend: { table: child, columns, where: null },
  } as const;
  const evidence = { count: { rows, atLeast: false }, query: null, examples: null };
  return find(foreignKeys, 'hazard', findCause([child, parent], migration), args, { evidence });
}

function describeUnreadable({ table, column, message }: Unreadable, migration: AnalysedMigration): Finding {
  const cause = migration.statements.find(
    ({ kind }) => kind.type === 'add-column' && sameName(kind.table, table) && mentionsName(kind.definition, column),
  );
  const place = cause === undefined ? findCause([table], migration) : placeOf(migration, cause);
  const reason = withholdValues(message, migration.statements.map(({ sql }) => sql).join('\n'));
  return find(leavesBroken, 'hazard', place, { what: 'unreadable', table, column, reason });
}

/** The last statement that alters a column of one of the tables, or else that speaks of it. */
function findCause(tables: readonly string[], migration: AnalysedMigration): Place {
  const speaking = tables.flatMap((table) =>
    migration.statements.filter(({ kind }) => 'table' in kind && sameName(kind.table, table)),
  );
  const dropping = migration.statements.find(
    ({ kind }) => kind.type === 'drop' && tables.some((table) => sameName(kind.name, table)),
  );
  const cause = speaking.findLast(({ kind }) => kind.type === 'alter-other') ?? speaking[0] ?? dropping;
  return cause === undefined ? placeIn(migration.migration.name) : placeOf(migration, cause);
}
