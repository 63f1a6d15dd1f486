/** What of production's own schema the engine trips over when it renames a table, or renames or drops a column: all of it, found one by one. */

import { buildMending, explainObstacle, isMadeAgain, type Obstacle } from '../core/plan/obstacles.ts';
import { askWhetherThere, findUnknownName, readWhetherThere } from '../core/sandbox/unknown-names.ts';
import { writeAsString } from '../core/schema/mend-text.ts';
import type { SchemaObject } from '../core/schema/objects.ts';
import { storeText } from '../core/schema/shells.ts';
import { quoteIdentifier } from '../core/sql/identifiers.ts';
import { type CallOptions, type Database, EngineError, type Mirror } from '../ports.ts';
import { load, readObjects } from './mirror.ts';
import { readReplies } from './production.ts';
import type { ExplainFault } from './rehearse-statement.ts';
import { findRenameFault } from './rename-fault.ts';

/** Each is found by reading the whole schema. */
const most = 20;

/**
 * The engine names one; with that one mended, or dropped, it names the next. The mirror is as it was.
 * @param mirror with production's schema, and no rows.
 */
export function findObstacles(mirror: Mirror): readonly Obstacle[] {
  const found: Obstacle[] = [];
  mirror.run('SAVEPOINT mended');
  try {
    for (let named = findFault(mirror); named !== null && found.length < most; named = findFault(mirror)) {
      const mended = mendWhole(mirror, named.object);
      found.push({ ...named, mended });
      // What reads a view is in the way as well where the view is only dropped.
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

/** @returns those that are in the way still, on a mirror that has been changed meanwhile. */
export function listLeft(mirror: Mirror, obstacles: readonly Obstacle[]): readonly Obstacle[] {
  const found = findObstacles(mirror);
  return obstacles.filter(({ object: { type, name } }) =>
    found.some(({ object }) => object.type === type && object.name === name),
  );
}

/** For failures on the mirror of the migration that begins now: while it runs, what reads a rebuilt table is taken away for a time. */
export function openObstacleGuide(mirror: Mirror, obstacles: readonly Obstacle[]): ExplainFault {
  const stored = readObjects(mirror);
  const left = obstacles.filter(({ object: { type, name, sql } }) =>
    stored.some((other) => other.type === type && other.name === name && other.sql === sql),
  );
  return (message) => {
    const named = findNamed(
      left.map(({ object }) => object),
      message,
    );
    const obstacle = left.find(({ object }) => object === named?.object);
    if (obstacle === undefined) return null;
    const way = `-- first in the file, or in a migration before it:\n${buildMending(left).join('\n')}`;
    return { words: explainObstacle(obstacle), way };
  };
}

/** `error in view v: no such table: main.gone`, also with `after rename` (SQLite, alter.c, `renameColumnParseError`). */
function findNamed(objects: readonly SchemaObject[], fault: string): Fault | null {
  for (const object of objects) {
    const begin = `error in ${object.type} ${object.name}`;
    const separator = [': ', ' after rename: '].find((words) => fault.startsWith(begin + words));
    if (separator !== undefined) return { object, reason: fault.slice(begin.length + separator.length) };
  }
  return null;
}

interface Fault {
  readonly object: SchemaObject;
  readonly reason: string;
}

function findFault(mirror: Mirror): Fault | null {
  const fault = findRenameFault(mirror);
  return fault === null ? null : findNamed(readObjects(mirror), fault);
}

const missing = 'no such column: ';

/** @returns the text with each text in double quotes that the engine takes for a column as one in single quotes; null where that does not mend it. */
function mendWhole(mirror: Mirror, object: SchemaObject): string | null {
  for (;;) {
    const fault = findFault(mirror);
    if (fault === null || fault.object.type !== object.type || fault.object.name !== object.name) {
      return readObjects(mirror).find(({ type, name }) => type === object.type && name === object.name)?.sql ?? null;
    }
    const name = fault.reason.startsWith(missing) ? fault.reason.slice(missing.length) : null;
    const sql = name === null ? null : writeAsString(fault.object.sql ?? '', name);
    if (sql === null || !store(mirror, { ...object, sql })) return null;
  }
}

/** @returns whether the engine takes it; it has the text of before where it does not. */
function store(mirror: Mirror, object: SchemaObject): boolean {
  return load(mirror, [storeText({ object, sql: object.sql ?? '' })]);
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

/** @returns the obstacles without those that only need what the server has. One request, where there are such. */
export async function keepBroken(
  obstacles: readonly Obstacle[],
  database: Database,
  options: CallOptions,
): Promise<readonly Obstacle[]> {
  const needs = obstacles.map(({ object, reason }) => findUnknownName(reason, object.sql ?? ''));
  const queries = needs.flatMap((need) => (need === null ? [] : [askWhetherThere(need)]));
  if (queries.length === 0) return obstacles;
  const replies = await readReplies(database, queries, options);
  const answers = replies.map(readWhetherThere);
  return obstacles.filter((_, index) => needs[index] === null || answers.shift() !== true);
}
