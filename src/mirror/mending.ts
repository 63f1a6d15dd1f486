/** Objects of production on which libSQL fails when it reads the whole schema again: the statements that mend them. */

import { brokenBefore, type Mending } from '../findings/broken-before.ts';
import type { Finding } from '../findings/catalogue.ts';
import { find, wholePlan } from '../findings/finding.ts';
import { cutStatement } from '../schema/fix/definition.ts';
import { buildRebuild } from '../schema/fix/rebuild.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';

export interface Obstacle {
  readonly object: SchemaObject;
  /** The error in the engine's words. */
  readonly reason: string;
  /** The same object in a form that libSQL takes; null if none is known. */
  readonly mended: string | null;
}

/** @param obstacles at least one. */
export function noteObstacles(obstacles: readonly Obstacle[]): Finding {
  const objects = obstacles.map(({ object: { type, name, table }, reason }) => ({ type, name, table, reason }));
  return find(brokenBefore, 'note', wholePlan, { objects, mending: buildMending(obstacles) });
}

/** True if `mended` certainly means the same. For a view or trigger it is not known whether a name is a text or a column that is gone. */
export function isMadeAgain({ type }: SchemaObject): boolean {
  return type === 'table' || type === 'index';
}

export function buildMending(obstacles: readonly Obstacle[]): Mending {
  const tables = obstacles.filter(({ object }) => object.type === 'table');
  const others = obstacles.filter(({ object }) => object.type !== 'table');
  const dropped = others.filter(({ object, mended }) => mended === null || !isMadeAgain(object));
  return {
    others: others.flatMap(mendOther),
    ...mendTables(tables),
    dropped: dropped.map(({ object, mended }) => cutStatement(mended ?? object.sql ?? '')),
  };
}

function mendOther({ object, mended }: Obstacle): readonly string[] {
  const drop = `DROP ${object.type.toUpperCase()} ${quoteIdentifier(object.name)}`;
  return mended === null || !isMadeAgain(object) ? [drop] : [drop, cutStatement(mended)];
}

/** All of them are dropped before the first RENAME, since the remaining ones would make it fail. */
function mendTables(tables: readonly Obstacle[]): Pick<Mending, 'rebuilds' | 'unknownTables'> {
  const rebuilds = tables.map(buildTableRebuild);
  const known = rebuilds.flatMap((rebuild) => (rebuild === null ? [] : [rebuild]));
  return {
    rebuilds: [
      ...known.flatMap((rebuild) => rebuild.slice(0, -2)),
      ...known.flatMap((rebuild) => rebuild.slice(-2, -1)),
      ...known.flatMap((rebuild) => rebuild.slice(-1)),
    ],
    unknownTables: tables.filter((_, index) => rebuilds[index] === null).map(({ object }) => object.name),
  };
}

function buildTableRebuild({ object, mended }: Obstacle): readonly string[] | null {
  const from = parseTableStructure(object.sql ?? '');
  const to = parseTableStructure(mended ?? '');
  if (from === null || to === null) return null;
  const replaced = { object: { ...object, sql: mended }, structure: to };
  return buildRebuild({ object, structure: from }, replaced, `new_${object.name}`);
}
