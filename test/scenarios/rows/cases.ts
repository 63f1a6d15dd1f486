/** The shape of a case that speaks of production's rows, and what has to hold of each on a real database. */

import { expect, it } from 'vitest';
import { apply, type Finding, type MigrationSource, type Plan, plan } from '../../../src/index.ts';
import type { Value } from '../../../src/ports.ts';
import { splitStatements } from '../../../src/sql/split.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { findAll, nameOf } from './planned.ts';
import { runWay } from './run-ways.ts';
import { countEnds, isWithoutRows } from './without-rows.ts';

export { findAll, nameOf };

/** Every table's rows, in the order of their first column. */
export type Tables = Readonly<Record<string, readonly (readonly (string | number | null)[])[]>>;

export interface Story {
  readonly title: string;
  /** The migration that production has. */
  readonly schema: string;
  /** What was put into it since. */
  readonly rows: Tables;
  /** Further statements, run by hand after that. */
  readonly byHand?: readonly string[];
  /** The pending migrations, in order. */
  readonly pending: readonly string[];
}

/** What the one finding of its code has to say. */
interface Found {
  readonly code: Finding['code'];
  /** Which of the pending migrations it speaks of; the last unless given. */
  readonly of?: number;
  /** How the line begins that it points to; one of them where there are several. */
  readonly at: string | readonly string[];
  /** Of several of its code, the one that says this. */
  readonly about?: RegExp;
  /** How many rows it speaks of; left out where it speaks of none. */
  readonly count?: number;
  /** How many rows its query finds; at least one unless given, and 0 where none is shown. */
  readonly finds?: number | undefined;
  readonly says?: RegExp;
  readonly way?: RegExp;
  readonly wayIsNot?: RegExp;
}

interface Applied {
  /** Consents that other findings of the same plan ask for. */
  readonly allow?: readonly string[];
  /** A statement to run once all is done, and the rows that it returns. */
  readonly next?: { readonly sql: string; readonly rows: readonly (readonly Value[])[] };
}

export type Case =
  /** @property fails What the database says where the files are run by hand; null where it takes them, and what they leave is wrong. */
  | (Story & Found & { readonly tells: 'blocker'; readonly fails: string | null })
  /** @property after What is left once it was consented to. */
  | (Story & Found & Applied & { readonly tells: 'hazard'; readonly after: Tables })
  /** @property after What is there once it was applied; the same rows unless given. */
  | (Story & Found & Applied & { readonly tells: 'note'; readonly after?: Tables })
  /** No finding of this code, of whatever kind, and nothing stands in the way. */
  | (Story & Applied & { readonly tells: 'nothing'; readonly code: Finding['code']; readonly after?: Tables });

/**
 * Holds every case against a server and against an embedded file; of more than one, `npm test` takes every fourth on each. The files
 * are called `*.sampled.test.ts` for that.
 */
export function describeCases(name: string, cases: readonly Case[]): void {
  const takesAll = process.env.TESTS === 'slow' || cases.length === 1;
  describeTargets(name, (fresh, kind) => {
    const check = isWithoutRows ? countEnds(`${name}, ${kind}`) : checkCase;
    const first = kind === 'server' ? 0 : Math.min(2, cases.length - 1);
    for (const told of cases.filter((_, index) => takesAll || index % 4 === first)) {
      it.concurrent(`${told.tells}: ${told.title}`, async () => check(await begin(await fresh(), told), told));
    }
  });
}

/** Brings the target to where the story begins. */
export async function begin(target: TestTarget, story: Story): Promise<TestTarget> {
  expect(await apply({ url: target.url, migrations: [initOf(story)] })).toMatchObject({ outcome: 'applied' });
  const inserts = Object.entries(story.rows).flatMap(([table, rows]) =>
    rows.map((row) => `INSERT INTO ${quote(table)} VALUES (${row.map(writeValue).join(', ')})`),
  );
  const byHand = [...inserts, ...(story.byHand ?? [])];
  if (byHand.length > 0) await target.sql('PRAGMA foreign_keys=OFF', ...byHand);
  return target;
}

function initOf({ schema }: Story): MigrationSource {
  return { name: '20260101000000_init', sql: schema };
}

/** The whole folder. */
export function migrationsOf(story: Story): readonly MigrationSource[] {
  return [initOf(story), ...story.pending.map((sql, index) => ({ name: nameOf(index), sql }))];
}

async function checkCase(target: TestTarget, told: Case): Promise<void> {
  if (told.tells === 'blocker' && told.fails !== null) expect(await runByHand(target, told)).toContain(told.fails);
  const before = await readEverything(target);
  const { plan: planned, ready } = await plan({ url: target.url, migrations: migrationsOf(told) });
  if (told.tells === 'nothing') expect(describeFindings(planned, told.code)).toEqual([]);
  else await checkFinding(target, planned, told);
  if (told.tells === 'blocker') expect(ready).toBe(false);
  else expect([ready, listAsking(planned)]).toEqual([listConsents(told).length === 0, listConsents(told)]);
  expectNoValues(planned, told, before);

  const run = (allow: readonly string[]) => apply({ url: target.url, migrations: migrationsOf(told), allow });
  if (told.tells === 'blocker' || told.tells === 'hazard') {
    const refused = await run([]);
    const code = told.tells === 'blocker' ? 'PLAN_BLOCKED' : 'CONSENT_MISSING';
    expect(refused).toMatchObject({ outcome: 'blocked', error: { code } });
    expect(await readEverything(target)).toEqual(before);
  }
  if (told.tells === 'blocker') return;
  const result = await run(listConsents(told));
  expect(result.error).toBeNull();
  expect(result.outcome).toBe('applied');
  expect(await readRows(target)).toEqual(told.after ?? told.rows);
  if (told.next) expect(await target.sql(told.next.sql)).toEqual(told.next.rows);
  if (told.tells === 'hazard') expect(await readAllowed(target, nameOf(findIndex(told)))).toContain(told.code);
}

function findIndex({ of, pending }: Story & Found): number {
  return of ?? pending.length - 1;
}

/** What the engine says alone tells no way. */
const inEnginesWords: readonly string[] = ['fails-on-rows', 'rehearsal-failed'];

/** There is one, in the right place, with all that a finding owes its reader. */
async function checkFinding(target: TestTarget, planned: Plan, told: Exclude<Case, { tells: 'nothing' }>) {
  const name = nameOf(findIndex(told));
  const about = told.about ?? /./;
  expect(describeFindings(planned, told.code, about)).toEqual([`${told.tells} ${told.code} of ${name}`]);
  const finding = findAll(planned).find(({ code, message }) => code === told.code && about.test(message));
  if (!finding) throw new Error('no finding');
  expect(findLines(told)).toContain(finding.line);
  expect(finding.message).toMatch(/^\S[^\n]+$/);
  expect(finding.why).toMatch(/\S/);
  if (told.tells !== 'note' && !inEnginesWords.includes(told.code)) expect(finding.way).toMatch(/\S/);
  if (told.says) expect(finding.message).toMatch(told.says);
  if (told.way) expect(finding.way).toMatch(told.way);
  if (told.wayIsNot) expect(finding.way).not.toMatch(told.wayIsNot);
  const index = findIndex(told);
  // An embedded engine keeps its lock where a file has failed by hand.
  if (target.kind === 'server') {
    const failed = await runWay(target, finding, told.pending.slice(0, index), told.pending[index] ?? '');
    expect(failed).toEqual([]);
  }
  if (told.count === undefined) return;
  expect(finding.evidence).toMatchObject({ count: { rows: told.count, atLeast: false }, examples: null });
  const found = await target.sql(finding.evidence?.query ?? 'SELECT 1 WHERE 0');
  if (told.finds === undefined) expect(found.length).toBeGreaterThan(0);
  else expect(found).toHaveLength(told.finds);
}

function findLines(told: Story & Found): readonly number[] {
  const lines = (told.pending[findIndex(told)] ?? '').split('\n');
  const starts = typeof told.at === 'string' ? [told.at] : told.at;
  return lines.flatMap((line, index) => (starts.some((start) => line.startsWith(start)) ? [index + 1] : []));
}

/** Those of one code. */
export function describeFindings(planned: Plan, code: Finding['code'], about = /./): readonly string[] {
  return findAll(planned)
    .filter((finding) => finding.code === code && about.test(finding.message))
    .map(({ kind, migration }) => `${kind} ${code} of ${migration}`);
}

/** The codes of those that stand in the way. */
function listAsking(planned: Plan): readonly string[] {
  const asking = findAll(planned).filter(({ kind }) => kind !== 'note');
  return [...new Set(asking.map(({ code }) => code))].sort();
}

/** What a case has to allow, and nothing else: a plan that another finding stops has not come as far as it seems. */
function listConsents(told: Exclude<Case, { tells: 'blocker' }>): readonly string[] {
  return [...new Set([...(told.tells === 'hazard' ? [told.code] : []), ...(told.allow ?? [])])].sort();
}

/** What rows hold is customers' data: no plan repeats a text that only they hold. */
function expectNoValues(planned: Plan, { schema, pending }: Story, everything: Everything): void {
  const known = [schema, ...pending].join('\n');
  // What a virtual table keeps for itself is nobody's.
  const own = Object.entries(everything.tables).filter(([name]) => schema.includes(quote(name)));
  const values = own.flatMap(([, rows]) => rows.flat());
  const texts = values.filter((value) => typeof value === 'string' && value.length > 3 && !known.includes(value));
  const json = JSON.stringify(planned);
  expect(texts.filter((text) => json.includes(String(text)))).toEqual([]);
}

/**
 * Runs the pending files as one transaction, with nothing of this program around them.
 * @returns what the database said, or that it went well
 */
async function runByHand(target: TestTarget, { pending }: Story): Promise<string> {
  const isKeysPragma = (sql: string) => /^PRAGMA foreign_keys/i.test(sql);
  const statements = pending.flatMap((sql) => splitStatements(sql)).map(({ sql }) => sql);
  const keys = statements.some((sql) => /^PRAGMA foreign_keys *= *off/i.test(sql)) ? 'OFF' : 'ON';
  const inside = statements.filter((sql) => !isKeysPragma(sql));
  try {
    await target.sql(`PRAGMA foreign_keys=${keys}`, 'BEGIN', ...inside, 'COMMIT');
    return 'it went well';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Everything {
  readonly objects: readonly (readonly Value[])[];
  /** The tracker and the counters too. */
  readonly tables: Readonly<Record<string, readonly (readonly Value[])[]>>;
}

export async function readEverything(target: TestTarget): Promise<Everything> {
  const objects = await target.sql('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name');
  const names = objects.filter(([type]) => type === 'table').map(([, name]) => String(name));
  const read = async (name: string) => [name, await target.sql(`SELECT * FROM ${quote(name)} ORDER BY 1`)] as const;
  return { objects, tables: Object.fromEntries(await Promise.all(names.map(read))) };
}

export async function readRows(target: TestTarget): Promise<Everything['tables']> {
  const { tables } = await readEverything(target);
  return Object.fromEntries(
    Object.entries(tables).filter(([name]) => name !== '_prisma_migrations' && !name.startsWith('sqlite_')),
  );
}

/** The consents that the migration's row in the tracker keeps. */
async function readAllowed(target: TestTarget, name: string): Promise<readonly string[]> {
  const allowed = await target.sql(
    `SELECT value FROM _prisma_migrations, json_each(logs, '$.allowed') WHERE migration_name = '${name}' AND finished_at IS NOT NULL`,
  );
  return allowed.map(([value]) => String(value));
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function writeValue(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
