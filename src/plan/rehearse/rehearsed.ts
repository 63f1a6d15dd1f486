/** The result of a rehearsal, and the same for a migration that was not rehearsed. */

import type { Finding } from '../../findings/catalogue.ts';
import { deniedTables } from '../../sandbox/lists.ts';
import { findReaches } from '../../sandbox/suspects.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import type { Classified } from '../../sql/classify.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { type AnalysedMigration, decideByText } from '../analyse.ts';
import type { KeyCheck } from '../key-checks.ts';
import { reportReach } from '../outside.ts';
import type { StatementDecision } from '../plan.ts';
import { nothingThere, type There } from './there.ts';
import type { Doubt } from './unknown-to-mirror.ts';

export interface Rehearsed {
  /** One for each statement of the migration. */
  readonly statements: readonly StatementDecision[];
  readonly keyChecks: readonly KeyCheck[];
  /** null where the rehearsal did not get to the migration's end. */
  readonly schemaAfter: string | null;
  readonly findings: readonly Finding[];
  /** Names to ask the server about; their findings are among `findings`. */
  readonly doubts: readonly Doubt[];
  readonly there: There;
}

/** Every statement as it stands. @param tables see `findTableNames`. */
export function notRehearsed(analysed: AnalysedMigration, tables: ReadonlySet<string>): Rehearsed {
  return {
    statements: analysed.statements.map((statement) => decideByText(analysed, statement)),
    keyChecks: [],
    schemaAfter: null,
    findings: findUnseenReaches(analysed, 0, tables),
    doubts: [],
    there: nothingThere,
  };
}

/** The names, folded, of tables and views that there are, or that a migration makes. */
export function findTableNames(
  objects: readonly SchemaObject[],
  migrations: readonly AnalysedMigration[],
): ReadonlySet<string> {
  const made = migrations.flatMap(({ statements, touchedTables }) =>
    touchedTables.filter((name) => deniedTables.has(name) && statements.some(({ kind }) => isMade(kind, name))),
  );
  return new Set([
    ...objects.filter(({ type }) => type === 'table' || type === 'view').map(({ name }) => foldName(name)),
    ...made,
  ]);
}

function isMade(kind: Classified, name: string): boolean {
  if (kind.type === 'rename-table') return sameName(kind.to, name);
  return kind.type === 'create-table' && sameName(kind.name, name);
}

/** Judges statements that were not rehearsed by their text: a name that is no table of the database is taken for the engine's. */
export function findUnseenReaches(
  { migration, statements }: AnalysedMigration,
  from: number,
  tables: ReadonlySet<string>,
): readonly Finding[] {
  return statements.slice(from).flatMap(({ sql, line }) => {
    const reach = findReaches(sql).find(({ type, name }) => type === 'table' && !tables.has(foldName(name)));
    return reach === undefined ? [] : reportReach({ migration: migration.name, line, sql }, reach);
  });
}
