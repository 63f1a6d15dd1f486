/** Why a statement fails on the mirror: what the engine's words do not tell, and how the file is put right. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import {
  type FailureHint,
  type FailureMend,
  type RehearsalFailedArgs,
  rehearsalFailed,
} from '../../findings/rehearsal-failed.ts';
import { readColumns } from '../../mirror/columns.ts';
import { readMissingColumn } from '../../mirror/engine-words.ts';
import { readNames } from '../../mirror/mirror.ts';
import { straightenName } from '../../mirror/texts.ts';
import type { Mirror } from '../../ports.ts';
import { isRefusedName, nameAnew } from '../../schema/model/reserved-names.ts';
import { findQuotedJson } from '../../schema/prisma/default-clauses.ts';
import { readAlteration } from '../../sql/alter-column.ts';
import { findBrokenPlaces } from '../../sql/broken.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { leaveOutOfCopy } from '../../sql/copy-texts.ts';
import { sameName } from '../../sql/identifiers.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';
import { dependsOnRows } from './rows-in-rehearsal.ts';

/** Returns the object of production that a failure comes from, by the engine's words; null if the statement itself is wrong. */
export type ExplainFault = (
  said: string,
) => Omit<Extract<RehearsalFailedArgs, { what: 'on-obstacle' }>, 'what' | 'message'> | null;

export function explainFailure(
  mirror: Mirror,
  { migration }: AnalysedMigration,
  statement: AnalysedStatement,
  said: string,
  fault: ReturnType<ExplainFault> = null,
): Finding {
  const { line, sql } = statement;
  const place = { migration: migration.name, line, sql };
  if (fault !== null) return find(rehearsalFailed, 'blocker', place, { what: 'on-obstacle', message: said, ...fault });
  const [broken] = findBrokenPlaces(sql);
  if (broken !== undefined) {
    const at = { ...place, line: line + broken.line - 1, sql: broken.text };
    const json = findQuotedJson(sql);
    return find(rehearsalFailed, 'blocker', at, { what: 'broken-text', message: said, fault: broken.fault, json });
  }
  const column = findNewColumn(mirror, said, statement);
  const hint = isLeftover(said, statement)
    ? ({ what: 'leftover' } as const)
    : column === null
      ? findHint(said, statement)
      : ({ what: 'new-column', column } as const);
  return find(rehearsalFailed, 'blocker', place, {
    what: 'failed',
    message: isCut(said, statement) ? 'what it makes of the table is no SQL' : said,
    hint,
    mend: column === null ? findMend(mirror, said, statement) : leaveOut(mirror, statement, column),
  });
}

/** The engine's words are then the whole text that it made of the table. */
function isCut(said: string, { kind, sql }: Pick<AnalysedStatement, 'kind' | 'sql'>): boolean {
  return kind.type === 'alter-other' && /^CREATE\s+TABLE\b/i.test(said) && readAlteration(sql) !== null;
}

function isLeftover(said: string, { kind }: AnalysedStatement): boolean {
  return kind.type === 'create-table' && /already exists/.test(said);
}

/** For the most frequent failures: a leftover of an earlier attempt, a name that Prisma took from SQLite, a text in double quotes. */
function findMend(mirror: Mirror, said: string, statement: AnalysedStatement): FailureMend | null {
  const { kind, sql } = statement;
  if (kind.type === 'create-table' && isLeftover(said, statement)) return { what: 'drop-leftover', table: kind.name };
  if (kind.type === 'create-index' && isRefusedName(kind.name)) {
    return { what: 'rename-index', sql: nameAnew(kind.name, sql, readNames(mirror)) };
  }
  if (kind.type === 'alter-other' && isCut(said, statement)) return { what: 'rebuild', table: kind.table };
  const quoted = dependsOnRows(kind) ? findQuotedColumn(said, sql) : null;
  return quoted === null ? null : { what: 'quote-text', sql: quoted.straight };
}

/** A copy that reads a column by the name of one that it fills: no text is meant, whatever the quotes. */
function findNewColumn(mirror: Mirror, said: string, { kind, sql }: AnalysedStatement): string | null {
  const name = kind.type === 'insert' && hasKeyword(sql, 'SELECT') ? readMissingColumn(said) : null;
  if (name === null || kind.type !== 'insert') return null;
  return readColumns(mirror, kind.table).find((column) => sameName(column.name, name))?.name ?? null;
}

function leaveOut(mirror: Mirror, { kind, sql }: AnalysedStatement, column: string): FailureMend | null {
  if (kind.type !== 'insert') return null;
  const all = readColumns(mirror, kind.table).map(({ name }) => name);
  const left = leaveOutOfCopy(sql, column, all);
  return left === null ? null : { what: 'leave-out', sql: left };
}

interface QuotedColumn {
  readonly name: string;
  /** The statement with the name as a text. */
  readonly straight: string;
}

/** A text in double quotes that the engine may have taken for a column; null if there is none. */
function findQuotedColumn(said: string, sql: string): QuotedColumn | null {
  const name = readMissingColumn(said);
  const straight = name === null ? null : straightenName(sql, name);
  return name === null || straight === null ? null : { name, straight };
}

/** Returns null if the engine's words say enough. */
export function findHint(said: string, { kind, sql }: Pick<AnalysedStatement, 'kind' | 'sql'>): FailureHint | null {
  const index = /error in index (.+) after drop column/.exec(said)?.[1];
  if (index !== undefined) return { what: 'index-on-column', index };
  if (isCut(said, { kind, sql })) return { what: 'cut-table' };
  const text = findQuotedColumn(said, sql)?.name;
  if (text !== undefined) return { what: 'quoted-text', text };
  return kind.type === 'rename-table' && /error in (view|trigger)/.test(said) ? { what: 'reader' } : null;
}
