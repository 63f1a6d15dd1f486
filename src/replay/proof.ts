/** The proof for a record: the migrations, replayed, make exactly production's schema. */

import type { Migration } from '../history/migration.ts';
import { compareFreed } from '../mirror/reserved-index.ts';
import type { Outside } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { type Difference, describeDifference, isLacking } from '../schema/compare/difference.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { findOwnTables, selectSchema } from '../schema/model/selection.ts';
import { foldName } from '../sql/identifiers.ts';
import { listSome } from '../text/list.ts';
import { writeAsReplayed } from './as-replayed.ts';
import { type ReplayedSchema, replayAsFarAsPossible } from './replay.ts';
import { describeUnreplayed, isUnrun } from './unreplayed.ts';

export interface Proof {
  /** True if there is no difference other than the lost objects. */
  readonly proven: boolean;
  /** Left is production, right are the migrations. */
  readonly differences: readonly Difference[];
  /**
   * Triggers and indexes among the differences that production lacks because another tool's rebuild drops them, while
   * `apply` preserves them. They are no sign that the migrations did not run.
   */
  readonly lost: readonly Difference[];
  /** Why the migrations could not be replayed; null if they were. */
  readonly reason: string | null;
}

export interface ProofInput {
  readonly outside: Outside;
  readonly production: Production;
  /** The whole folder, even if only a part is to be proven. */
  readonly migrations: readonly Migration[];
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
}

/**
 * @param migrations in the order in which they are run
 * @throws MigrateError ENGINE_MISSING
 */
export async function proveSchema(input: ProofInput, migrations: readonly Migration[]): Promise<Proof> {
  const kept = new Set<string>();
  const replayed = await replayAsFarAsPossible(input.outside, migrations, {
    folder: input.migrations,
    noteKept: noteIn(kept),
  });
  const failure = replayed.unreplayed.find(isUnrun);
  if (failure !== undefined) {
    return { proven: false, differences: [], lost: [], reason: describeUnreplayed(failure) };
  }
  const differences = prepareComparison(input)(replayed);
  const lost = differences.filter((difference) => isLost(difference, kept));
  return { proven: differences.length === lost.length, differences, lost, reason: null };
}

export function noteIn(kept: Set<string>): (object: SchemaObject) => void {
  return ({ type, name }) => kept.add(`${type} ${foldName(name)}`);
}

export function isLost(difference: Difference, kept: ReadonlySet<string>): boolean {
  return isLacking(difference) && kept.has(`${difference.object} ${foldName(difference.name)}`);
}

/** Why it is not proven: the reason, or the first differences. */
export function describeDoubt({ differences, reason }: Proof): string {
  return reason ?? listDifferences(differences);
}

/** The first of them as a sentence; left is production. */
export function listDifferences(differences: readonly Difference[]): string {
  const sides = { left: 'production', right: 'the migrations' };
  return listSome(differences.map((difference) => describeDifference(difference, sides)));
}

/** @returns a function that compares production, on the left, with what migrations make */
export function prepareComparison({
  production,
  migrations,
  externalTables,
}: ProofInput): (replayed: Pick<ReplayedSchema, 'schema' | 'unreplayed'>) => readonly Difference[] {
  const selection = { externalTables, ownTables: findOwnTables(migrations) };
  const asItIs = selectSchema(production.schema, selection);
  return ({ schema, unreplayed }) => {
    const isReplaced = unreplayed.some(({ instead }) => instead !== null);
    const left = isReplaced ? selectSchema(writeAsReplayed(production.schema, unreplayed), selection) : asItIs;
    return compareFreed(left, selectSchema(schema, selection));
  };
}
