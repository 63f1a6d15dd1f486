/** A database of everything that SQL can hold and a dump can lose, and all that can be seen of it. */

import type { Value } from '../../../src/ports.ts';

type Rows = readonly (readonly Value[])[];

/** Numbers from 1 on, as a row source. */
const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

/** More rows than fit into a page at first. */
const many = 700;

const values = `CREATE TABLE "Value" ("id" INTEGER PRIMARY KEY, "any", "number" NUMERIC, "real" REAL, "text" TEXT, "blob" BLOB)`;

const texts = [
  `''`,
  `'it''s "quoted"'`,
  `'; -- no; END; BEGIN'`,
  `'line' || char(10) || 'line' || char(13) || char(10) || char(10) || '-- line'`,
  `'\\n is no line end' || char(10) || '\\n1; neither'`,
  `CAST(x'610062' AS TEXT)`,
  `'größer ✔ 𝛑'`,
];

const scalars = [
  ...['NULL', '0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  ...['1.0', '0.1', '-0.0', '1e308', '5e-324', '171.63818501226461', '7966616254.819242', '9e999 - 9e999'],
  ...[`x''`, `x'00ff27'`, 'zeroblob(3000)'],
  ...texts,
];

/** What JSON does not carry. */
export const unsendable: readonly string[] = [
  `INSERT INTO "Value" ("any", "real") VALUES (9e999, -9e999)`,
  `INSERT INTO "Value" ("any", "text") VALUES ('before', CAST(x'61ff62' AS TEXT))`,
  `INSERT INTO "Pair" ("a", "b", "c") VALUES (CAST(x'ff' AS TEXT), -9e999, 'odd')`,
];

export const everything: readonly string[] = [
  // A child before its parent, and a name that is a keyword.
  `CREATE TABLE "order" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    "customerId" TEXT NOT NULL,\n    CONSTRAINT "fk" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE CASCADE\n)`,
  `CREATE TABLE "Customer" ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT, "größe" REAL)`,
  `${numbers(many)} INSERT INTO "Customer" SELECT 'c' || i, 'name ' || i, i / 7.0 FROM n`,
  `${numbers(40)} INSERT INTO "order" ("customerId") SELECT 'c' || i FROM n`,
  // Gaps, and a counter above the largest id.
  `DELETE FROM "Customer" WHERE rowid % 7 = 3`,
  `DELETE FROM "order" WHERE "id" > 30`,
  values,
  ...scalars.map(
    (value) =>
      `INSERT INTO "Value" ("any", "number", "real", "text", "blob") VALUES (${Array(5).fill(value).join(', ')})`,
  ),
  `CREATE TABLE "No key" ("a""b", "c d" TEXT)`,
  `${numbers(many)} INSERT INTO "No key" SELECT i, hex(i) FROM n`,
  `DELETE FROM "No key" WHERE "a""b" % 5 = 0`,
  `CREATE TABLE "Descending" ("id" INTEGER PRIMARY KEY DESC, "a")`,
  `INSERT INTO "Descending" VALUES (3, 'x'), (1, 'y')`,
  `CREATE TABLE "Taken" ("rowid" TEXT, "_rowid_" TEXT, "oid" TEXT)`,
  `${numbers(many)} INSERT INTO "Taken" SELECT i, i, i FROM n`,
  `CREATE TABLE "Half taken" ("RowId" TEXT, "a")`,
  `INSERT INTO "Half taken" ("_rowid_", "RowId", "a") VALUES (9, 'x', 1)`,
  `CREATE TABLE "Pair" ("c" TEXT, "a" TEXT COLLATE NOCASE, "b" REAL, PRIMARY KEY ("a" DESC, "b")) WITHOUT ROWID`,
  `${numbers(many)} INSERT INTO "Pair" SELECT 'v' || i, CASE i % 3 WHEN 0 THEN 'Key' WHEN 1 THEN 'kez' ELSE 'KEX' END, i * 1.5 FROM n`,
  `CREATE TABLE "Strict" ("i" INTEGER, "r" REAL, "t" TEXT, "b" BLOB, "a" ANY) STRICT`,
  `INSERT INTO "Strict" VALUES (1, 1, '1', x'01', 1.0), (NULL, 2.5, NULL, NULL, '1')`,
  `CREATE TABLE "Generated" ("a" INTEGER, "b" AS ("a" * 2) VIRTUAL, "c" TEXT, "d" AS ("a" || "c") STORED)`,
  `INSERT INTO "Generated" ("a", "c") VALUES (1, 'x'), (2, NULL)`,
  `CREATE TABLE "Default" ("a" TEXT DEFAULT 'a;\n\n-- b')`,
  `CREATE TABLE "Empty" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)`,
  `CREATE VIRTUAL TABLE "search" USING fts5(title, body, tokenize='porter ascii')`,
  `INSERT INTO "search" VALUES ('running dogs', 'it''s'), ('a', 'b'), ('c', 'running')`,
  `DELETE FROM "search" WHERE title = 'a'`,
  `CREATE VIRTUAL TABLE "outside" USING fts5("name", content='Customer', content_rowid='rowid')`,
  `INSERT INTO "outside" (rowid, "name") SELECT rowid, "name" FROM "Customer"`,
  `CREATE VIRTUAL TABLE "place" USING rtree(id, x0, x1)`,
  `INSERT INTO "place" VALUES (5, 1.5, 2.5)`,
  `CREATE VIRTUAL TABLE "old" USING fts4(a)`,
  `INSERT INTO "old" VALUES ('hello world')`,
  `CREATE TABLE "Movie" ("id" INTEGER PRIMARY KEY, "title" TEXT, "e" F32_BLOB(3))`,
  `INSERT INTO "Movie" VALUES (1, 'a', vector('[1,2,3]')), (7, 'b', vector('[9,9,9]'))`,
  `CREATE INDEX "Movie_e" ON "Movie" (libsql_vector_idx("e"))`,
  `CREATE UNIQUE INDEX "Customer_name_key" ON "Customer" ("name" COLLATE NOCASE DESC)`,
  `CREATE INDEX "partial" ON "Customer" ("größe") WHERE "größe" > 1`,
  `CREATE INDEX "expression" ON "No key" (lower("c d")) -- it's a comment`,
  `CREATE VIEW "v""iew" AS SELECT "id", 'a;b' AS "x" FROM "Customer"`,
  `CREATE VIEW "broken" AS SELECT * FROM "nowhere"`,
  `CREATE TRIGGER "watch" AFTER INSERT ON "Customer" BEGIN\n  INSERT INTO "No key" VALUES (NEW.rowid, 'it''s; END');\n  UPDATE "order" SET "id" = CASE WHEN "id" = 1 THEN 1 ELSE "id" END;\nEND`,
  `PRAGMA user_version=42`,
];

/** Anything that answers SQL, each statement's rows. */
export type Ask = (statements: readonly string[]) => Promise<readonly Rows[]>;

/** Tables whose content is not the user's: a vector index is built anew. */
const builtAnew = /^(?:Movie_e_shadow|libsql_vector_meta_shadow|sqlite_schema|sqlite_temp_schema)$/;

/** All that SQL can see: every object, and every table's rows with their row ids, types and bytes. */
export async function readEverything(ask: Ask): Promise<Readonly<Record<string, Rows>>> {
  const [objects = [], list = [], columns = [], numbers = []] = await ask([
    // A comment at the end cannot be written into a script without the end of its line.
    'SELECT type, name, tbl_name, rtrim(sql, char(10)) FROM sqlite_schema ORDER BY type, name',
    `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY name`,
    `SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') ORDER BY t.name, c.cid`,
    'SELECT user_version FROM pragma_user_version',
  ]);
  const tables = list.filter(([name]) => !builtAnew.test(String(name)));
  const rows = await ask(
    tables.map(([table, withoutRowid]) => {
      const own = columns.filter(([name]) => name === table).map(([, column]) => quote(String(column)));
      const free = ['rowid', '_rowid_', 'oid'].find(
        (name) => !own.some((column) => column.toLowerCase() === quote(name)),
      );
      const rowid = withoutRowid === 1 || table === 'sqlite_sequence' || free === undefined ? [] : [free];
      const order = rowid.length > 0 ? rowid[0] : own.map((_, index) => index * 2 + 1).join(', ');
      return `SELECT ${[...own.map(spell), ...rowid].join(', ')} FROM ${quote(String(table))} ORDER BY ${order}`;
    }),
  );
  return {
    objects,
    numbers,
    ...Object.fromEntries(tables.map(([name], index) => [String(name), rows[index] ?? []])),
  };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A column's type and its value, as far as JSON carries it; bytes else, and infinity as a word. */
function spell(column: string): string {
  return `typeof(${column}), CASE typeof(${column}) WHEN 'real' THEN CASE WHEN abs(${column}) = 9e999 THEN 'inf ' || (${column} > 0) ELSE ${column} END WHEN 'text' THEN hex(${column}) WHEN 'blob' THEN hex(${column}) ELSE ${column} END`;
}
