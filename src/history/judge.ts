/** What the comparison of folder and tracker means, with or without a plan. Code that few databases need is loaded only for them. */

import type { Finding } from '../findings/catalogue.ts';
import { findUserTables } from '../schema/model/objects.ts';
import { findHistoryFindings, findMissing } from './find.ts';
import { type HistoryEntry, isToApply } from './history.ts';
import type { Squash, SquashInput } from './squash.ts';
import { findAhead, findSquash as findRealSquash } from './squash.ts';
import { readSquashed } from './squash-line.ts';
import { judgeUnrecorded, type UnrecordedJudgement } from './unrecorded.ts';

export interface HistoryJudgement {
  readonly findings: readonly Finding[];
  /** True if production has tables of these migrations, but it is not known which migrations created them: they must be recorded first. */
  readonly needsRecord: boolean;
  readonly squash: Squash;
}

/**
 * @param toApply the migrations that the plan would run
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function judgeHistory(input: SquashInput, toApply: readonly HistoryEntry[]): Promise<HistoryJudgement> {
  const squash = await findSquash(input);
  const unrecorded = await findUnrecorded(input, toApply);
  const findings = [
    ...unrecorded.findings,
    ...findHistoryFindings(input.history, toApply),
    ...findMissing(input.history, squash.from),
    ...(await findSquashesAhead(input, toApply)),
  ];
  return { findings, needsRecord: unrecorded.needsRecord, squash };
}

const allRecorded: UnrecordedJudgement = { findings: [], needsRecord: false };

async function findUnrecorded(
  { history, production }: SquashInput,
  toApply: readonly HistoryEntry[],
): Promise<UnrecordedJudgement> {
  const isJudged = !history.begun && toApply.length > 0 && !toApply.some(({ state }) => state === 'unfinished');
  if (!isJudged) return allRecorded;
  const tables = findUserTables(production.schema);
  if (tables.length === 0) return allRecorded;
  return judgeUnrecorded(tables, history.entries, production);
}

const noSquash: Squash = { from: new Set(), into: new Set() };

/** A squash leaves recorded migrations without a folder, and its name sorts before theirs. */
async function findSquash(input: SquashInput): Promise<Squash> {
  const { entries } = input.history;
  const newest = entries.findLastIndex(({ state }) => state === 'missing');
  if (!entries.some(isToApply)) return noSquash;
  const isOlder = entries.some((entry, index) => entry.migration !== null && index < newest);
  return isOlder ? findRealSquash(input) : noSquash;
}

async function findSquashesAhead(
  { history }: SquashInput,
  toApply: readonly HistoryEntry[],
): Promise<readonly Finding[]> {
  if (!history.begun || !toApply.some(({ migration }) => migration !== null && readSquashed(migration).length > 0))
    return [];
  return findAhead(history, toApply);
}
