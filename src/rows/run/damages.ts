/** What a plan leaves that the engine did not refuse: rows that break their own table's constraints, and rows without a parent. */

import { breaksConstraints } from '../../findings/breaks-constraints.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { find, type Place } from '../../findings/finding.ts';
import { foreignKeys } from '../../findings/foreign-keys.ts';
import type { Mirror } from '../../ports.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { type Fault, findFaults } from './integrity.ts';
import { type PlannedRun, placeOf } from './planned.ts';
import type { Unknown } from './unknown.ts';
import { describeKey, findViolations, type Violations } from './violations.ts';

export interface DamagesInput {
  readonly migrations: readonly PlannedRun[];
  readonly unknown: Unknown;
  /** A mirror of production as it is; asked for only where there is something to compare. */
  readonly openBefore: () => Promise<Mirror>;
}

/** What the plan made wrong: production may have had faults before, and rows without a parent. */
export async function findDamages(
  mirror: Mirror,
  { migrations, unknown, openBefore }: DamagesInput,
): Promise<readonly Finding[]> {
  const touched = new Set(migrations.flatMap(({ migration }) => migration.touchedTables));
  const tables = mirror
    .query(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .map(([name]) => String(name))
    .filter((name) => touched.has(foldName(name)) && !unknown.has(name));
  const faults = await findFaults(mirror, tables);
  const violations = findViolations(mirror, tables).filter(({ parent }) => !unknown.has(parent));
  if (faults.length === 0 && violations.length === 0) return [];
  const before = await openBefore();
  try {
    const names = new FormerNames(migrations);
    const known = await findFaults(before, names.list(tables));
    const violated = findViolations(before, names.list(tables));
    return [
      ...faults.filter((fault) => !isKnown(fault, known, names)).flatMap((fault) => describeFault(fault, migrations)),
      ...violations
        .filter((broken) => broken.rows > countBefore(broken, violated, names))
        .flatMap((broken) => describeViolations(broken, countBefore(broken, violated, names), migrations)),
    ];
  } finally {
    before.close();
  }
}

function isKnown({ table, fault, rows }: Fault, known: readonly Fault[], names: FormerNames): boolean {
  return known.some(
    (old) => names.areSame(old.table, table) && JSON.stringify(old.fault) === JSON.stringify(fault) && old.rows >= rows,
  );
}

function countBefore({ child, parent }: Violations, known: readonly Violations[], names: FormerNames): number {
  return known
    .filter((old) => names.areSame(old.child, child) && names.areSame(old.parent, parent))
    .reduce((sum, { rows }) => sum + rows, 0);
}

/** What tables were called before the plan renamed them; a rebuild's copy is called as its table. */
class FormerNames {
  readonly #renames: readonly { readonly from: string; readonly to: string }[];

  constructor(migrations: readonly PlannedRun[]) {
    this.#renames = migrations.flatMap(({ migration }) =>
      migration.statements.flatMap(({ kind }) =>
        kind.type === 'rename-table' ? [{ from: foldName(kind.table), to: foldName(kind.to) }] : [],
      ),
    );
  }

  #of(table: string): ReadonlySet<string> {
    const names = new Set([foldName(table)]);
    for (const { from, to } of this.#renames.toReversed()) if (names.has(to)) names.add(from);
    return names;
  }

  list(tables: readonly string[]): readonly string[] {
    return [...new Set(tables.flatMap((table) => [...this.#of(table)]))];
  }

  areSame(former: string, table: string): boolean {
    return this.#of(table).has(foldName(former));
  }
}

function describeFault({ table, fault, rows, atLeast }: Fault, migrations: readonly PlannedRun[]): readonly Finding[] {
  const place = findCause(table, migrations);
  const evidence = { count: { rows, atLeast }, query: null, examples: null };
  return place === null ? [] : [find(breaksConstraints, 'blocker', place, { table, fault }, { evidence })];
}

function describeViolations(broken: Violations, before: number, migrations: readonly PlannedRun[]): readonly Finding[] {
  const { child, parent } = broken;
  const place = findCause(child, migrations) ?? findCause(parent, migrations);
  if (place === null) return [];
  const evidence = { count: { rows: broken.rows - before, atLeast: false }, query: null, examples: null };
  const args = {
    what: 'left',
    child,
    parent,
    key: describeKey(broken),
    because: 'not-checked',
    mend: { table: child, columns: broken.columns, where: null },
  } as const;
  return [find(foreignKeys, 'hazard', place, args, { evidence })];
}

/** The last statement that alters a column of the table, or else that speaks of it. */
function findCause(table: string, migrations: readonly PlannedRun[]): Place | null {
  const altering = migrations.flatMap(({ migration }) =>
    migration.statements
      .filter(({ kind }) => 'table' in kind && sameName(kind.table, table))
      .map((statement) => ({ migration, statement })),
  );
  const last = altering.findLast(({ statement }) => statement.kind.type === 'alter-other') ?? altering.at(-1);
  return last === undefined ? null : placeOf(last.migration, last.statement);
}
