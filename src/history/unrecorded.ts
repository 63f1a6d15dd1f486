/** Tables in a database whose tracker records nothing: did these migrations make them, or does somebody else keep them there? */

import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import { type AnalysedMigration, analyseMigration, isInsideRebuild } from '../plan/analyse.ts';
import type { Production } from '../production/production.ts';
import { readContext } from '../sandbox/calls.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { isKeyword, isName, isOperator } from '../sql/cursor.ts';
import { foldName } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { readName } from '../sql/words.ts';
import { listSome } from '../text/list.ts';
import { trackerTable } from '../tracker/tracker.ts';
import type { HistoryEntry } from './history.ts';

/**
 * @param tables the user's tables in production; at least one.
 * @param entries the whole folder.
 * @returns `no-history` where the folder makes, changes or reads one of them; a note about those that it does not.
 */
export function judgeUnrecorded(
  tables: readonly SchemaObject[],
  entries: readonly HistoryEntry[],
  production: Production,
): readonly Finding[] {
  const folder = entries.flatMap(({ migration }) => (migration === null ? [] : [analyseMigration(migration)]));
  const others = findOtherTables(tables, folder);
  const own = tables.map(({ name }) => name).filter((name) => !others.includes(name));
  return [
    ...(own.length === 0 ? [] : [describeOwn(own, folder, production)]),
    ...(others.length === 0 ? [] : [describeOthers(others)]),
  ];
}

/** @returns the names of the tables that no migration of the folder makes, changes or reads. */
export function findOtherTables(
  tables: readonly SchemaObject[],
  folder: readonly AnalysedMigration[],
): readonly string[] {
  const named = new Set(folder.flatMap(({ statements }) => statements.flatMap(({ sql }) => listTables(sql))));
  return tables.map(({ name }) => name).filter((name) => !named.has(foldName(name)));
}

const whole = { migration: null, line: null, sql: null } as const;

function describeOthers(names: readonly string[]): Finding {
  const many = names.length > 1;
  return worded({
    ...whole,
    kind: 'note',
    code: 'other-tables',
    message: `Production also has ${many ? `${names.length} tables` : 'a table'} that none of these migrations makes, changes or reads: ${listSome(names)}. ${many ? 'They stay' : 'It stays'} as ${many ? 'they are' : 'it is'}.`,
    why: `Somebody else keeps ${many ? 'them' : 'it'} there. If this is the wrong database, stop here.`,
  });
}

function describeOwn(own: readonly string[], folder: readonly AnalysedMigration[], production: Production): Finding {
  const lacking = findLacking(folder, production.schema.objects);
  if (lacking === null) {
    return worded({
      ...whole,
      kind: 'blocker',
      code: 'no-history',
      message: `Production has tables (${listSome(own)}) but no record of any applied migration, so it cannot be told which migrations made them. ${describeWayOut(production)}`,
      why: 'Run on what is there already, the migrations would fail at the first table, or change rows a second time.',
    });
  }
  const changing = folder.filter(({ changesRows }) => changesRows).map(({ migration }) => migration.name);
  const rows =
    changing.length === 0
      ? ''
      : ` Look first whether ${listSome(changing)} ${changing.length === 1 ? 'has' : 'have'} changed rows there already.`;
  return worded({
    ...whole,
    kind: 'hazard',
    code: 'no-history',
    message: `Production has tables (${listSome(own)}) but no record of any applied migration, and lacks ${listSome(lacking.tables)}, which ${lacking.migration} makes. So nothing can be recorded as applied: the migrations run from the first one on. What is there already and identical is left as it is, and the rest is made.${rows}`,
    why: 'A table that is there may hold what another version of these migrations made of it.',
  });
}

function describeWayOut({ tracker, foreignTrackers }: Production): string {
  const others = tracker === 'other-shape' ? [trackerTable, ...foreignTrackers] : foreignTrackers;
  return others.length === 0
    ? 'Record those that production already has, and only those: migrate-prod backfill records all of them, migrate-prod backfill <name> one.'
    : `There is another record of migrations (${listSome(others.map((name) => `"${name}"`))}): migrate-prod backfill takes over what production is proven to have, migrate-prod backfill <name> records one.`;
}

interface Lacking {
  readonly migration: string;
  readonly tables: readonly string[];
}

/** The tables of the first migration that makes any, which production lacks and no later migration takes away or renames. */
export function findLacking(folder: readonly AnalysedMigration[], objects: readonly SchemaObject[]): Lacking | null {
  const there = new Set(objects.filter(({ type }) => type === 'table').map(({ name }) => foldName(name)));
  const gone = new Set(folder.flatMap(listTaken));
  for (const { migration, statements, rebuilds } of folder) {
    const made = statements.flatMap(({ kind }, index) =>
      (kind.type === 'create-table' || kind.type === 'create-virtual-table') && !isInsideRebuild(rebuilds, index)
        ? [kind.name]
        : [],
    );
    const kept = made.filter((name) => !gone.has(foldName(name)));
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

/** Keywords behind which stands the name of a table, or of an alias. */
const beforeTables = [
  ...['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE', 'EXISTS', 'REFERENCES', 'ON', 'TO', 'IN', 'USING'],
  ...['ABORT', 'FAIL', 'IGNORE', 'REPLACE', 'ROLLBACK'],
] as const;

/** Whatever stands in the statement where a table may be named; folded. */
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
