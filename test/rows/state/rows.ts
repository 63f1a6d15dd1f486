/** Rows of a made-up production, and what the engine says that a query over them has. */

import type { DatabaseRows } from '../../../src/rows/state/database-rows.ts';
import { type KnownRows, rowsOfProduction, type TableRows } from '../../../src/rows/state/table-rows.ts';
import { type Engine, withEngine } from '../../sql/engine.ts';

/** Its tables, and a few rows with what is hard to tell apart. */
const production: readonly string[] = [
  `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a b" TEXT, "c""d" INTEGER)`,
  `INSERT INTO "T" VALUES (1, 'x', 10), (2, NULL, 20), (3, 'x', NULL)`,
  `CREATE TABLE "U" ("id" INTEGER PRIMARY KEY, "t" INTEGER, "order" TEXT)`,
  `INSERT INTO "U" VALUES (1, 1, 'o'), (2, 9, NULL)`,
];

export const columnsOfT = ['id', 'a b', 'c"d'] as const;
export const rowsOfT = rowsOfProduction('T', columnsOfT);
export const rowsOfU = rowsOfProduction('U', ['id', 't', 'order']);

export function onProduction<Answer>(use: (engine: Engine) => Answer): Answer {
  return withEngine((engine) => {
    for (const sql of production) engine.run(sql);
    return use(engine);
  });
}

export function ask(sql: string) {
  return onProduction((engine) => engine.query(sql));
}

/** @throws Error where they are not known. */
export function needKnown(rows: TableRows): KnownRows {
  if (rows.type !== 'known') throw new Error(`the rows are ${rows.type}`);
  return rows;
}

/** @throws Error where the query cannot be told. */
export function askBound(rows: DatabaseRows, select: string) {
  const bound = rows.bind(select);
  if (bound === null) throw new Error(`nothing is told of ${select}`);
  return ask(bound);
}
