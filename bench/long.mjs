/** What long files cost, the whole process: that grows with their statements, and no faster. */

import { join } from 'node:path';
import { bin, optionsFor } from './command.mjs';
import { writeProject } from './migrations.mjs';
import { readWithPeak } from './process.mjs';
import { buildLimit, buildPeak } from './table.mjs';

const begin = {
  name: '20260101000000_begin',
  sql: `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT, "note" TEXT);
CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer" ("email");
`,
};

const insert = (index) =>
  `INSERT INTO "Customer" ("id", "email", "note") VALUES (${index}, 'customer${index}@shop.example', 'a note of customer ${index}');`;
const update = (index) => `UPDATE "Customer" SET "note" = 'note ${index}' WHERE "id" = ${index};`;
const remove = (index) => `DELETE FROM "Order" WHERE "id" = ${index};`;
const removeParent = (index) => `DELETE FROM "Customer" WHERE "id" = ${index};`;
const mixed = (index) => [insert, update, remove][index % 3](index);
const view = (index) =>
  `CREATE VIEW "View${index}" AS SELECT * FROM "${index === 0 ? 'Customer' : `View${index - 1}`}";`;
const prose = (index) =>
  `INSERT INTO "Customer" ("email", "note") VALUES ('reader${index}@shop.example', '${"It''s a long note; with -- no comment. ".repeat(10)}');`;

const rename = 'ALTER TABLE "Order" RENAME TO "Purchase";';
const hundredThousand = { seconds: 6, megabytes: 300 };

const cases = [
  { title: '100,000 INSERTs', count: 100_000, statement: insert, ...hundredThousand, applied: true },
  { title: '100,000 UPDATEs by key', count: 100_000, statement: update, ...hundredThousand },
  { title: '100,000 DELETEs by key', count: 100_000, statement: remove, ...hundredThousand },
  { title: '100,000 INSERTs, UPDATEs and DELETEs', count: 100_000, statement: mixed, ...hundredThousand },
  { title: '8,000 DELETEs that others refer to', count: 8_000, statement: removeParent, seconds: 2 },
  { title: '8,000 UPDATEs', count: 8_000, statement: update, seconds: 1 },
  { title: '500 chained views', count: 500, statement: view, seconds: 1 },
  { title: '500 chained views, and a RENAME', count: 500, statement: view, end: rename, seconds: 3 },
  { title: '1,800 INSERTs of 874 KB', count: 1_800, statement: prose, seconds: 1 },
];

/** @param row takes each finished row of the table */
export async function measureLong(bench, row) {
  for (const one of cases) await measureOne(bench, row, one);
}

async function measureOne({ folder, server }, row, one) {
  const { title, count, statement, end = '', seconds, megabytes, applied = false } = one;
  const project = join(folder, title.replace(/\W+/g, '-'));
  const path = await server.createDatabase();
  const options = { ...optionsFor(project, server.port, path), allowed: [0, 1] };
  writeProject(project, [begin]);
  await readWithPeak([bin, 'apply', '--yes'], options);
  const sql = Array.from({ length: count }, (_, index) => statement(index)).join('\n');
  writeProject(project, [{ name: '20260201000000_long', sql: `${sql}\n${end}` }]);
  const run = async (what, args) => {
    const { text, peak, cpu } = await readWithPeak([bin, ...args], options);
    if (text.trim() === '') throw new Error(`${what} of ${title} printed nothing`);
    row(buildLimit(`${what} of ${title}, CPU`, cpu, seconds * 1000));
    if (megabytes !== undefined) row(buildPeak('  the same, memory', { ours: peak }, megabytes));
  };
  await run('plan', ['plan']);
  if (applied) await run('apply', ['apply', '--yes']);
}
