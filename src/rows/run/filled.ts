/** A mirror with production's rows in it: from the one answer that has them all, or part by part from production. */

import { MigrateError } from '../../errors.ts';
import { type BegunMirror, beginMirror, fillMirror } from '../../mirror/mirror.ts';
import type { MirrorObject } from '../../mirror/mirror-statements.ts';
import {
  type Database,
  EngineError,
  isDiskFull,
  type Mirror,
  type OpenMirror,
  type StreamedRows,
  type StreamOptions,
} from '../../ports.ts';
import type { Schema } from '../../schema/model/objects.ts';
import { isVectorIndex } from '../../sql/contents.ts';
import { beginLoading, loadRows } from '../fetch/load.ts';
import type { FetchedTable } from '../fetch/query.ts';
import type { TableShape } from '../fetch/stored.ts';
import { findFaults } from './integrity.ts';

export interface FilledTable {
  readonly shape: TableShape;
  readonly rows: number;
}

export interface FilledMirror {
  readonly mirror: Mirror;
  /** Those whose rows are there, all of them. */
  readonly tables: readonly FilledTable[];
  /** Names of those that were fetched, and that the engine did not take as they are. */
  readonly refused: readonly string[];
}

/** What takes longer, in milliseconds, is left to production: people wait for the plan. */
const longestRun = 10_000;

/** @param time that statements may take together, in milliseconds. @throws MigrateError REHEARSAL_STUCK, INTERRUPTED, ENGINE_MISSING */
export async function openFilled(
  openMirror: OpenMirror,
  schema: Schema,
  fetched: readonly FetchedTable[],
  time = longestRun,
): Promise<FilledMirror> {
  const mirror = await openMirror({ time });
  return orClose(mirror, async () => {
    let refused: readonly FetchedTable[] = [];
    fillMirror(mirror, schema, () => {
      refused = loadRows(mirror, fetched);
    });
    const all = fetched.map(({ shape, rows }) => ({ shape, rows: rows.length }));
    return describe(
      mirror,
      all,
      refused.map(({ shape }) => shape),
    );
  });
}

export interface StreamInput extends Pick<StreamOptions, 'first' | 'goesOn' | 'signal'> {
  readonly database: Database;
  readonly openMirror: OpenMirror;
  readonly schema: Schema;
  readonly shapes: readonly TableShape[];
}

/** What it cost to read them. */
export type RowsCost = Pick<StreamedRows, 'queries' | 'rowsRead'>;

export interface StreamedMirror {
  readonly filled: FilledMirror;
  readonly cost: RowsCost;
}

/**
 * However many rows there are, few are in memory at a time; whoever asked for all of them waits as long as it takes.
 * @returns null if `goesOn` said no
 * @throws MigrateError READ_FAILED, REHEARSAL_STUCK, INTERRUPTED, ENGINE_MISSING, and those of the connection
 */
export async function openStreamed(input: StreamInput): Promise<StreamedMirror | null> {
  const { database, openMirror, schema, shapes, first, goesOn, signal } = input;
  const mirror = await openMirror({ time: Number.POSITIVE_INFINITY, place: 'file' });
  return orClose(mirror, async () => {
    const begun = beginMirror(mirror, schema);
    const loading = beginLoading(mirror, shapes);
    const counts = new Map<TableShape, number>();
    const take: StreamOptions['take'] = async (shape, rows) => {
      counts.set(shape, (counts.get(shape) ?? 0) + rows.length);
      return loading.take(shape, rows);
    };
    const streamed = await database.streamRows({ tables: shapes, first, goesOn, take, ...(signal ? { signal } : {}) });
    if (streamed === null) {
      mirror.close();
      return null;
    }
    const refused = loading.end();
    begun.end(await makeIndexes(mirror, begun));
    const all = shapes.map((shape) => ({ shape, rows: counts.get(shape) ?? 0 }));
    const cut = shapes.filter((shape) => !streamed.whole.includes(shape));
    return { filled: await describe(mirror, all, [...refused, ...cut]), cost: streamed };
  });
}

/** Each passes over a whole table, and so can be broken off. What fails is left to those that know what to do then. */
async function makeIndexes(mirror: Mirror, { rest }: BegunMirror): Promise<ReadonlySet<MirrorObject>> {
  const made = new Set<MirrorObject>();
  for (const mirrorObject of rest) {
    const { object, sql } = mirrorObject;
    // A vector index is not made by a statement that is prepared first.
    if (object.type !== 'index' || isVectorIndex(sql)) continue;
    try {
      await mirror.attempt(sql);
      made.add(mirrorObject);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return made;
}

async function orClose<Result>(mirror: Mirror, fill: () => Promise<Result>): Promise<Result> {
  try {
    return await fill();
  } catch (error) {
    mirror.close();
    throw error instanceof EngineError && isDiskFull(error) ? noRoom(error) : error;
  }
}

function noRoom(cause: EngineError): MigrateError {
  return new MigrateError(
    'READ_FAILED',
    `Production's rows do not fit into the folder for temporary files of this machine: ${cause.message}. Nothing was written.`,
    'Name a folder with more room in TMPDIR, or fetch fewer rows: --rows 20000',
    { cause },
  );
}

async function describe(
  mirror: Mirror,
  all: readonly FilledTable[],
  refused: readonly TableShape[],
): Promise<FilledMirror> {
  const unfit = new Set([...refused, ...(await findUnfit(mirror, all))]);
  return {
    mirror,
    tables: all.filter(({ shape }) => !unfit.has(shape)),
    refused: [...unfit].map(({ name }) => name),
  };
}

/** An index that cannot be made of the rows, as of values that a new type makes the same, stays empty here; not in production. */
async function findUnfit(mirror: Mirror, tables: readonly FilledTable[]): Promise<readonly TableShape[]> {
  const filled = tables.filter(({ rows }) => rows > 0);
  const faults = await findFaults(
    mirror,
    filled.map(({ shape }) => shape.name),
  );
  const unfit = new Set(faults.filter(({ fault }) => fault.what === 'index').map(({ table }) => table));
  return filled.map(({ shape }) => shape).filter(({ name }) => unfit.has(name));
}
