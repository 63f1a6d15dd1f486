/** Runs a plan on a copy of production's rows, as `apply` would, and looks what the engine says. */

import type { Finding } from '../../findings/catalogue.ts';
import { failsOnRows } from '../../findings/fails-on-rows.ts';
import { find, type Place, placeIn, type RowCount } from '../../findings/finding.ts';
import { fillMirror } from '../../mirror/mirror.ts';
import { placeOf } from '../../plan/analyse.ts';
import type { PlannedStatement, RanOn } from '../../plan/plan.ts';
import { findUpdatedDuplicates } from '../../plan/updated-duplicates.ts';
import { EngineError, isOutOfBounds, type Mirror, type OpenMirror } from '../../ports.ts';
import { isSystemTable, type Schema } from '../../schema/model/objects.ts';
import { isLeftToChance } from '../../sql/chance.ts';
import { hideSecrets } from '../../target/secret.ts';
import { withholdValues } from '../../text/withhold-values.ts';
import type { RunQuestion, RunRows } from '../ask/asking.ts';
import { loadRows } from '../fetch/load.ts';
import type { FetchedTable } from '../fetch/query.ts';
import { type Answering, openAnswering } from './answering.ts';
import { compareDamages, mayDamage, readDamages } from './damages.ts';
import { findFaults } from './integrity.ts';
import { type LargeRow, LargeRows } from './large-rows.ts';
import type { PlannedRun } from './planned.ts';
import { Unknown } from './unknown.ts';
import { compareBroken, readBroken } from './violations.ts';

export interface RowsRunInput {
  readonly openMirror: OpenMirror;
  /** Production's, which a mirror can be made of exactly. */
  readonly schema: Schema;
  /** Those whose rows are here, all of them. */
  readonly tables: readonly FetchedTable[];
  /** Names of those whose rows the plan meets, and that are not here. */
  readonly left: readonly string[];
  /** Each runs on an empty mirror. */
  readonly migrations: readonly PlannedRun[];
  readonly questions: readonly RunQuestion[];
}

export interface RowsRun {
  readonly findings: readonly Finding[];
  readonly ranOn: RanOn;
  readonly answers: RunRows;
  /** Rows that statements make, which a server may not take. */
  readonly large: readonly LargeRow[];
}

/** What takes longer, in milliseconds, is left to production: people wait for the plan. */
const longestRun = 10_000;

/** @throws MigrateError REHEARSAL_STUCK, INTERRUPTED, ENGINE_MISSING */
export async function runOnRows(input: RowsRunInput): Promise<RowsRun> {
  const { mirror, refused } = await openFilled(input);
  const isShown = ({ shape }: FetchedTable) => !isSystemTable(input.schema, shape.name);
  try {
    const loaded = input.tables.filter((table) => !refused.includes(table));
    const left = [...input.left, ...refused.map(({ shape }) => shape.name)];
    const unknown = new Unknown(
      input.schema,
      loaded.map(({ shape }) => shape.name),
    );
    const answering = openAnswering(mirror, unknown, input.questions, input.migrations);
    const large = new LargeRows(mirror);
    const end = await runAll({ ...input, mirror, unknown, answering, large });
    return {
      findings: end.findings,
      large: large.found,
      answers: answering.answers,
      ranOn: {
        tables: loaded.filter(isShown).map(({ shape, rows }) => ({ table: shape.name, rows: rows.length })),
        left: left.filter((name) => !isSystemTable(input.schema, name)),
        isWhole: end.isWhole && !unknown.wasMet,
      },
    };
  } finally {
    mirror.close();
  }
}

async function openFilled({ openMirror, schema, tables }: RowsRunInput) {
  const mirror = await openMirror({ time: longestRun });
  let refused: readonly FetchedTable[] = [];
  try {
    fillMirror(mirror, schema, () => {
      refused = loadRows(mirror, tables);
    });
    const unfit = await findUnfit(mirror, tables);
    return { mirror, refused: [...refused, ...unfit.filter((table) => !refused.includes(table))] };
  } catch (error) {
    mirror.close();
    throw error;
  }
}

/** An index that cannot be made of the rows, as of values that a new type makes the same, stays empty here; not in production. */
async function findUnfit(mirror: Mirror, tables: readonly FetchedTable[]): Promise<readonly FetchedTable[]> {
  const filled = tables.filter(({ rows }) => rows.length > 0);
  const faults = await findFaults(
    mirror,
    filled.map(({ shape }) => shape.name),
  );
  const unfit = new Set(faults.filter(({ fault }) => fault.what === 'index').map(({ table }) => table));
  return filled.filter(({ shape }) => unfit.has(shape.name));
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
  readonly large: LargeRows;
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
  if (!mayDamage(migration)) return runStatements(running, planned);
  const before = await readDamages(mirror, migration, unknown);
  const broken = readBroken(mirror, keyChecks, 'before');
  const end = await runStatements(running, planned);
  if (!end.isWhole) return end;
  const after = await readDamages(mirror, migration, unknown);
  const added = compareBroken(keyChecks, broken, readBroken(mirror, keyChecks, 'after'));
  return { ...end, findings: compareDamages(before, after, migration, added) };
}

async function runStatements(running: Running, { migration, statements }: PlannedRun): Promise<RunEnd> {
  const { mirror, unknown, answering, large } = running;
  mirror.run(`PRAGMA foreign_keys=${migration.foreignKeysOff ? 'OFF' : 'ON'}`);
  mirror.run('BEGIN');
  let met = false;
  for (const [index, planned] of statements.entries()) {
    const statement = migration.statements[index];
    const { name } = migration.migration;
    // A migration may begin with a statement that is left out.
    await answering.answer({ migration: name, statement: index, when: 'before' });
    if (statement === undefined || planned.action === 'skip') continue;
    const isKnown = !isLeftToChance(statement.sql) && !unknown.meets(mirror, statement);
    met ||= !isKnown;
    if (!isKnown) unknown.follow(mirror, statement);
    const sent = await tryAll(mirror, [...planned.before, planned.sent]);
    if (sent === null) await answering.answer({ migration: name, statement: index, when: 'after' });
    const error = sent ?? (await tryAll(mirror, planned.after));
    const place = isKnown ? placeOf(migration, statement) : null;
    if (error !== null) return stopAt(running, error, place, planned);
    large.look(statement, place);
  }
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
function stopAt(running: Running, error: EngineError, place: Place | null, planned: PlannedStatement | null): RunEnd {
  rollBack(running.mirror);
  // The schema is the one on which it ran before: what does not even compile is a matter of this program.
  if (place === null || error.phase !== 'run' || isOutOfBounds(error)) return { findings: [], isWhole: false };
  const message = hideSecrets(withholdValues(error.message, readKnown(running)), []);
  const args = { message, atEnd: planned === null };
  const query = planned === null ? null : findRows(running, planned, error.message);
  const evidence =
    query === null ? {} : { evidence: { count: countRows(running.mirror, query), query, examples: null } };
  return { findings: [find(failsOnRows, 'blocker', place, args, evidence)], isWhole: false };
}

/** What stands in the files and in the schema is no row's. */
function readKnown({ migrations, schema }: Running): string {
  const files = migrations.flatMap(({ migration }) => migration.statements.map(({ sql }) => sql));
  return [...files, ...schema.objects.map(({ sql }) => sql ?? '')].join('\n');
}

/** The rows that an UPDATE makes the same, as production has them now. */
function findRows({ migrations }: Running, failed: PlannedStatement, message: string): string | null {
  const all = migrations.flatMap(({ statements }) => statements);
  return findUpdatedDuplicates(failed, message, all);
}

function countRows(mirror: Mirror, query: string): RowCount | null {
  try {
    return { rows: Number(mirror.query(`SELECT count(*) FROM (${query})`)[0]?.[0]), atLeast: false };
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

/** RAISE(ROLLBACK), and what is broken off, have done so already. */
function rollBack(mirror: Mirror): void {
  try {
    mirror.run('ROLLBACK');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
