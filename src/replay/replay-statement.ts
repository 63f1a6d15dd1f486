/** Replays one statement: runs it, or its equivalent, or leaves it out. */

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
import { type Mended, mendObject, runInstead, straightenAdded, type TryStatement } from './equivalent.ts';
import { findConcerned, type Unreplayed } from './unreplayed.ts';

export interface ReplayHelpers {
  /** As `findKnownIndexes` decides for the whole folder, even if only a part is run. */
  readonly isKnownIndex: IndexJudge;
  /** Called for each trigger and index of a rebuilt table that SQLite by itself would have dropped. */
  readonly noteKept?: ((object: SchemaObject) => void) | undefined;
  /**
   * If a statement that creates a schema fails on the rows of the mirror: `counts` means that it fails, because a new
   * database has no other rows; `passes` (the default) means that it succeeds, because it has run before or will run on
   * production's rows.
   */
  readonly failureOnRows?: 'counts' | 'passes' | undefined;
  /** Functions that the project declares as its server's; folded. */
  readonly declaredFunctions?: ReadonlySet<string> | undefined;
  /** Called for each statement that was left out because only a server can have what it needs. */
  readonly noteUnknown?: ((unknown: UnknownUse) => void) | undefined;
}

export interface UnknownUse extends UnknownName {
  readonly migration: Migration;
  readonly line: number;
  readonly sql: string;
}

export interface ReplayRun {
  readonly mirror: Mirror;
  readonly helpers: ReplayHelpers;
  readonly unreplayed: Unreplayed[];
  readonly doubts: Doubts;
  /** Views and triggers with double quotes: these may be around a text, which shows only when the object is used. */
  readonly created: CreatedObject[];
  /** True if nothing more can be run. */
  ended: boolean;
}

interface CreatedObject {
  readonly type: SchemaObject['type'];
  readonly name: string;
  readonly migration: Migration;
  readonly statement: AnalysedStatement;
}

/** @returns why it was not run as it is written; null if it was, or if that does not matter */
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
    noteCreated(run, migration, statement);
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

/** Runs a statement once, in place of the one at that index. The error is in the engine's words: a finding's other words are about production. */
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
      // Rare: only a failed statement is examined as in the rehearsal, which runs it once more.
      const meetsOtherRows = () => failureOnRows === 'passes';
      const options = { softened, target: 'file', meetsOtherRows } as const;
      const { finding } = await rehearseStatement(mirror, analysed, tried, options);
      return finding?.kind === 'blocker' ? error.message : null;
    }
  };
}

/** An object that works has no text in double quotes: each such name is a column. */
function noteCreated({ mirror, created }: ReplayRun, migration: Migration, statement: AnalysedStatement): void {
  const { kind, sql } = statement;
  if (!sql.includes('"') || (kind.type !== 'create-view' && kind.type !== 'create-trigger')) return;
  const object = findObject(mirror, { type: kind.type === 'create-view' ? 'view' : 'trigger', name: kind.name });
  if (object === null || findFault(mirror, object) === null) return;
  created.push({ type: object.type, name: object.name, migration, statement });
}

/**
 * Corrects views and triggers that make the statement fail because of a text in double quotes, and tries again.
 * @returns what is wrong with the statement itself; null if it runs
 */
async function mendAndTry(
  run: ReplayRun,
  migration: Migration,
  statement: AnalysedStatement,
  message: string,
  attempt: TryStatement,
): Promise<string | null> {
  const mended: { readonly object: CreatedObject; readonly by: Mended }[] = [];
  for (const object of run.created) {
    const by = await mendObject(run.mirror, object, message);
    if (by === null) continue;
    mended.push({ object, by });
    const now = await attempt(statement);
    // Another object, or the statement itself, may have the same text.
    if (now === message) continue;
    for (const each of mended) noteMended(run, each.object, each.by, migration);
    return now === null || run.ended ? now : mendAndTry(run, migration, statement, now, attempt);
  }
  for (const { by } of mended) by.undo();
  return message;
}

/** An object with several texts may be corrected text by text. */
function noteMended(
  { unreplayed }: ReplayRun,
  object: CreatedObject,
  { message, instead }: Mended,
  { name: metBy }: Migration,
): void {
  const { name, path } = object.migration;
  const { line, sql } = object.statement;
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

/** If the object of a DROP is not there, it is gone in any case. */
function isGone(kind: AnalysedStatement['kind'], message: string): boolean {
  if (kind.type === 'drop-column') return readMissingColumn(message) !== null;
  return kind.type === 'drop' && /^no such (?:table|index|view|trigger): /.test(message);
}

/** True if what it lacks, or is about, might be there (or be different) had an earlier statement run. */
function isInDoubt({ doubts }: ReplayRun, kind: AnalysedStatement['kind'], message: string): boolean {
  if (doubts.isEmpty) return false;
  const missing = /no such (?:table|view): (?:main\.)?(.+)$/.exec(message)?.[1];
  const names = [missing, 'table' in kind ? kind.table : undefined, 'name' in kind ? kind.name : undefined];
  return names.some((name) => name !== undefined && doubts.has(name));
}
