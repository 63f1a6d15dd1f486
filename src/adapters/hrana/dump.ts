/**
 * A server's database as SQL, read page by page in one read transaction on one stream. Not the server's own `GET /dump`:
 * sqld's (0.24.32) makes 1.0 an integer, writes `inf` for an infinite number, cuts a text at a NUL, breaks off at one that
 * is not UTF-8, doubles no quote in a name or in a virtual table's statement, and is not served below /dev/NAME.
 */

import { backupFailed } from '../../core/backup/failed.ts';
import {
  buildClear,
  buildCounters,
  buildDumpSchema,
  buildHeaderNumbers,
  buildStatistics,
  dumpEnd,
  dumpHead,
  endStatement,
  selectCounters,
  selectHeaderNumbers,
  selectStatistics,
} from '../../core/backup/script.ts';
import { buildPage, type DumpTable, type PageStart, type Reading, type Shape } from '../../core/backup/tables.ts';
import { needRows } from '../../core/replies.ts';
import { parseSchemaObject, type Schema, selectSchemaObjects } from '../../core/schema/objects.ts';
import { MigrateError } from '../../errors.ts';
import { renderRow } from './literals.ts';
import type { WireResponse, WireValue } from './messages.ts';
import type { Stream, StreamQuery } from './stream.ts';
import { readError, readResponse } from './wire.ts';

export interface DumpInput {
  readonly stream: Stream;
  /** As production was read before; the dump is of this very schema, or there is none. */
  readonly schema: Schema;
  readonly shape: Shape;
  readonly reading: Reading;
  readonly write: (text: string) => Promise<void>;
}

/** @returns how many rows each table has. @throws MigrateError BACKUP_FAILED, PLAN_STALE, and of the connection; UnsendableText */
export async function dumpDatabase(input: DumpInput): Promise<ReadonlyMap<string, number>> {
  const { stream, schema, shape, write } = input;
  const { tables } = shape;
  const { counters, statistics, numbers } = await begin(stream, schema);
  const { tables: creates, rest } = buildDumpSchema(schema);
  const writeAll = (statements: readonly string[]) => write(statements.map(endStatement).join(''));
  await writeAll([...dumpHead, ...creates]);
  const rows = new Map<string, number>();
  for (let first = 0; first < tables.length; first += together) {
    const group = tables.slice(first, first + together);
    const answer = await stream.ask(group.map((table) => buildQuery(table, startOf(input.reading))));
    for (const [index, table] of group.entries()) {
      rows.set(table.name, await writeTable(input, table, answer.responses[index]));
    }
  }
  await writeAll([...(shape.hasCounters ? counters : []), ...rest, ...statistics, ...numbers, dumpEnd]);
  await stream.close();
  return rows;
}

/** Tables whose first pages travel in one answer. */
const together = 6;
const firstPage = 50;

/** Characters of JSON that a page should have; the server answers with 10 MB at most. */
const pageSize = 2_000_000;
const longestPage = 20_000;

interface Around {
  readonly counters: readonly string[];
  readonly statistics: readonly string[];
  readonly numbers: readonly string[];
}

/** Begins the transaction and asks what stands around the rows. */
async function begin(stream: Stream, schema: Schema): Promise<Around> {
  const queries = ['BEGIN', selectSchemaObjects, selectHeaderNumbers, selectCounters, selectStatistics];
  const { responses } = await stream.ask(queries.map((sql) => ({ sql })));
  const [begun, objects, numbers, counters, statistics] = responses.map(readResponse);
  needRows(begun, 'a transaction');
  const found = needRows(objects, 'the schema').map(parseSchemaObject);
  if (JSON.stringify(found) !== JSON.stringify(schema.objects)) throw moved();
  const has = (name: string): boolean => schema.objects.some((object) => object.name === name);
  return {
    counters: has('sqlite_sequence') ? buildCounters(needRows(counters, 'the counters')) : [],
    statistics: has('sqlite_stat1') ? buildStatistics(needRows(statistics, 'the statistics')) : [],
    numbers: buildHeaderNumbers(needRows(numbers, 'the header')[0] ?? []),
  };
}

function moved(): MigrateError {
  return new MigrateError(
    'PLAN_STALE',
    "Production's schema changed after the plan was made, before the backup began. Nothing was written, and no backup was made.",
    'migrate-prod plan',
  );
}

/** Where a table's next page begins, and how long it is to be. */
interface Start {
  readonly reading: Reading;
  /** How many rows there were before it. */
  readonly place: number;
  /** The key of the row before it; null at the beginning, and where nothing names a row. */
  readonly key: readonly WireValue[] | null;
  readonly limit: number;
}

function startOf(reading: Reading): Start {
  return { reading, place: 0, key: null, limit: firstPage };
}

function buildQuery(table: DumpTable, { reading, place, key, limit }: Start): StreamQuery {
  const start: PageStart = place === 0 ? 'first' : key === null ? 'place' : 'after-key';
  const count: WireValue = { type: 'integer', value: String(limit) };
  const args: readonly WireValue[] = [
    ...(start === 'after-key' ? (key ?? []) : []),
    count,
    ...(start === 'place' ? [{ type: 'integer', value: String(place) } as const] : []),
  ];
  return { sql: buildPage(table, start, reading), args };
}

async function writeTable(
  { stream, reading, write }: DumpInput,
  table: DumpTable,
  first: WireResponse | undefined,
): Promise<number> {
  let start = startOf(reading);
  let response = first;
  let characters = 0;
  if (table.isFilled) await write(endStatement(buildClear(table)));
  for (;;) {
    const page = readPage(table, start, response, characters);
    if (page.text !== '') await write(page.text);
    if (page.next === null) return page.rows;
    start = page.next;
    const answer = await stream.ask([buildQuery(table, start)]);
    [response] = answer.responses;
    characters = answer.characters;
  }
}

interface Page {
  readonly text: string;
  /** With those before it. */
  readonly rows: number;
  /** null after the last one. */
  readonly next: Start | null;
}

/** @param characters of the page's answer; 0 where it travelled with others. */
function readPage(table: DumpTable, start: Start, response: WireResponse | undefined, characters: number): Page {
  const again = (next: Partial<Start>): Page => ({ text: '', rows: start.place, next: { ...start, ...next } });
  if (response?.type === 'error' && readError(response.error).code === 'RESPONSE_TOO_LARGE' && start.limit > 1) {
    return again({ limit: Math.ceil(start.limit / 8) });
  }
  if (response?.type !== 'execute') throw unreadable(table, response);
  const { rows } = response.result;
  const literals: string[] = [];
  for (const row of rows) {
    const values = renderRow(row, start.reading);
    if (values === null && start.reading === 'plain') return again({ reading: 'bytes' });
    literals.push(`${table.insert}${values};\n`);
  }
  const place = start.place + rows.length;
  const last = rows.at(-1);
  if (rows.length < start.limit || last === undefined) return { text: literals.join(''), rows: place, next: null };
  const limit = findLimit(start.limit, characters / rows.length);
  return { text: literals.join(''), rows: place, next: { ...start, place, key: findKey(table, last, start), limit } };
}

/** Rows may become longer further on, so a page grows in steps. */
function findLimit(limit: number, charactersPerRow: number): number {
  const fitting = charactersPerRow === 0 ? limit * 4 : Math.floor(pageSize / charactersPerRow);
  return Math.max(1, Math.min(fitting, limit * 4, longestPage));
}

function findKey(
  { key, columns }: DumpTable,
  row: readonly WireValue[],
  { reading }: Start,
): readonly WireValue[] | null {
  // A key that is read as bytes is no value to compare with; a rowid is a number in any case.
  if (key.type === 'place' || (key.type === 'columns' && reading === 'bytes')) return null;
  const names = key.type === 'rowid' ? [key.name] : key.names;
  return names.flatMap((name) => {
    const index = columns.indexOf(name);
    return row[reading === 'plain' ? index : index * 2 + 1] ?? [];
  });
}

function unreadable({ name }: DumpTable, response: WireResponse | undefined): MigrateError {
  const reason = response?.type === 'error' ? readError(response.error).message : 'no answer';
  return backupFailed(
    `the rows of "${name}" cannot be read: ${reason}`,
    'Mend what the message says, then migrate-prod apply',
  );
}
