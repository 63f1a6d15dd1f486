/**
 * Objects of production's own schema on which the engine fails when it renames a table, or renames or drops a column:
 * finds all of them, one by one.
 */

import type { ExplainFault } from '../plan/rehearse/explain-failure.ts';
import { type CallOptions, type Database, EngineError, type Mirror } from '../ports.ts';
import { readReplies } from '../production/gather.ts';
import { askWhetherThere, findUnknownName, readWhetherThere } from '../sandbox/unknown-names.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { type Fault, findNamed } from './engine-words.ts';
import { buildMending, isMadeAgain, type Obstacle } from './mending.ts';
import { findObject, readObjects, replaceText } from './mirror.ts';
import { findRenameFault } from './rename-fault.ts';
import { straightenMissed } from './straighten.ts';

/** A limit, because each one is found by reading the whole schema. */
const most = 20;

/**
 * The engine names one object; when that is mended or dropped, it names the next. The mirror is unchanged in the end.
 * @param mirror with production's schema, and no rows
 */
export async function findObstacles(mirror: Mirror): Promise<readonly Obstacle[]> {
  const found: Obstacle[] = [];
  mirror.run('SAVEPOINT mended');
  try {
    for (let named = findFault(mirror); named !== null && found.length < most; named = findFault(mirror)) {
      const mended = await mendWhole(mirror, named);
      found.push({ ...named, mended });
      // If a view is only dropped, the views and triggers that read it are obstacles too.
      const stays = mended !== null && isMadeAgain(named.object);
      if (!stays && !remove(mirror, named.object)) break;
    }
    return found;
  } finally {
    mirror.run('PRAGMA writable_schema=ON');
    mirror.run('ROLLBACK TO mended');
    mirror.run('RELEASE mended');
    mirror.run('PRAGMA writable_schema=RESET');
  }
}

/** @returns those that are still obstacles, on a mirror that has been changed since */
export async function listLeft(mirror: Mirror, obstacles: readonly Obstacle[]): Promise<readonly Obstacle[]> {
  const found = await findObstacles(mirror);
  return obstacles.filter(({ object: { type, name } }) =>
    found.some(({ object }) => object.type === type && object.name === name),
  );
}

/** For failures of the migration that begins now: while it runs, views and triggers that read a rebuilt table are dropped for a time. */
export function openObstacleGuide(mirror: Mirror, obstacles: readonly Obstacle[]): ExplainFault {
  const stored = readObjects(mirror);
  const remaining = obstacles.filter(({ object: { type, name, sql } }) =>
    stored.some((other) => other.type === type && other.name === name && other.sql === sql),
  );
  return (message) => {
    const named = findNamed(
      remaining.map(({ object }) => object),
      message,
    );
    const obstacle = remaining.find(({ object }) => object === named?.object);
    if (obstacle === undefined) return null;
    return { type: obstacle.object.type, mending: buildMending(remaining) };
  };
}

function findFault(mirror: Mirror): Fault | null {
  const fault = findRenameFault(mirror);
  return fault === null ? null : findNamed(readObjects(mirror), fault);
}

/** @returns the text with single quotes around each text in double quotes that the engine takes for a column; null if that does not mend it */
async function mendWhole(mirror: Mirror, { object, reason }: Fault): Promise<string | null> {
  const { fault } = await straightenMissed(object.sql ?? '', reason, (sql) => {
    if (!replaceText(mirror, { object, sql })) return 'it is refused';
    const next = findFault(mirror);
    return next?.object.type === object.type && next.object.name === object.name ? next.reason : null;
  });
  return fault === null ? (findObject(mirror, object)?.sql ?? null) : null;
}

function remove(mirror: Mirror, { type, name }: SchemaObject): boolean {
  return type !== 'table' && succeeds(mirror, [`DROP ${type.toUpperCase()} ${quoteIdentifier(name)}`]);
}

function succeeds(mirror: Mirror, statements: readonly string[]): boolean {
  try {
    for (const sql of statements) mirror.run(sql);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

/** @returns the obstacles without those that only need something that the server has. One request, if there are such. */
export async function keepBroken(
  obstacles: readonly Obstacle[],
  database: Database,
  options: CallOptions,
): Promise<readonly Obstacle[]> {
  const needs = obstacles.map(({ object, reason }) => findUnknownName(reason, object.sql ?? ''));
  const queries = needs.flatMap((need) => (need === null ? [] : [askWhetherThere(need)]));
  if (queries.length === 0) return obstacles;
  const replies = await readReplies(database, queries, { purpose: 'objects that the engine trips over', ...options });
  const answers = replies.map(readWhetherThere);
  return obstacles.filter((_, index) => needs[index] === null || answers.shift() !== true);
}
