/** Runs a plan on a copy of production's rows, as `apply` would, and looks what the engine says. */

import type { Finding } from '../../findings/catalogue.ts';
import { failsOnRows } from '../../findings/fails-on-rows.ts';
import { find, type Place, placeIn } from '../../findings/finding.ts';
import { placeOf } from '../../plan/analyse.ts';
import type { PlannedStatement, RanOn } from '../../plan/plan.ts';
import { type Clock, EngineError, isOutOfBounds, type Mirror } from '../../ports.ts';
import { isSystemTable, type Schema } from '../../schema/model/objects.ts';
import { asksConnection, isLeftToChance } from '../../sql/chance.ts';
import { hideSecrets } from '../../target/secret.ts';
import { withholdValues } from '../../text/withhold-values.ts';
import type { RunQuestion, RunRows } from '../ask/asking.ts';
import { concernsRows } from '../row-concerns.ts';
import { type Answering, openAnswering } from './answering.ts';
import { CountedKeys } from './counted-keys.ts';
import { compareDamages, describeCounted, mayDamage, readDamages } from './damages.ts';
import { findFailingRows } from './failing-rows.ts';
import type { FilledMirror, FilledTable } from './filled.ts';
import { type LargeRow, LargeRows } from './large-rows.ts';
import type { PlannedRun } from './planned.ts';
import { type RebuildTime, RebuildTimes } from './rebuild-times.ts';
import { StaleIndexes } from './stale-indexes.ts';
import { Unknown } from './unknown.ts';
import { compareBroken, readBroken } from './violations.ts';

export interface RowsRunInput {
  /** It is closed in the end. */
  readonly filled: FilledMirror;
  /** Production's, which a mirror can be made of exactly. */
  readonly schema: Schema;
  /** Names of those whose rows the plan meets, and that were not fetched. */
  readonly left: readonly string[];
  /** Each runs on an empty mirror. */
  readonly migrations: readonly PlannedRun[];
  readonly questions: readonly RunQuestion[];
  readonly clock: Clock;
  /** Whether what a statement that is left to chance makes this time counts as what it always makes. */
  readonly chance: 'proves-nothing' | 'counts';
}

export interface RowsRun {
  readonly findings: readonly Finding[];
  readonly ranOn: RanOn;
  readonly answers: RunRows;
  readonly times: readonly RebuildTime[];
  /** Rows that statements make, which a server may not take. */
  readonly large: readonly LargeRow[];
}

/** @throws MigrateError REHEARSAL_STUCK, INTERRUPTED */
export async function runOnRows(input: RowsRunInput): Promise<RowsRun> {
  const { mirror, tables, refused } = input.filled;
  const isShown = ({ shape }: FilledTable) => !isSystemTable(input.schema, shape.name);
  try {
    const left = [...input.left, ...refused];
    const unknown = new Unknown(
      input.schema,
      tables.map(({ shape }) => shape.name),
    );
    const answering = openAnswering(mirror, unknown, input.questions, input.migrations);
    const times = new RebuildTimes(input.clock);
    const large = new LargeRows(mirror);
    const stale = new StaleIndexes(mirror, unknown);
    await stale.begin();
    const end = await runAll({ ...input, mirror, unknown, answering, times, large, stale });
    return {
      findings: end.findings,
      large: large.found,
      answers: answering.answers,
      times: times.list(input.migrations.map(({ migration }) => migration)),
      ranOn: {
        tables: tables.filter(isShown).map(({ shape, rows }) => ({ table: shape.name, rows })),
        left: left.filter((name) => !isSystemTable(input.schema, name)),
        isWhole: end.isWhole && !unknown.wasMet,
      },
    };
  } finally {
    mirror.close();
  }
}

interface RunEnd {
  readonly findings: readonly Finding[];
  readonly isWhole: boolean;
}

interface Running {
  readonly mirror: Mirror;
  readonly unknown: Unknown;
  readonly schema: Schema;
  readonly migrations: readonly PlannedRun[];
  readonly answering: Answering;
  readonly times: RebuildTimes;
  readonly large: LargeRows;
  readonly stale: StaleIndexes;
  readonly chance: RowsRunInput['chance'];
}

async function runAll(running: Running): Promise<RunEnd> {
  const findings: Finding[] = [];
  for (const planned of running.migrations) {
    const end = await runOne(running, planned);
    findings.push(...end.findings);
    if (!end.isWhole) return { findings, isWhole: false };
  }
  return { findings, isWhole: true };
}

async function runOne(running: Running, planned: PlannedRun): Promise<RunEnd> {
  const { mirror, unknown } = running;
  const { migration, keyChecks } = planned;
  const { foreignKeysOff } = migration;
  const before = mayDamage(mirror, migration) ? await readDamages(mirror, migration, unknown) : null;
  const broken = foreignKeysOff ? await readBroken(mirror, keyChecks, 'before') : [];
  const counted = await CountedKeys.begin(mirror, migration, unknown);
  const end = await runStatements(running, planned);
  if (!end.isWhole) return end;
  const after = before === null ? null : await readDamages(mirror, migration, unknown);
  const added = foreignKeysOff ? compareBroken(keyChecks, broken, await readBroken(mirror, keyChecks, 'after')) : [];
  return {
    ...end,
    findings: [
      ...end.findings,
      ...(before && after ? compareDamages(before, after, migration, added) : []),
      ...(await describeCounted(mirror, await counted.compare(mirror, migration, unknown), migration)),
      ...(await running.stale.compare(migration)),
    ],
  };
}

async function runStatements(running: Running, { migration, statements }: PlannedRun): Promise<RunEnd> {
  const { mirror, unknown, answering, times, large, chance } = running;
  mirror.run(`PRAGMA foreign_keys=${migration.foreignKeysOff ? 'OFF' : 'ON'}`);
  mirror.run('BEGIN');
  let met = false;
  for (const [index, planned] of statements.entries()) {
    const statement = migration.statements[index];
    const { name } = migration.migration;
    // A migration may begin with a statement that is left out.
    await answering.answer({ migration: name, statement: index, when: 'before' });
    if (statement === undefined || planned.action === 'skip') continue;
    const provesNothing = chance === 'counts' ? asksConnection(statement.sql) : isLeftToChance(statement.sql);
    const meets = provesNothing ? 'rows' : unknown.meets(mirror, statement);
    const isKnown = meets !== 'rows';
    met ||= meets !== 'none';
    if (!isKnown) unknown.follow(mirror, statement);
    const tryParts = (texts: readonly string[]) => times.take(name, index, isKnown, () => tryAll(mirror, texts));
    const sent = await tryParts([...planned.before, planned.sent]);
    if (sent === null) await answering.answer({ migration: name, statement: index, when: 'after' });
    const error = sent ?? (await tryParts(planned.after));
    const place = isKnown ? placeOf(migration, statement) : null;
    // Without the rows at the other end of a key, that it does not hold is no news. What meets no row fails on none.
    const isProof = concernsRows(statement) && (meets === 'none' || !error?.message.includes('FOREIGN KEY'));
    if (error !== null) return stopAt(running, error, isProof ? place : null, planned);
    large.look(statement, place);
  }
  large.end();
  await answering.answer({ migration: migration.migration.name, statement: 0, when: 'end' });
  const error = await tryAll(mirror, ['COMMIT']);
  if (error === null) return { findings: [], isWhole: true };
  return stopAt(running, error, met ? null : placeIn(migration.migration.name), null);
}

async function tryAll(mirror: Mirror, texts: readonly string[]): Promise<EngineError | null> {
  try {
    for (const sql of texts) await mirror.attempt(sql);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** @param place null where nothing is proven by it. @param planned the statement that failed; null for COMMIT. */
async function stopAt(
  running: Running,
  error: EngineError,
  place: Place | null,
  planned: PlannedStatement | null,
): Promise<RunEnd> {
  rollBack(running.mirror);
  // The schema is the one on which it ran before: what does not even compile is a matter of this program.
  if (place === null || error.phase !== 'run' || isOutOfBounds(error)) return { findings: [], isWhole: false };
  const message = hideSecrets(withholdValues(error.message, readKnown(running)), []);
  const all = running.migrations.flatMap(({ statements }) => statements);
  const rows =
    planned === null ? null : await findFailingRows(running.mirror, running.schema, planned, error.message, all);
  const args = { message, atEnd: planned === null, json: rows?.json ?? null };
  const evidence = rows && { count: { rows: rows.rows, atLeast: false }, query: rows.query, examples: null };
  return {
    findings: [find(failsOnRows, 'blocker', place, args, evidence === null ? {} : { evidence })],
    isWhole: false,
  };
}

/** What stands in the files and in the schema is no row's. */
function readKnown({ migrations, schema }: Running): string {
  const files = migrations.flatMap(({ migration }) => migration.statements.map(({ sql }) => sql));
  return [...files, ...schema.objects.map(({ sql }) => sql ?? '')].join('\n');
}

/** RAISE(ROLLBACK), and what is broken off, have done so already. */
function rollBack(mirror: Mirror): void {
  try {
    mirror.run('ROLLBACK');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
