/** A plan rehearsed on a schema, as a value. */

import type { Finding } from '../../findings/catalogue.ts';
import type { Query } from '../../ports.ts';
import type { RunQuestion } from '../../rows/ask/asking.ts';
import type { TableShape } from '../../rows/fetch/stored.ts';
import type { PlannedRun } from '../../rows/run/planned.ts';
import type { DataWatch } from '../../rows/watch.ts';
import type { Schema } from '../../schema/model/objects.ts';
import { type AnalysedMigration, planStatements } from '../analyse.ts';
import type { ServerQuestions } from '../ask-server.ts';
import type { IndexJudge } from '../preserve/known-indexes.ts';
import { findTableNames, notRehearsed, type Rehearsed } from './rehearsed.ts';

/** What there is to ask of a database's rows. */
export interface RowQuestions {
  readonly watch: Pick<DataWatch, 'judge' | 'prove' | 'measure'>;
  readonly queries: readonly Query[];
  /** What the run on rows is asked. */
  readonly here: readonly RunQuestion[];
  /** The tables that the plan meets; none where it does not run on their rows. */
  readonly shapes: readonly TableShape[];
}

/**
 * What migrations do to a schema, and what there is to ask of a database that has it. It knows of no row, and holds no mirror:
 * it serves every database of that schema and history.
 */
export interface RehearsedPlan {
  readonly rehearsed: readonly Rehearsed[];
  /** What would be sent of each migration. */
  readonly runs: readonly PlannedRun[];
  /** Of the plan as a whole, and of single migrations. */
  readonly findings: readonly Finding[];
  /** The schema that the whole plan leaves behind; null where it was not to be read, or the rehearsal did not get there. */
  readonly schemaAfter: Schema | null;
  /** What safe ways are tried with; null where nothing is proven by a mirror. */
  readonly trial: { readonly isKnownIndex: IndexJudge } | null;
  /** null where the plan meets no rows. */
  readonly rows: RowQuestions | null;
  /** null where there is nothing that only a server can tell. */
  readonly server: ServerQuestions | null;
}

const noQuestions = { trial: null, rows: null, server: null } as const;

/** For a plan that cannot be rehearsed at all. */
export function leaveUnrehearsed({ objects }: Schema, analysed: readonly AnalysedMigration[]): RehearsedPlan {
  const tables = findTableNames(objects, analysed);
  const rehearsed = analysed.map((migration) => notRehearsed(migration, tables));
  return { rehearsed, runs: listRuns(analysed, rehearsed), findings: [], schemaAfter: null, ...noQuestions };
}

/** What would be sent of each migration. @param rehearsed one for each. */
export function listRuns(
  analysed: readonly AnalysedMigration[],
  rehearsed: readonly Rehearsed[],
): readonly PlannedRun[] {
  return rehearsed.flatMap(({ statements, keyChecks }, index) => {
    const migration = analysed[index];
    return migration === undefined ? [] : [{ migration, statements: planStatements(migration, statements), keyChecks }];
  });
}
