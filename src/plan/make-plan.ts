/** `plan`: gather, compare, rehearse, and say what `apply` would do. */

import { checkWrittenConsents } from '../consents/written-consents.ts';
import { MigrateError } from '../errors.ts';
import { type EarlierTarget, findNotOnEarlier } from '../history/earlier.ts';
import { compareHistory, type History, isToApply } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { keepBroken as findBroken } from '../mirror/obstacles.ts';
import type { CallOptions } from '../ports.ts';
import { readProduction } from '../production/gather.ts';
import { checkEngine, checkTracker } from '../production/production.ts';
import { command, say } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import { suggest } from '../text/suggest.ts';
import { readOtherRecords } from '../tracker/read-other.ts';
import { type DatabasePlanInput, type Planned, planDatabase, type ReadDatabase } from './plan-database.ts';
import { planSchema, type SchemaPlanInput } from './plan-schema.ts';
import type { FolderEntry } from './rehearse/rehearse-plan.ts';

export interface PlanInput extends DatabasePlanInput {
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  /** The name of the last migration to apply; all when absent. */
  readonly to?: string | undefined;
  /** What targets that come before this one say of their migrations; being read already. None when absent. */
  readonly earlier?: Promise<readonly EarlierTarget[]> | undefined;
  /** Values of a few rows for the findings that speak of them; `none` when absent. */
  readonly examples?: 'none' | 'some' | undefined;
  /** `read`: `Planned.schemaAfter` is wanted. */
  readonly schemaAfter?: 'read' | undefined;
}

const mostPlans = 3;

/** A plan to look at: made again where production changes in between. @throws MigrateError PLAN_STALE, and what `makePlan` throws */
export async function makeSteadyPlan(input: PlanInput): Promise<Planned> {
  for (let plans = 1; plans <= mostPlans; plans++) {
    const planned = await makePlan(input);
    if (!planned.moved) return planned;
  }
  throw new MigrateError(
    'PLAN_STALE',
    `Production changed ${mostPlans} times while it was read: somebody is migrating it. Nothing was written.`,
    'Run the same command again when that is over.',
  );
}

/**
 * Reads production once and rehearses; writes nothing.
 * @throws MigrateError MIGRATION_UNKNOWN, CONSENT_FILE_INVALID, ENGINE_UNVERIFIED, TRACKER_SHAPE, ENGINE_MISSING, and what
 * `readProduction` throws.
 */
export async function makePlan(input: PlanInput): Promise<Planned> {
  const read = await readDatabase(input);
  const { database, signal } = input;
  const target = database.target.type;
  const keepBroken: SchemaPlanInput['keepBroken'] = async (obstacles) =>
    target === 'file' ? obstacles : findBroken(obstacles, database, signal ? { signal } : {});
  const shared = await planSchema({ ...input, ...read, target, keepBroken });
  return planDatabase(shared, input, read);
}

/** One read-only request; one more where another tool recorded migrations. */
export async function readDatabase(input: PlanInput): Promise<ReadDatabase> {
  const { database, outside, migrations, to, earlier, signal } = input;
  checkKnown(to, migrations);
  const options: CallOptions = signal ? { signal } : {};
  const production = await readProduction(database, options);
  const clockOffset = production.serverTime === null ? null : production.serverTime - outside.clock.now();
  checkEngine(production);
  checkTracker(production);
  const history = compareHistory(migrations, production.trackerRows);
  const toApply = selectToApply(history, to);
  checkWrittenConsents(toApply.map((entry) => entry.migration));
  const other = toApply.length > 0 && history.begun ? await readOtherRecords(database, production, options) : null;
  const names = toApply.map(({ name }) => name);
  const notOnEarlier =
    names.length > 0 && earlier !== undefined ? findNotOnEarlier(await earlier, migrations, names) : [];
  return { production, history, toApply, other, notOnEarlier, clockOffset };
}

function checkKnown(name: string | undefined, migrations: readonly Migration[]): void {
  if (name === undefined || migrations.some((migration) => migration.name === name)) return;
  throw unknownMigration(
    name,
    migrations.map((migration) => migration.name),
  );
}

export function unknownMigration(name: string, names: readonly string[]): MigrateError {
  const near = suggest(name, names);
  return new MigrateError(
    'MIGRATION_UNKNOWN',
    `There is no migration called ${name}.`,
    near ? `Did you mean ${quoteArgument(near)}?` : say`${command('status')} lists them.`,
  );
}

function selectToApply(history: History, to: string | undefined): readonly FolderEntry[] {
  const last = to === undefined ? history.entries.length : history.entries.findIndex((entry) => entry.name === to) + 1;
  return history.entries
    .slice(0, last)
    .filter((entry): entry is FolderEntry => entry.migration !== null && isToApply(entry));
}
