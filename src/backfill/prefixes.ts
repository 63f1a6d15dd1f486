/** Finds how much of the folder production has, migration by migration. */

import type { Migration } from '../history/migration.ts';
import { fillMirror, findObject, readMirrorSchema } from '../mirror/mirror.ts';
import { analyseMigration, changesSchema, isRowStatement } from '../plan/analyse.ts';
import { findKnownIndexes } from '../plan/preserve/known-indexes.ts';
import { EngineError, type Mirror } from '../ports.ts';
import { isLost, noteIn, type ProofInput, prepareComparison } from '../replay/proof.ts';
import { openReplayer } from '../replay/replay.ts';
import { isUnrun, type Unreplayed } from '../replay/unreplayed.ts';
import { type Difference, isAbsentLeft, isLacking } from '../schema/compare/difference.ts';
import { compareExisting, findLookup } from '../schema/compare/existing.ts';
import { classify } from '../sql/classify.ts';
import { changesRowsUnseen } from './rows-unseen.ts';

/** A number is a count of migrations from the folder's beginning, 0 for none. */
export interface Prefixes {
  /**
   * These make exactly production's schema, except for lost objects (see `Proof`). The last one is not one that only
   * changes rows, since the schema is no proof for that.
   */
  readonly exact: number;
  /**
   * These differ least from production, among those that create no table which production lacks. The last one is not
   * one that only changes rows either.
   */
  readonly nearest: number;
  /** True if production lacks some of what those make. */
  readonly lacks: boolean;
  /** Statements of the folder that could not run on an empty database, and what production shows of them. */
  readonly unrun: readonly UnrunStatement[];
}

export interface UnrunStatement {
  readonly migration: string;
  readonly line: number;
  /** Whether production has what it makes; `unseen` if no schema shows it. */
  readonly there: 'there' | 'different' | 'not-there' | 'unseen';
}

export async function findPrefixes(input: ProofInput, folder: readonly Migration[]): Promise<Prefixes> {
  const compare = prepareComparison(input);
  const [mirror, production] = [await input.outside.openMirror(), await input.outside.openMirror()];
  const kept = new Set<string>();
  const unrun: UnrunStatement[] = [];
  const replayer = openReplayer(mirror, { isKnownIndex: findKnownIndexes(input.migrations), noteKept: noteIn(kept) });
  try {
    fillMirror(production, input.production.schema);
    let [exact, nearest, fewest, lacks] = [0, 0, Number.POSITIVE_INFINITY, false];
    for (const [index, migration] of folder.entries()) {
      const analysed = analyseMigration(migration);
      await replayer.run([migration]);
      const { unreplayed } = replayer.read();
      const unrunStatements = unreplayed.filter(isUnrun);
      unrun.push(...unrunStatements.slice(unrun.length).map((one) => lookFor(production, one)));
      const differences = compare({ schema: readMirrorSchema(mirror), unreplayed }).filter(
        (difference) => !isLost(difference, kept),
      );
      const count = (wanted: UnrunStatement['there']) => unrun.filter(({ there }) => there === wanted).length;
      const notThere = count('not-there');
      // A migration that only changes rows, or does nothing, leaves no trace by itself.
      const isTraced = changesSchema(analysed);
      const mayFollow = !isTraced && !changesRowsUnseen(analysed);
      if (unrun.length === 0 && differences.length === 0 && (isTraced || (mayFollow && exact === index))) {
        exact = index + 1;
      }
      const distance = differences.length + notThere - count('there');
      if (mayFollow && nearest === index && index > 0) nearest = index + 1;
      if (!isTraced || distance >= fewest || differences.some(isTableLacking)) continue;
      [nearest, fewest] = [index + 1, distance];
      lacks = notThere > 0 || differences.some(isAbsentLeft);
    }
    return { exact, nearest, lacks, unrun };
  } finally {
    mirror.close();
    production.close();
  }
}

/** The left side is production. */
export function isTableLacking(difference: Difference): boolean {
  return isLacking(difference) && (difference.object === 'table' || difference.object === 'virtual-table');
}

/** Looks in production's schema for what the statement creates or drops; runs nothing. */
function lookFor(production: Mirror, { migration, line, sql, code }: Unreplayed): UnrunStatement {
  const kind = classify(sql);
  // A statement that reaches outside is not even compiled.
  if (code === 'reaches-outside' || isRowStatement(kind)) return { migration, line, there: 'unseen' };
  const lookup = findLookup(kind);
  if (lookup === null) return { migration, line, there: compiles(production, sql) ? 'not-there' : 'there' };
  const existing = findObject(production, lookup);
  const comparison = existing === null ? 'absent' : compareExisting(sql, kind, existing);
  const there = comparison === 'absent' ? 'not-there' : comparison === 'identical' ? 'there' : 'different';
  return { migration, line, there };
}

/** A DROP or a RENAME compiles if the object is still there. */
function compiles(mirror: Mirror, sql: string): boolean {
  try {
    mirror.compile(sql);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return false;
  }
}
