/** What production has, and libSQL trips over when it reads the whole schema again: how it is told, and how it is mended. */

import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import { cutStatement } from '../schema/fix/definition.ts';
import { buildRebuild } from '../schema/fix/rebuild.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { listSome } from '../text/list.ts';

export interface Obstacle {
  readonly object: SchemaObject;
  /** In the engine's words. */
  readonly reason: string;
  /** The same object in a form that libSQL takes; null where none is known. */
  readonly mended: string | null;
}

/** @param obstacles at least one. */
export function noteObstacles(obstacles: readonly Obstacle[]): Finding {
  const named = obstacles.map(({ object, reason }) => `${describeObject(object)} (${reason})`);
  const they = obstacles.length === 1 ? 'It stays as it is' : 'They stay as they are';
  return worded({
    kind: 'note',
    code: 'broken-before',
    migration: null,
    line: null,
    message: `Production has what libSQL does not take any more: ${listSome(named, 8)}. ${they}. As long as that is so, no table can be renamed or rebuilt, and no column renamed or dropped.`,
    why: 'libSQL reads the whole schema again for that, and refuses where a part of it names what is not there, or has a text in double quotes as other builds of SQLite allow it.',
    way: `-- in a migration of its own:\n${buildMending(obstacles).join('\n')}`,
    sql: null,
  });
}

/** Behind the engine's words for a statement that fails on them. */
export function explainObstacle({ object: { type } }: Obstacle): string {
  const state = type === 'view' || type === 'trigger' ? 'did not work before' : 'was written by another SQLite';
  return ` This ${type} is production's own and ${state}. libSQL reads the whole schema again when a table is renamed, or a column is renamed or dropped, and refuses that as long as the ${type} is so.`;
}

/** Whether `mended` surely means the same: of a view or trigger it cannot be told whether it means a text or a column that is gone. */
export function isMadeAgain({ type }: SchemaObject): boolean {
  return type === 'table' || type === 'index';
}

/** The lines of SQL that lead to a schema without these; what is dropped stands there once more, commented out. */
export function buildMending(obstacles: readonly Obstacle[]): readonly string[] {
  const dropped = obstacles.filter(
    ({ object, mended }) => object.type !== 'table' && !(mended !== null && isMadeAgain(object)),
  );
  return [
    ...obstacles.filter(({ object }) => object.type !== 'table').flatMap(mendOther),
    ...mendTables(obstacles.filter(({ object }) => object.type === 'table')),
    ...(dropped.length === 0 ? [] : ['-- where it is still wanted, in a form that fits:']),
    ...dropped.flatMap(({ object, mended }) => comment(`${cutStatement(mended ?? object.sql ?? '')};`)),
  ];
}

function mendOther({ object, mended }: Obstacle): readonly string[] {
  const drop = `DROP ${object.type.toUpperCase()} ${quoteIdentifier(object.name)};`;
  return mended === null || !isMadeAgain(object) ? [drop] : [drop, `${cutStatement(mended)};`];
}

function comment(sql: string): readonly string[] {
  return sql.split(/\r?\n/).map((line) => `-- ${line}`);
}

/** All are gone before the first RENAME, which the others would make fail. */
function mendTables(tables: readonly Obstacle[]): readonly string[] {
  const rebuilds = tables.map(({ object, mended }) => {
    const from = parseTableStructure(object.sql ?? '');
    const to = parseTableStructure(mended ?? '');
    if (from === null || to === null) return null;
    const replaced = { object: { ...object, sql: mended }, structure: to };
    return buildRebuild({ object, structure: from }, replaced, `new_${object.name}`);
  });
  const known = rebuilds.flatMap((rebuild) => (rebuild === null ? [] : [rebuild]));
  const unknown = tables.filter((_, index) => rebuilds[index] === null);
  const steps = [
    ...known.flatMap((rebuild) => rebuild.slice(0, -2)),
    ...known.flatMap((rebuild) => rebuild.slice(-2, -1)),
    ...known.flatMap((rebuild) => rebuild.slice(-1)),
  ].map((sql) => `${sql};`);
  return [
    ...(steps.length === 0 ? [] : ['PRAGMA foreign_keys=OFF;', ...steps, 'PRAGMA foreign_keys=ON;']),
    ...unknown.map(({ object }) => `-- rebuild ${quoteIdentifier(object.name)}, its texts in single quotes`),
  ];
}

function describeObject({ type, name, table }: SchemaObject): string {
  return `${type} "${name}"${type === 'trigger' || type === 'index' ? ` of "${table}"` : ''}`;
}
