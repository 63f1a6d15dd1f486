/** Plans and applies a random story, runs the same files by hand, and lists where the two disagree. */

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { apply, plan } from '../../../../src/index.ts';
import { createTracker as buildTracker, prismaTracker } from '../../../../src/tracker/tracker.ts';
import { openEmbedded } from '../../../support/embedded-adapter.ts';
import { findAll, nameOf } from '../cases.ts';
import { type ByHand, prepare, runByHand } from './by-hand.ts';
import { type Dump, isSame, readDump, textOf } from './dump.ts';
import type { Fault } from './fault.ts';
import { judgeEnd, judgePlan } from './judge.ts';
import { findLosses } from './losses.ts';
import type { FuzzStory } from './story.ts';

const createTracker = buildTracker(prismaTracker).sql;

/** @param path of a file that is made, and removed again. */
export async function checkStory(story: FuzzStory, path: string): Promise<readonly Fault[]> {
  const database = openEmbedded(path);
  const init = { name: '20260101000000_init', sql: textOf(story.schema) };
  const migrations = [init, ...story.pending.map((sql, index) => ({ name: nameOf(index), sql: textOf(sql) }))];
  const run = (allow: readonly string[]) => apply({ url: `file:${path}`, migrations, allow });
  try {
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF');
    prepare(database, story);
    const checksum = createHash('sha256').update(init.sql).digest('hex');
    database.exec(createTracker);
    database.exec(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('1', '${checksum}', '${init.name}', 1, 1)`,
    );
    const before = readDump(database);
    const seen = await plan({ url: `file:${path}`, migrations });
    const findings = findAll(seen.plan);
    const byHand = runByHand(story, findings);
    const partly = await plan({ url: `file:${path}`, migrations, rows: 6 });
    const faults = [...judgePlan(seen.plan, byHand, database), ...judgePlan(partly.plan, byHand, database)];

    const first = await run([]);
    const afterFirst = readDump(database);
    if (seen.ready) return [...faults, ...judgeApplied(story, first, byHand, before, afterFirst)];
    const untouched = judgeRefused(first.outcome, isSame(before, afterFirst));
    if (findings.some(({ kind }) => kind === 'blocker')) return [...faults, ...untouched];
    const hazards = findings.filter(({ kind }) => kind === 'hazard').map(({ code }) => code);
    const second = await run([...new Set(hazards)]);
    return [...faults, ...untouched, ...judgeApplied(story, second, byHand, before, readDump(database))];
  } finally {
    database.close();
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true });
  }
}

function judgeApplied(
  story: FuzzStory,
  result: Awaited<ReturnType<typeof apply>>,
  byHand: ByHand,
  before: Dump,
  after: Dump,
): readonly Fault[] {
  const codes: readonly string[] = ['data-loss', 'drops-referenced'];
  const told = findAll(result.plan).filter(({ kind, code }) => kind === 'hazard' && codes.includes(code));
  const losses = result.outcome === 'applied' ? findLosses(story, told, before, after) : [];
  return [...judgeEnd(result, byHand, after), ...losses];
}

function judgeRefused(outcome: string, isUntouched: boolean): readonly Fault[] {
  if (outcome !== 'blocked') return [{ kind: 'wrong outcome', text: `${outcome}, and the plan was not ready` }];
  return isUntouched ? [] : [{ kind: 'changed without consent', text: 'the rows or the schema' }];
}
