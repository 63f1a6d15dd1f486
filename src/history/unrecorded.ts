/** Tables in a database whose tracker records nothing: tells whether these migrations created them, or somebody else did. */

import type { Finding } from '../findings/catalogue.ts';
import { find, wholePlan } from '../findings/finding.ts';
import { noHistory } from '../findings/no-history.ts';
import { otherTables } from '../findings/other-tables.ts';
import { type AnalysedMigration, analyseMigration, isInsideRebuild } from '../plan/analyse.ts';
import type { Production } from '../production/production.ts';
import { readContext } from '../sandbox/calls.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { isKeyword, isName, isOperator } from '../sql/cursor.ts';
import { foldName } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { readName } from '../sql/words.ts';
import type { HistoryEntry } from './history.ts';

export interface UnrecordedJudgement {
  readonly findings: readonly Finding[];
  /** True if some of them are the folder's, but it is not known which migrations created them. */
  readonly needsRecord: boolean;
}

/**
 * @param tables the user's tables in production; at least one
 * @param entries the whole folder
 * @returns `no-history` if the folder creates, changes or reads one of them; a note about the others
 */
export function judgeUnrecorded(
  tables: readonly SchemaObject[],
  entries: readonly HistoryEntry[],
  production: Production,
): UnrecordedJudgement {
  const folder = entries.flatMap(({ migration }) => (migration === null ? [] : [analyseMigration(migration)]));
  const others = findOtherTables(tables, folder);
  const own = tables.map(({ name }) => name).filter((name) => !others.includes(name));
  const found = own.length === 0 ? null : describeOwn(own, folder, production);
  return {
    findings: [
      ...(found === null ? [] : [found]),
      ...(others.length === 0 ? [] : [find(otherTables, 'note', wholePlan, { tables: others })]),
    ],
    needsRecord: found?.kind === 'blocker',
  };
}

/** @returns the names of the tables that no migration of the folder creates, changes or reads */
export function findOtherTables(
  tables: readonly SchemaObject[],
  folder: readonly AnalysedMigration[],
): readonly string[] {
  const named = new Set(folder.flatMap(({ statements }) => statements.flatMap(({ sql }) => listTables(sql))));
  return tables.map(({ name }) => name).filter((name) => !named.has(foldName(name)));
}

function describeOwn(own: readonly string[], folder: readonly AnalysedMigration[], production: Production): Finding {
  const lacking = findLacking(folder, production.schema.objects);
  if (lacking === null) {
    return find(noHistory, 'blocker', wholePlan, {
      what: 'unknown',
      tables: own,
      otherRecords: listOtherRecords(production),
    });
  }
  const changing = folder.filter(({ changesRows }) => changesRows).map(({ migration }) => migration.name);
  return find(noHistory, 'hazard', wholePlan, { what: 'lacking', tables: own, lacking, changing });
}

function listOtherRecords({ tracker, otherTrackers, schema }: Production): readonly string[] {
  return tracker === 'other-shape' ? [schema.tracker.name, ...otherTrackers] : otherTrackers;
}

interface Lacking {
  readonly migration: string;
  readonly tables: readonly string[];
}

/**
 * The first migration that creates tables which production lacks, with those tables; a table that a later migration
 * drops or renames does not count.
 */
export function findLacking(folder: readonly AnalysedMigration[], objects: readonly SchemaObject[]): Lacking | null {
  const there = new Set(objects.filter(({ type }) => type === 'table').map(({ name }) => foldName(name)));
  const gone = new Set(folder.flatMap(listTaken));
  for (const { migration, statements, rebuilds } of folder) {
    const created = statements.flatMap(({ kind }, index) =>
      (kind.type === 'create-table' || kind.type === 'create-virtual-table') && !isInsideRebuild(rebuilds, index)
        ? [kind.name]
        : [],
    );
    const kept = created.filter((name) => !gone.has(foldName(name)));
    if (kept.length === 0) continue;
    const tables = kept.filter((name) => !there.has(foldName(name)));
    return tables.length === 0 ? null : { migration: migration.name, tables };
  }
  return null;
}

/** The tables that are dropped or renamed for good, folded. */
function listTaken({ statements, rebuilds }: AnalysedMigration): readonly string[] {
  return statements.flatMap(({ kind }, index) => {
    if (isInsideRebuild(rebuilds, index)) return [];
    if (kind.type === 'rename-table') return [foldName(kind.table)];
    return kind.type === 'drop' && kind.object === 'table' ? [foldName(kind.name)] : [];
  });
}

/** Keywords that are followed by the name of a table or an alias. */
const beforeTables = [
  ...['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE', 'EXISTS', 'REFERENCES', 'ON', 'TO', 'IN', 'USING'],
  ...['ABORT', 'FAIL', 'IGNORE', 'REPLACE', 'ROLLBACK'],
] as const;

/** Words in places where a statement may name a table; folded. */
function listTables(sql: string): readonly string[] {
  const tokens = tokenize(sql);
  const { inFrom } = readContext(tokens);
  return tokens.flatMap((token, index) => {
    if (!isName(token)) return [];
    let before = isOperator(tokens[index - 1], '.') ? index - 3 : index - 1;
    while (isOperator(tokens[before], '(')) before -= 1;
    const isTable =
      beforeTables.some((word) => isKeyword(tokens[before], word)) ||
      (isOperator(tokens[before], ',') && inFrom[before] === true);
    return isTable ? [readName(token)] : [];
  });
}
