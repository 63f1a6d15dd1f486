/** Run as a process of its own: plans migrations (`plan`) or only replays them (`bare`), and prints the milliseconds. */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'libsql';
import { buildMigrations } from './migrations.mjs';

const [what, count, changes, folder] = process.argv.slice(2);
const sources = buildMigrations(Number(count), Number(changes));

async function load(path) {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}

/** The floor: every statement as it stands, one by one, on the engine that the rehearsal uses. */
async function replayBare() {
  const { splitStatements } = await load('sql/split.js');
  const statements = sources.flatMap(({ sql }) => splitStatements(sql).map((statement) => statement.sql));
  const database = new Database(':memory:');
  const begin = performance.now();
  for (const sql of statements) database.exec(sql);
  const milliseconds = performance.now() - begin;
  database.close();
  return { milliseconds, statements: statements.length };
}

/** Ours: from migrations in memory and an empty database to a plan that was rehearsed. */
async function makeOurs() {
  const { makePlan } = await load('plan/make-plan.js');
  const { createOutside, openDatabase } = await load('wiring.js');
  const { migrationFromText } = await load('adapters/files/migrations.js');
  const migrations = sources.map(({ name, sql }) => migrationFromText(name, sql));
  const path = join(folder, `${randomUUID()}.db`);
  const target = { type: 'file', path, name: `file:${path}` };
  const database = await openDatabase({ target, token: null, timeoutSeconds: 60, create: 'create' });
  const outside = createOutside('bench', '0');
  const begin = performance.now();
  const { plan } = await makePlan({ database, migrations, outside });
  const milliseconds = performance.now() - begin;
  await database.close();
  const blockers = plan.migrations.flatMap(({ findings }) => findings.filter((finding) => finding.kind === 'blocker'));
  if (blockers.length > 0) throw new Error(`the plan is blocked: ${blockers[0].message}`);
  const statements = plan.migrations.reduce((sum, migration) => sum + migration.statements.length, 0);
  return { milliseconds, statements };
}

process.stdout.write(JSON.stringify(what === 'plan' ? await makeOurs() : await replayBare()));
