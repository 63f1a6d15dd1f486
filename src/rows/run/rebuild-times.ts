/** How long the rebuilds of a plan took on all of production's rows, and what that says of the write lock. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { longLock } from '../../findings/long-lock.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import type { Rebuild, RebuildSize } from '../../plan/plan.ts';
import type { Clock } from '../../ports.ts';
import { sameName } from '../../sql/identifiers.ts';
import { longestLock } from '../sizes.ts';

export interface RebuildTime {
  readonly migration: string;
  readonly table: string;
  /** Where its old table is dropped. */
  readonly line: number | null;
  readonly milliseconds: number;
}

/**
 * How much longer a server takes for the same statements than a mirror in a file: sqld 0.24.32, with up to two indexes and rows
 * of 100 to 700 bytes, took 2.3 to 4.3 times as long. It waits for its disk, and keeps a log for its replicas.
 */
const serverFactor = 3;

/** Mutable: what ran so far. */
export class RebuildTimes {
  readonly #clock: Clock;
  /** By the migration's name and the place of the statement. */
  readonly #spent = new Map<string, { milliseconds: number; isKnown: boolean }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a part of a statement. @param isKnown whether all rows that the statement meets are there. */
  async take<Result>(migration: string, index: number, isKnown: boolean, run: () => Promise<Result>): Promise<Result> {
    const begun = this.#clock.now();
    const result = await run();
    const { milliseconds = 0 } = this.#find(migration, index) ?? {};
    this.#spent.set(keyOf(migration, index), { milliseconds: milliseconds + this.#clock.now() - begun, isKnown });
    return result;
  }

  /** Of the rebuilds that ran to their end, on all rows of what they copy. */
  list(migrations: readonly AnalysedMigration[]): readonly RebuildTime[] {
    return migrations.flatMap((migration) =>
      migration.rebuilds.flatMap((rebuild) => this.#measure(migration, rebuild) ?? []),
    );
  }

  #measure(
    { migration: { name }, statements }: AnalysedMigration,
    { table, first, last }: Rebuild,
  ): RebuildTime | null {
    if (this.#find(name, last) === undefined) return null;
    const own = statements.flatMap(({ kind }, index) => {
      const isIndex = kind.type === 'create-index' && index > last && sameName(kind.table, table);
      return isIndex || (index >= first && index <= last) ? [this.#find(name, index)] : [];
    });
    const ran = own.filter((one) => one !== undefined);
    if (!ran.every(({ isKnown }) => isKnown)) return null;
    const dropped = statements.slice(first, last + 1).find(({ kind }) => kind.type === 'drop');
    return {
      migration: name,
      table,
      line: dropped?.line ?? null,
      milliseconds: ran.reduce((sum, one) => sum + one.milliseconds, 0),
    };
  }

  #find(migration: string, index: number) {
    return this.#spent.get(keyOf(migration, index));
  }
}

function keyOf(migration: string, index: number): string {
  return JSON.stringify([migration, index]);
}

/**
 * What was measured stands in place of what was estimated.
 * @param sizes of the tables that are rebuilt; without one nothing is said.
 */
export function judgeTimes(
  findings: readonly Finding[],
  times: readonly RebuildTime[],
  sizes: readonly { readonly migration: string; readonly size: RebuildSize }[],
): readonly Finding[] {
  const isMeasured = ({ code, place, args }: Finding) =>
    code === 'long-lock' &&
    times.some((time) => time.migration === place.migration && sameName(time.table, args.table));
  return [
    ...findings.filter((finding) => !isMeasured(finding)),
    ...times.flatMap((time) => describe(time, sizes) ?? []),
  ];
}

function describe(
  { migration, table, line, milliseconds }: RebuildTime,
  sizes: Parameters<typeof judgeTimes>[2],
): Finding | null {
  const seconds = (milliseconds / 1_000) * serverFactor;
  const own = sizes.find((one) => one.migration === migration && sameName(one.size.table, table));
  if (own === undefined || seconds < longestLock) return null;
  const { rows, atLeast } = own.size;
  return find(longLock, 'note', { migration, line, sql: null }, { table, count: { rows, atLeast }, seconds });
}
