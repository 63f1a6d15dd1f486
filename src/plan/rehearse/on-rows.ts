/** The plan once more, on a copy of production's rows, and what that adds to the findings. */

import { MigrateError } from '../../errors.ts';
import type { Finding } from '../../findings/catalogue.ts';
import type { Database, Outside } from '../../ports.ts';
import type { Production } from '../../production/production.ts';
import type { FetchedTable } from '../../rows/fetch/query.ts';
import { type RowsRun, runOnRows } from '../../rows/run/run-on-rows.ts';
import type { RehearsedPlan } from './rehearsed-plan.ts';
import { findTooLarge } from './too-large.ts';

export interface OnRowsInput {
  readonly database: Database;
  readonly outside: Pick<Outside, 'openMirror'>;
  readonly production: Production;
  /** Names of those that are recorded and not run. */
  readonly squashed: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the plan once more, on the rows that were fetched, as far as it ran without any.
 * @param tables those that were fetched, of the shapes of the plan.
 * @returns null where none were, or the engine had no time for them.
 */
export async function tryOnRows(
  { database, outside, production, squashed, signal }: OnRowsInput,
  { rehearsed, runs, rows }: RehearsedPlan,
  tables: readonly FetchedTable[],
): Promise<RowsRun | null> {
  if (rows === null || tables.length === 0) return null;
  const fetched = new Set(tables.map(({ shape }) => shape));
  const last = rehearsed.findIndex(({ schemaAfter, doubts }) => schemaAfter === null || doubts.length > 0);
  const migrations = runs
    .slice(0, last === -1 ? undefined : last)
    .filter(({ migration }) => !squashed.has(migration.migration.name));
  try {
    const run = await runOnRows({
      openMirror: outside.openMirror,
      schema: production.schema,
      tables,
      left: rows.shapes.filter((shape) => !fetched.has(shape)).map(({ name }) => name),
      migrations,
      questions: rows.here,
    });
    const found = [...run.findings, ...(await findTooLarge(database, run.large, signal))];
    const blockers = rehearsed.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'blocker'));
    return { ...run, findings: found.filter((finding) => !blockers.some((told) => tellsSame(told, finding))) };
  } catch (error) {
    if (error instanceof MigrateError && error.code === 'REHEARSAL_STUCK') return null;
    throw error;
  }
}

/** What the rows that were asked about have told already is not told again in the engine's words. */
export function addFindings(told: readonly Finding[], added: readonly Finding[]): readonly Finding[] {
  return [...told, ...added.filter((finding) => !told.some((other) => tellsSame(other, finding)))];
}

function tellsSame(told: Finding, { code, kind, place, args }: Finding): boolean {
  if (told.place.migration !== place.migration) return false;
  // Keys that are told by another table of the same migration are others.
  if (code === 'foreign-keys' && told.code === 'foreign-keys' && told.args.child === args.child) return true;
  if (kind !== 'blocker' || told.kind !== 'blocker') return false;
  const [one, other] = [place, told.place];
  if (one.line === null || other.line === null) return true;
  return one.line === other.line && (one.sql === null || other.sql === null || one.sql === other.sql);
}
