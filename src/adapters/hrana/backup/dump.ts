/**
 * A server's database as SQL, read page by page in one read transaction on one stream. Not the server's own `GET /dump`:
 * sqld's (0.24.32) makes 1.0 an integer, writes `inf` for an infinite number, cuts a text at a NUL, breaks off at one that
 * is not UTF-8, doubles no quote in a name or in a virtual table's statement, and is not served below /dev/NAME.
 */

import { backupFailed } from '../../../backup/failed.ts';
import {
  buildClear,
  buildCounters,
  buildDumpSchema,
  buildHeaderNumbers,
  buildStatistics,
  countCounters,
  countStatistics,
  dumpEnd,
  dumpHead,
  endStatement,
  selectCounters,
  selectHeaderNumbers,
  selectStatistics,
} from '../../../backup/script.ts';
import {
  buildCount,
  buildPage,
  type DumpTable,
  listKeyParts,
  type PageStart,
  type Reading,
  type Shape,
} from '../../../backup/tables.ts';
import { MigrateError } from '../../../errors.ts';
import type { BackupOptions, Reply, Value } from '../../../ports.ts';
import { needRows } from '../../../production/replies.ts';
import { trackerFingerprint } from '../../../schema/model/fingerprint.ts';
import { parseSchemaObject, selectSchemaObjects } from '../../../schema/model/objects.ts';
import { command, say } from '../../../text/prose.ts';
import { readClock } from '../../../text/time.ts';
import { now } from '../../../tracker/tracker.ts';
import { readError, readResponse } from '../decode.ts';
import type { WireResponse } from '../messages.ts';
import type { Stream, StreamAnswer } from '../stream.ts';
import { renderRow } from './literals.ts';

export interface DumpInput {
  readonly stream: Stream;
  /** As production was read before. The dump is of this very state of schema and tracker, or it fails. */
  readonly expected: Pick<BackupOptions, 'schema' | 'trackerFingerprint'>;
  readonly shape: Shape;
  readonly reading: Reading;
  readonly write: (text: string) => Promise<void>;
}

export interface Dump {
  /** By table; as many as production said it has. */
  readonly rows: ReadonlyMap<string, number>;
  /** Milliseconds since 1970 by the server's clock, when the transaction began; null where it did not say. */
  readonly at: number | null;
  /** The server's name of the state that the transaction sees; null if it does not say. */
  readonly replicationIndex: string | null;
}

/** @throws MigrateError BACKUP_FAILED, PLAN_STALE, and of the connection; UnsendableText */
export async function dumpDatabase(input: DumpInput): Promise<Dump> {
  const { stream, expected, shape, write } = input;
  const { tables } = shape;
  const { counters, statistics, numbers, at, replicationIndex } = await begin(stream, expected);
  const { tables: creates, rest } = buildDumpSchema(expected.schema);
  const writeAll = (statements: readonly string[]) => write(statements.map(endStatement).join(''));
  await writeAll([...dumpHead, ...creates]);
  const rows = new Map<string, number>();
  for (let first = 0; first < tables.length; first += together) {
    const group = tables.slice(first, first + together);
    const pages = group.map((table) => buildQuery(table, startOf(input.reading)));
    const { responses } = await ask(stream, [...group.map(buildCount), ...pages]);
    for (const [index, table] of group.entries()) {
      const count = readCount(table, responses[index]);
      rows.set(table.name, await writeTable(input, table, count, responses[group.length + index]));
    }
  }
  await writeAll([...(shape.hasCounters ? counters : []), ...rest, ...statistics, ...numbers, dumpEnd]);
  await stream.close();
  return { rows, at, replicationIndex };
}

/** A stream that lost its transaction would go on reading, each page as of another moment. */
async function ask(stream: Stream, statements: readonly string[]): Promise<StreamAnswer> {
  const answer = await stream.ask(statements);
  if (!answer.inTransaction)
    throw backupFailed('the server ended the transaction that the backup reads in', command('apply'));
  return answer;
}

function readCount(table: DumpTable, response: WireResponse | undefined): number {
  const reply = response && readResponse(response);
  const count = reply?.type === 'rows' ? reply.rows[0]?.[0] : undefined;
  if (typeof count !== 'number') throw unreadable(table, response);
  return count;
}

/** Tables whose first pages travel in one answer. */
const together = 6;
const firstPage = 50;

/** Characters of JSON that a page should have; the server answers with 10 MB at most. */
const pageSize = 2_000_000;
const longestPage = 20_000;

interface DumpAround extends Pick<Dump, 'at' | 'replicationIndex'> {
  readonly counters: readonly string[];
  readonly statistics: readonly string[];
  readonly numbers: readonly string[];
}

/**
 * Begins the transaction and asks what stands around the rows. What leaves a transaction open is run by the primary, also
 * where a replica is asked (libsql-server, connection/write_proxy.rs).
 */
async function begin(
  stream: Stream,
  { schema, trackerFingerprint: expected }: DumpInput['expected'],
): Promise<DumpAround> {
  const countObjects = `SELECT count(*) FROM (${selectSchemaObjects})`;
  const around = [selectSchemaObjects, countObjects, selectHeaderNumbers, `SELECT ${now}`];
  const own = [selectCounters, countCounters, selectStatistics, countStatistics];
  const tracker = expected === null ? [] : [`SELECT ${trackerFingerprint(schema.tracker)}`];
  const { responses } = await ask(stream, ['BEGIN', ...around, ...own, ...tracker]);
  const [begun, objects, objectCount, numbers, time, counters, counterCount, statistics, statisticCount, recorded] =
    responses.map(readResponse);
  needRows(begun, 'a transaction');
  const found = needAll(objects, objectCount, 'the schema').map(parseSchemaObject);
  if (JSON.stringify(found) !== JSON.stringify(schema.objects)) throw moved('schema');
  if (expected !== null && needRows(recorded, 'the tracker')[0]?.[0] !== expected) throw moved('tracker');
  const has = (name: string): boolean => schema.objects.some((object) => object.name === name);
  return {
    counters: has('sqlite_sequence') ? buildCounters(needAll(counters, counterCount, 'the counters')) : [],
    statistics: has('sqlite_stat1') ? buildStatistics(needAll(statistics, statisticCount, 'the statistics')) : [],
    numbers: buildHeaderNumbers(needRows(numbers, 'the header')[0] ?? []),
    at: readClock(needRows(time, 'the time')[0]?.[0]),
    replicationIndex: findReplicationIndex(responses[1]),
  };
}

function needAll(reply: Reply | undefined, counted: Reply | undefined, what: string): readonly (readonly Value[])[] {
  const rows = needRows(reply, what);
  const count = needRows(counted, what)[0]?.[0];
  if (count !== rows.length) throw backupFailed(`the server did not send all of ${what}`, command('apply'));
  return rows;
}

/** libSQL's server says it with each statement (its `StmtResult.replication_index`); other servers do not. */
function findReplicationIndex(response: WireResponse | undefined): string | null {
  return response?.type === 'execute' ? response.result.replicationIndex : null;
}

function moved(what: 'schema' | 'tracker'): MigrateError {
  return new MigrateError(
    'PLAN_STALE',
    `Production's ${what} changed between the plan and the backup, or another replica answered. Nothing was written, and no backup was made.`,
    command('plan'),
  );
}

/** Where a table's next page begins, and how long it is to be. */
interface DumpStart {
  readonly reading: Reading;
  /** How many rows there were before it. */
  readonly rows: number;
  /** The key of the row before it, as literals; null at the beginning, and where nothing names a row. */
  readonly key: readonly string[] | null;
  readonly limit: number;
}

function startOf(reading: Reading): DumpStart {
  return { reading, rows: 0, key: null, limit: firstPage };
}

function buildQuery(table: DumpTable, { reading, rows, key, limit }: DumpStart): string {
  const start: PageStart = key === null ? { type: 'place', rows } : { type: 'after-key', key };
  return buildPage(table, start, reading, limit);
}

/** Reads on until all rows are there, or a page is empty: a page shorter than asked for says nothing. */
async function writeTable(
  { stream, reading, write }: DumpInput,
  table: DumpTable,
  count: number,
  first: WireResponse | undefined,
): Promise<number> {
  let start = startOf(reading);
  let response = first;
  let characters = 0;
  if (table.isFilled) await write(endStatement(buildClear(table)));
  for (;;) {
    const page = readPage(table, start, response, characters);
    if (page.text !== '') await write(page.text);
    const isShort = page.next.rows - start.rows < start.limit;
    const isLast = page.type !== 'again' && (page.type === 'empty' || (page.next.rows === count && isShort));
    start = page.next;
    if (isLast || start.rows > count) break;
    const answer = await ask(stream, [buildQuery(table, start)]);
    [response] = answer.responses;
    characters = answer.characters;
  }
  if (start.rows !== count) throw cut(table, count, start.rows);
  return count;
}

interface Page {
  readonly type: 'rows' | 'empty' | 'again';
  readonly text: string;
  readonly next: DumpStart;
}

/** @param characters of the page's answer; 0 where it travelled with others. */
function readPage(table: DumpTable, start: DumpStart, response: WireResponse | undefined, characters: number): Page {
  const again = (next: Partial<DumpStart>): Page => ({ type: 'again', text: '', next: { ...start, ...next } });
  if (response?.type === 'error' && readError(response.error).code === 'RESPONSE_TOO_LARGE' && start.limit > 1) {
    return again({ limit: Math.ceil(start.limit / 8) });
  }
  if (response?.type !== 'execute') throw unreadable(table, response);
  const { rows } = response.result;
  let text = '';
  let last: readonly string[] | null = null;
  for (const row of rows) {
    last = renderRow(row, start.reading);
    if (last === null && start.reading === 'plain') return again({ reading: 'bytes' });
    if (last?.length !== table.columns.length) throw unreadable(table, response);
    text += `${table.insert}(${last.join(',')});\n`;
  }
  if (last === null) return { type: 'empty', text, next: start };
  const limit = findLimit(start.limit, characters / rows.length);
  return { type: 'rows', text, next: { ...start, rows: start.rows + rows.length, key: findKey(table, last), limit } };
}

/** Rows may become longer further on, so a page grows in steps. */
function findLimit(limit: number, charactersPerRow: number): number {
  const fitting = charactersPerRow === 0 ? limit * 4 : Math.floor(pageSize / charactersPerRow);
  return Math.max(1, Math.min(fitting, limit * 4, longestPage));
}

/** @param row its literals. */
function findKey(table: DumpTable, row: readonly string[]): readonly string[] | null {
  const parts = listKeyParts(table);
  return parts.length === 0 ? null : parts.map(({ name }) => row[table.columns.indexOf(name)] ?? 'NULL');
}

function unreadable({ name }: DumpTable, response: WireResponse | undefined): MigrateError {
  const reason = response?.type === 'error' ? readError(response.error).message : 'the answer has no rows';
  return backupFailed(
    `the rows of "${name}" cannot be read: ${reason}`,
    say`Fix what the message says, then ${command('apply')}`,
  );
}

function cut({ name }: DumpTable, count: number, found: number): MigrateError {
  return backupFailed(`the server says that "${name}" has ${count} rows, but it sent ${found}`, command('apply'));
}
