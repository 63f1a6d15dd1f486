/** The replay of one statement: it is run, or its equivalent is, or it is left out. */

import { describeReach } from '../findings/reaches-outside.ts';
import { describeLimit } from '../findings/unrehearsed.ts';
import type { Migration } from '../history/migration.ts';
import { readMissingColumn } from '../mirror/engine-words.ts';
import { findObject } from '../mirror/mirror.ts';
import { findFault } from '../mirror/try-object.ts';
import {
  type AnalysedMigration,
  type AnalysedStatement,
  isDeferPragma,
  isForeignKeysPragma,
  isInsideRebuild,
  isRowStatement,
} from '../plan/analyse.ts';
import { findWhyLeftOut } from '../plan/pragmas.ts';
import type { IndexJudge } from '../plan/preserve/known-indexes.ts';
import { readLimit, rehearseStatement, tryStatement } from '../plan/rehearse/rehearse-statement.ts';
import { EngineError, isOutOfBounds, type Mirror } from '../ports.ts';
import { findReach } from '../sandbox/reach.ts';
import { findUnknownName, type UnknownName } from '../sandbox/unknown-names.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { classify } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';
import type { Doubts } from './doubts.ts';
import { type Mended, mendMade, runInstead, straightenAdded, type TryStatement } from './equivalent.ts';
import { findConcerned, type Unreplayed } from './unreplayed.ts';

export interface ReplayHelpers {
  /** As `findKnownIndexes` judges by the whole folder, however much of it is run. */
  readonly isKnownIndex: IndexJudge;
  /** Gets each trigger and index of a rebuilt table that SQLite by itself would have dropped. */
  readonly noteKept?: ((object: SchemaObject) => void) | undefined;
  /**
   * What becomes of a statement that makes a schema and fails on the rows that it meets: a new database has no others, so that it
   * `counts`; where it has run before, or will on production's rows, it `passes`, as unless given.
   */
  readonly failureOnRows?: 'counts' | 'passes' | undefined;
  /** Functions that the project says its server has; folded. */
  readonly declaredFunctions?: ReadonlySet<string> | undefined;
  /** Gets each statement that was left out because only a server can have what it needs. */
  readonly noteUnknown?: ((unknown: UnknownUse) => void) | undefined;
}

export interface UnknownUse extends UnknownName {
  readonly migration: Migration;
  readonly line: number;
  readonly sql: string;
}

/** What a replay has come to. */
export interface ReplayRun {
  readonly mirror: Mirror;
  readonly helpers: ReplayHelpers;
  readonly unreplayed: Unreplayed[];
  readonly doubts: Doubts;
  /** Views and triggers with something in double quotes: it may be a text, which is invisible until they are used. */
  readonly made: Made[];
  /** Whether nothing more can be run. */
  ended: boolean;
}

interface Made {
  readonly type: SchemaObject['type'];
  readonly name: string;
  readonly migration: Migration;
  readonly statement: AnalysedStatement;
}

/** @returns why it was not run as it stands; null where it was, or where that says nothing. */
export async function replayStatement(
  run: ReplayRun,
  analysed: AnalysedMigration,
  index: number,
): Promise<Unreplayed | null> {
  const { mirror, helpers } = run;
  const { declaredFunctions, noteUnknown = () => {} } = helpers;
  const { migration } = analysed;
  const statement = analysed.statements[index];
  if (statement === undefined || isForeignKeysPragma(statement.kind) || isDeferPragma(statement.kind)) return null;
  if (findWhyLeftOut(statement.kind) !== null) return null;
  const { kind, line, sql } = statement;
  const place = { migration: migration.name, path: migration.path, line, sql };
  const fail = (message: string, code: Unreplayed['code'] = 'replay-failed'): Unreplayed => {
    const tableOf = (type: 'index' | 'trigger', name: string) => findObject(mirror, { type, name })?.table ?? null;
    const concerns = isGone(kind, message) ? [] : findConcerned(kind, sql, tableOf);
    return {
      ...place,
      code,
      message,
      instead: null,
      metBy: null,
      follows: isInDoubt(run, kind, message),
      ends: false,
      concerns,
    };
  };
  const reach = findReach(mirror, sql);
  if (reach !== null) return fail(`${describeReach(reach)}, so it was not run`, 'reaches-outside');
  const attemptOnce = buildAttempt(run, analysed, index);
  const attempt: TryStatement = async (tried) => {
    const message = await attemptOnce(tried);
    return message === null || run.ended ? message : mendAndTry(run, migration, tried, message, attemptOnce);
  };
  const added = straightenAdded(mirror, statement);
  if (added !== null && (await attempt({ ...statement, sql: added, kind: classify(added) })) === null) {
    const message = 'it has text in double quotes, which libSQL reads as a column';
    return { ...fail(message), instead: added, concerns: [] };
  }
  const message = await attempt(statement);
  if (message === null) {
    noteMade(run, migration, statement);
    return null;
  }
  if (run.ended) return { ...fail(message), follows: false, ends: true, concerns: 'everything' };
  const unknown = findUnknownName(message, sql);
  if (unknown !== null && (isRowStatement(kind) || declaredFunctions?.has(foldName(unknown.name)))) {
    noteUnknown({ ...unknown, migration, line, sql });
    return null;
  }
  const instead = await runInstead(mirror, statement, message, attempt);
  return instead === null ? fail(message) : { ...fail(message), instead, concerns: [], follows: false };
}

/** Runs a statement once, in the place of the one at that index. What it returns is in the engine's words: what a finding says besides speaks of production. */
function buildAttempt(run: ReplayRun, analysed: AnalysedMigration, index: number): TryStatement {
  const { mirror, helpers } = run;
  const { failureOnRows = 'passes' } = helpers;
  const softened = !isInsideRebuild(analysed.rebuilds, index);
  return async (tried) => {
    try {
      await tryStatement(mirror, tried);
      return null;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (isOutOfBounds(error)) {
        run.ended = true;
        return describeLimit(readLimit(error));
      }
      // Rare: only a statement that failed is looked at in the rehearsal's way, which runs it once more.
      const meetsOtherRows = () => failureOnRows === 'passes';
      const options = { softened, target: 'file', meetsOtherRows } as const;
      const { finding } = await rehearseStatement(mirror, analysed, tried, options);
      return finding?.kind === 'blocker' ? error.message : null;
    }
  };
}

/** What works as it is made has no text in double quotes: what it names there is a column. */
function noteMade({ mirror, made }: ReplayRun, migration: Migration, statement: AnalysedStatement): void {
  const { kind, sql } = statement;
  if (!sql.includes('"') || (kind.type !== 'create-view' && kind.type !== 'create-trigger')) return;
  const object = findObject(mirror, { type: kind.type === 'create-view' ? 'view' : 'trigger', name: kind.name });
  if (object === null || findFault(mirror, object) === null) return;
  made.push({ type: object.type, name: object.name, migration, statement });
}

/**
 * Makes the views and triggers work that stand in the way only for a text in double quotes, and tries again.
 * @returns what is wrong with the statement itself; null where it runs.
 */
async function mendAndTry(
  run: ReplayRun,
  migration: Migration,
  statement: AnalysedStatement,
  message: string,
  attempt: TryStatement,
): Promise<string | null> {
  const mended: { readonly made: Made; readonly by: Mended }[] = [];
  for (const made of run.made) {
    const by = await mendMade(run.mirror, made, message);
    if (by === null) continue;
    mended.push({ made, by });
    const now = await attempt(statement);
    // Another one may have the same text, or the statement itself.
    if (now === message) continue;
    for (const each of mended) noteMended(run, each.made, each.by, migration);
    return now === null || run.ended ? now : mendAndTry(run, migration, statement, now, attempt);
  }
  for (const { by } of mended) by.undo();
  return message;
}

/** One that has several texts may be met, and mended, text by text. */
function noteMended(
  { unreplayed }: ReplayRun,
  made: Made,
  { message, instead }: Mended,
  { name: metBy }: Migration,
): void {
  const { name, path } = made.migration;
  const { line, sql } = made.statement;
  const at = unreplayed.findIndex(
    (one) => one.metBy !== null && one.migration === name && one.line === line && one.sql === sql,
  );
  const known = unreplayed[at];
  if (known !== undefined) {
    unreplayed[at] = { ...known, instead };
    return;
  }
  const what = { code: 'replay-failed', migration: name, path, line, sql, message, instead, metBy } as const;
  unreplayed.push({ ...what, follows: false, ends: false, concerns: [] });
}

/** What is to be taken away, and is not there, is gone in any case. */
function isGone(kind: AnalysedStatement['kind'], message: string): boolean {
  if (kind.type === 'drop-column') return readMissingColumn(message) !== null;
  return kind.type === 'drop' && /^no such (?:table|index|view|trigger): /.test(message);
}

/** Whether what it misses, or is about, is something that an earlier statement would have made otherwise. */
function isInDoubt({ doubts }: ReplayRun, kind: AnalysedStatement['kind'], message: string): boolean {
  if (doubts.isEmpty) return false;
  const missing = /no such (?:table|view): (?:main\.)?(.+)$/.exec(message)?.[1];
  const names = [missing, 'table' in kind ? kind.table : undefined, 'name' in kind ? kind.name : undefined];
  return names.some((name) => name !== undefined && doubts.has(name));
}
