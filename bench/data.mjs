/** What a plan costs that asks production about its rows: two requests, and how much of the time is the server's own. */

import { request } from 'node:http';
import { join } from 'node:path';
import { bin, optionsFor, runCounted } from './command.mjs';
import { takeTurns } from './measure.mjs';
import { writeProject } from './migrations.mjs';
import { readWithPeak, time } from './process.mjs';
import { buildCount, buildLimit, buildPeak, buildRatio } from './table.mjs';

/** Of the first no table is small enough to be fetched but one; of the second all rows are that the plan meets. */
const sizes = [
  { tables: 50, rows: 20_000, pending: 20 },
  { tables: 50, rows: 990, pending: 20 },
];

/** @param row takes each finished row of the table */
export async function measureData(bench, row) {
  const [large, small] = sizes;
  await measurePlan(bench, large, row);
  const { title, project, path } = await prepare(bench, small, row);
  const options = { ...optionsFor(project, bench.proxy.port, path), allowed: [0, 1] };
  const { cpu, peak } = await readWithPeak([bin, 'plan'], options);
  row(buildLimit(`${title}, run on them: CPU`, cpu, 1_200));
  row(buildPeak('the same, memory', { ours: peak }, 200));
}

async function prepare(bench, size, row) {
  const { folder, server } = bench;
  const project = join(folder, `rows-${size.rows}`);
  const path = await server.createDatabase();
  writeProject(project, [buildTables(size)]);
  await runCounted(bench, project, path, ['apply', '--yes']);
  for (let table = 1; table <= size.tables; table += 1) await fill(server.port, path, table, size.rows);
  writeProject(project, buildPending(size));
  const { answer, requests } = await runCounted(bench, project, path, ['plan']);
  const title = `plan of ${size.pending} pending, ${size.tables} tables, ${size.tables * size.rows} rows`;
  row(buildCount(`${title}: requests`, { said: answer.requests, counted: requests.length }, 2));
  return { title, project, path };
}

async function measurePlan(bench, size, row) {
  const { proxy, budget, longRounds } = bench;
  const { project, path } = await prepare(bench, size, row);
  const options = { ...optionsFor(project, proxy.port, path), allowed: [0, 1] };
  const served = [];
  const turns = await takeTurns(
    {
      ours: async () => {
        const before = proxy.requests.length;
        const milliseconds = await time([bin, 'plan'], options);
        served.push(proxy.requests.slice(before).reduce((sum, one) => sum + one.milliseconds, 0));
        return milliseconds;
      },
      floor: async () => served.at(-1),
    },
    { rounds: longRounds, budget },
  );
  row(buildRatio("the same, to the server's own time", 'milliseconds', turns));
}

const name = (table) => `Table${table}`;

function buildTables(size) {
  const sql = Array.from({ length: size.tables }, (_, index) => {
    const table = name(index + 1);
    return `CREATE TABLE "${table}" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT, "note" TEXT, "amount" INTEGER);\nCREATE INDEX "${table}_amount_idx" ON "${table}"("amount");`;
  });
  return { name: '20260101000000_tables', sql: sql.join('\n') };
}

/** Rebuilds, unique indexes, dropped columns and tables, in turn. */
function buildPending(size) {
  return Array.from({ length: size.pending }, (_, index) => ({
    name: `202602${String(index + 1).padStart(2, '0')}000000_change`,
    sql: changes[index % changes.length](name(index + 1)),
  }));
}

const changes = [
  (table) => `PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_${table}" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "note" TEXT, "amount" INTEGER NOT NULL DEFAULT 0);
INSERT INTO "new_${table}" ("id", "email", "note", "amount") SELECT "id", "email", "note", coalesce("amount", 0) AS "amount" FROM "${table}";
DROP TABLE "${table}";
ALTER TABLE "new_${table}" RENAME TO "${table}";
CREATE INDEX "${table}_amount_idx" ON "${table}"("amount");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;`,
  (table) => `CREATE UNIQUE INDEX "${table}_email_key" ON "${table}"("email");`,
  (table) => `ALTER TABLE "${table}" DROP COLUMN "note";`,
  (table) => `DROP TABLE "${table}";`,
];

function fill(port, path, table, rows) {
  const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO "${name(table)}" ("email", "note", "amount") SELECT 'customer' || i || '@shop.example', 'a note about customer ' || i, i % 97 FROM n`;
  return execute(port, path, sql);
}

function execute(port, path, sql) {
  const body = JSON.stringify({ requests: [{ type: 'execute', stmt: { sql } }, { type: 'close' }] });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', host: `localhost:${port}` };
    const outgoing = request(
      { host: '127.0.0.1', port, method: 'POST', path: `${path}/v3/pipeline`, headers },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        incoming.on('end', () => (text.includes('"type":"error"') ? reject(new Error(text.slice(0, 200))) : resolve()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
