/** Plans and applies a random story, runs the same files by hand, and lists where the two disagree. */

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { apply, type Finding, type MigrationSource, plan } from '../../../../src/index.ts';
import { createTracker as buildTracker, prismaTracker } from '../../../../src/tracker/tracker.ts';
import { type Embedded, openEmbedded } from '../../../support/embedded-adapter.ts';
import { findAll, nameOf } from '../planned.ts';
import { findFalseAlarms, findUnchecked } from './alarms.ts';
import { type ByHand, prepare, runByHand } from './by-hand.ts';
import { compareSchemas, findDamages } from './damages.ts';
import { type Dump, isSame, readDump, textOf } from './dump.ts';
import type { Fault } from './fault.ts';
import { type Health, readHealth } from './health.ts';
import { judgeEnd, judgePlan } from './judge.ts';
import { findLosses, findLostMarks, listSaid } from './losses.ts';
import type { FuzzStory } from './story.ts';

const createTracker = buildTracker(prismaTracker).sql;

export interface Settings {
  /** Of a file that is made, and removed again. */
  readonly path: string;
  /** How many of production's rows a plan may fetch; as many as it fetches by itself unless given. */
  readonly rows?: number | undefined;
  /** Is given what the plan says. */
  readonly onPlan?: (findings: readonly Finding[]) => void;
}

export interface Verdict {
  /** How `apply` ended, with every consent that the plan asks for. */
  readonly end: 'applied' | 'blocked' | 'failed';
  readonly faults: readonly Fault[];
}

export async function checkStory(story: FuzzStory, { path, rows, onPlan }: Settings): Promise<Verdict> {
  const database = openEmbedded(path);
  const init = { name: '20260101000000_init', sql: textOf(story.schema) };
  const migrations = [init, ...story.pending.map((sql, index) => ({ name: nameOf(index), sql: textOf(sql) }))];
  const options = { url: `file:${path}`, migrations, rows };
  try {
    makeProduction(database, story, init);
    const production = { dump: readDump(database), health: readHealth(database) };
    const seen = await plan(options);
    const findings = findAll(seen.plan);
    onPlan?.(findings);
    const byHand = runByHand(story, findings);
    const faults = [
      ...judgePlan(seen.plan, byHand, database),
      ...findFalseAlarms(story, seen.plan, byHand),
      ...findUnchecked(seen.plan),
    ];
    if (rows === undefined) {
      const partly = await plan({ ...options, rows: 6 });
      faults.push(...judgePlan(partly.plan, byHand, database));
    }
    const judge = (result: Applied): Verdict => {
      const after = { dump: readDump(database), health: readHealth(database) };
      return { end: endOf(result), faults: [...faults, ...judgeApplied(story, result, byHand, production, after)] };
    };

    const first = await apply(options);
    if (seen.ready) return judge(first);
    faults.push(...judgeRefused(first.outcome, isSame(production.dump, readDump(database))));
    if (findings.some(({ kind }) => kind === 'blocker')) return { end: 'blocked', faults };
    const hazards = findings.filter(({ kind }) => kind === 'hazard').map(({ code }) => code);
    return judge(await apply({ ...options, allow: [...new Set(hazards)] }));
  } finally {
    database.close();
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true });
  }
}

function makeProduction(database: Embedded, story: FuzzStory, { name, sql }: MigrationSource): void {
  database.exec('PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF');
  prepare(database, story);
  const checksum = createHash('sha256').update(sql).digest('hex');
  database.exec(createTracker);
  database.exec(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('1', '${checksum}', '${name}', 1, 1)`,
  );
}

type Applied = Awaited<ReturnType<typeof apply>>;

interface State {
  readonly dump: Dump;
  readonly health: Health;
}

function endOf({ outcome }: Applied): Verdict['end'] {
  return outcome === 'applied' || outcome === 'blocked' ? outcome : 'failed';
}

function judgeApplied(
  story: FuzzStory,
  result: Applied,
  byHand: ByHand,
  before: State,
  after: State,
): readonly Fault[] {
  const found = findAll(result.plan);
  const codes: readonly string[] = ['data-loss', 'drops-referenced'];
  const told = found.filter(({ kind, code }) => kind === 'hazard' && codes.includes(code));
  // A copy that writes out what becomes of a value names its column, as an UPDATE does.
  const said = found.filter(({ kind, code, evidence }) => kind === 'note' && code === 'data-loss' && evidence !== null);
  const isApplied = result.outcome === 'applied';
  const isKept = found.some(({ code }) => code === 'kept');
  const expected = byHand.dumps[result.applied.length];
  return [
    ...judgeEnd(result, byHand, after.dump),
    ...(isApplied ? findLosses(listSaid(story, said), told, before.dump, after.dump) : []),
    ...(isApplied && byHand.failure === null
      ? findLostMarks(story, [...told, ...said], before.dump, after.dump, byHand.named)
      : []),
    ...(isApplied ? findDamages(story, found, before.health, after.health) : []),
    ...(expected === undefined ? [] : compareSchemas(expected, after.dump, isKept)),
  ];
}

function judgeRefused(outcome: string, isUntouched: boolean): readonly Fault[] {
  if (outcome !== 'blocked') return [{ kind: 'wrong outcome', text: `${outcome}, and the plan was not ready` }];
  return isUntouched ? [] : [{ kind: 'changed without consent', text: 'the rows or the schema' }];
}
