/** Plans and applies a random story, runs the same files by hand, and lists where the two disagree. */

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createTracker } from '../../../src/core/migrations/tracker.ts';
import { apply, type Finding, type Plan, plan } from '../../../src/index.ts';
import type { Value } from '../../../src/ports.ts';
import { type Embedded, openEmbedded } from '../../support/embedded-adapter.ts';
import { findAll, nameOf } from './cases.ts';
import { countEvidence } from './fuzz-evidence.ts';
import { findLosses } from './fuzz-losses.ts';
import type { FuzzStory } from './fuzz-story.ts';

/** The rows of every table, each table's sorted; and the schema. */
export interface Dump {
  readonly tables: ReadonlyMap<string, readonly (readonly Value[])[]>;
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly schema: readonly string[];
}

export interface ByHand {
  /** How many migrations went well. */
  readonly done: number;
  /** What the database said of the next; null where all went well. */
  readonly error: string | null;
  /** By the number of migrations that are done. */
  readonly dumps: readonly Dump[];
  readonly miscounted: readonly string[];
}

const dataBlockers: ReadonlySet<string> = new Set([
  'nulls',
  'duplicates',
  'needs-default',
  'check-fails',
  'foreign-keys',
]);

export const stats: Record<string, number> = {};
function count(key: string) { stats[key] = (stats[key] ?? 0) + 1; }
export function textOf(statements: readonly string[]): string {
  return statements.map((sql) => `${sql};\n`).join('');
}

/** @param path of a file that is made, and removed again. @returns each with a word before a colon that names the kind. */
export async function checkStory(story: FuzzStory, path: string): Promise<readonly string[]> {
  rmSync(path, { force: true });
  const database = openEmbedded(path);
  const init = { name: '20260101000000_init', sql: textOf(story.schema) };
  try {
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF');
    prepare(database, story);
    const checksum = createHash('sha256').update(init.sql).digest('hex');
    database.exec(createTracker);
    database.exec(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('1', '${checksum}', '${init.name}', 1, 1)`,
    );
    const migrations = [init, ...story.pending.map((sql, index) => ({ name: nameOf(index), sql: textOf(sql) }))];
    const run = (allow: readonly string[]) => apply({ url: `file:${path}`, migrations, allow });
    const before = dump(database);
    const seen = await plan({ url: `file:${path}`, migrations });
    const findings = findAll(seen.plan);
    const byHand = runByHand(story, findings);
    const faults: string[] = [...judgePlan(seen.plan, byHand, database)];
    count(`hand ${byHand.error === null ? 'ok' : byHand.error.replace(/:.*/, '').slice(0, 30)}`);
    count(seen.ready ? 'plan ready' : findings.some(({ kind }) => kind === 'blocker') ? 'plan blocked' : 'plan hazards');
    for (const f of findings) if (f.kind !== 'note') count(`${f.kind} ${f.code}${f.code === 'rehearsal-failed' ? f.message.replace(/"[^"]*"/g, 'X').slice(40, 95) : ''}`);

    const first = await run([]);
    if (first.plan.id !== seen.plan.id) faults.push('E: another plan has another id');
    const afterFirst = dump(database);
    if (seen.ready) return [...faults, ...judgeReady(story, first, byHand, before, afterFirst)];
    if (first.outcome !== 'blocked') faults.push(`C: outcome ${first.outcome} of a plan that is not ready`);
    if (!isSame(before, afterFirst)) faults.push('C: something changed although nothing was applied');
    if (findings.some(({ kind }) => kind === 'blocker')) return faults;
    const allow = [...new Set(findings.filter(({ kind }) => kind === 'hazard').map(({ code }) => code))];
    const second = await run(allow);
    return [...faults, ...judgeEnd(second, byHand, dump(database), allow)];
  } finally {
    database.close();
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true });
  }
}

function prepare(database: Embedded, { schema, rows }: FuzzStory): void {
  database.exec('PRAGMA foreign_keys=OFF');
  database.exec(textOf(schema));
  for (const sql of rows) {
    try {
      database.exec(sql);
    } catch {
      // A row that the schema does not take is left out.
    }
  }
  database.exec('PRAGMA foreign_keys=ON');
}

/** What a view or trigger says is not counted: `apply` keeps them, a run by hand trips over them. */
function isOfKept(message: string): boolean {
  return /error in (?:view|trigger)/.test(message);
}

function judgePlan(planned: Plan, byHand: ByHand, database: Embedded): readonly string[] {
  const faults = [...byHand.miscounted];
  for (const finding of findAll(planned)) {
    const index = planned.migrations.findIndex(({ name }) => name === finding.migration);
    const went = byHand.error === null || index < byHand.done;
    if (finding.kind === 'blocker' && dataBlockers.has(finding.code) && went)
      faults.push(`A ${finding.code}: ${finding.message} [${finding.sql}]`);
    if (
      finding.kind === 'blocker' &&
      finding.code === 'rehearsal-failed' &&
      went &&
      !/left pointing to/.test(finding.message)
    )
      faults.push(`R ${finding.message} [${finding.sql}]`);
    const query = finding.evidence?.query;
    if (query) {
      try {
        const rows = database.prepare(query).raw(true).all();
        if (finding.evidence?.count?.rows && rows.length === 0) faults.push(`Q empty: ${finding.code}: ${query}`);
      } catch (error) {
        faults.push(`Q fails: ${finding.code}: ${String(error)}: ${query}`);
      }
    }
  }
  return faults;
}

type Applied = Awaited<ReturnType<typeof apply>>;

function judgeReady(story: FuzzStory, result: Applied, byHand: ByHand, before: Dump, after: Dump): readonly string[] {
  return [
    ...judgeEnd(result, byHand, after, []),
    ...(result.outcome === 'applied' ? findLosses(story, before, after) : []),
  ];
}

/** Without blockers and with every consent: as by hand. */
function judgeEnd(result: Applied, byHand: ByHand, after: Dump, allow: readonly string[]): readonly string[] {
  const faults: string[] = [];
  const isApplied = result.outcome === 'applied';
  const message = result.failed?.message ?? result.error?.message ?? '';
  if (!isApplied && result.outcome !== 'failed') return [`B: outcome ${result.outcome}: ${message}`];
  if (!isApplied && byHand.error === null) {
    const guard = /MP_GUARD:([a-z-]+)/.exec(message)?.[1];
    faults.push(
      `B fails${guard ? ` by guard ${guard}` : ''}, not by hand: ${message} (${result.error?.code}) [allowed ${allow.join(' ')}]`,
    );
  }
  if (isApplied && byHand.error !== null && !isOfKept(byHand.error))
    faults.push(`B applied, not by hand: ${byHand.error}`);
  const dumped = byHand.dumps[result.applied.length];
  if (dumped === undefined || faults.length > 0 || (byHand.error !== null && isOfKept(byHand.error))) return faults;
  if (!isSameRows(dumped, after)) faults.push(`F: other rows than by hand after ${result.outcome}`);
  if (!isApplied) faults.push(`M missed: ${message} [${result.failed?.name}]`);
  return faults;
}

function runByHand(story: FuzzStory, findings: readonly Finding[]): ByHand {
  const database = openEmbedded();
  const dumps: Dump[] = [];
  const miscounted: string[] = [];
  try {
    prepare(database, story);
    dumps.push(dump(database));
    for (const [index, statements] of story.pending.entries()) {
      const off = statements.some((sql) => /^PRAGMA foreign_keys *= *off/i.test(sql));
      database.exec(`PRAGMA foreign_keys=${off ? 'OFF' : 'ON'}`);
      database.exec('BEGIN');
      try {
        for (const [line, sql] of statements.entries()) {
          if (/^PRAGMA foreign_keys/i.test(sql)) continue;
          const of = findings.filter((finding) => finding.migration === nameOf(index) && finding.line === line + 1);
          miscounted.push(...countEvidence(database, sql, of));
          database.exec(sql);
        }
        database.exec('COMMIT');
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        return { done: index, error: error instanceof Error ? error.message : String(error), dumps, miscounted };
      }
      dumps.push(dump(database));
    }
    return { done: story.pending.length, error: null, dumps, miscounted };
  } finally {
    database.close();
  }
}

export function dump(database: Embedded): Dump {
  const schema = database
    .prepare(
      "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name <> '_prisma_migrations' AND tbl_name <> '_prisma_migrations' ORDER BY 1, 2",
    )
    .raw(true)
    .all()
    .flatMap((row) => (Array.isArray(row) ? [row.map(String)] : []));
  const names = schema.flatMap(([type, name]) =>
    type === 'table' && name !== undefined && name !== 'sqlite_sequence' ? [name] : [],
  );
  const tables = new Map<string, readonly (readonly Value[])[]>();
  const columns = new Map<string, readonly string[]>();
  for (const name of names) {
    const statement = database.prepare(`SELECT * FROM "${name}"`).raw(true).safeIntegers(true);
    const rows = statement.all().flatMap((row) => (Array.isArray(row) ? [row] : []));
    columns.set(
      name,
      statement.columns().map((column) => column.name),
    );
    tables.set(
      name,
      rows.map((row) => [...row]).sort((left, right) => (describeRow(left) < describeRow(right) ? -1 : 1)),
    );
  }
  return { tables, columns, schema: schema.map((row) => row.join('|')) };
}

export function describeRow(row: readonly unknown[]): string {
  return row.map(describeValue).join(' | ');
}

/** Times and random texts differ from run to run. */
function describeValue(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`;
  return `'${value.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'now').replace(/[0-9a-f]{16}/g, 'random')}'`;
}

function describeTables({ tables }: Dump): string {
  return [...tables].map(([name, rows]) => `${name}\n${rows.map(describeRow).sort().join('\n')}`).join('\n\n');
}

function isSameRows(left: Dump, right: Dump): boolean {
  return describeTables(left) === describeTables(right);
}

function isSame(left: Dump, right: Dump): boolean {
  return isSameRows(left, right) && left.schema.join('\n') === right.schema.join('\n');
}
