/** What the command costs: requests, time and memory of the whole process, and what a slow network adds. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeTurns } from './measure.mjs';
import { buildMigrations, writeProject } from './migrations.mjs';
import { measurePeak, read, time } from './process.mjs';
import { buildCount, buildRatio } from './table.mjs';

export const bin = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
export const bare = fileURLToPath(new URL('bare.mjs', import.meta.url));

const roundTrip = 50;

/** A project of so many migrations, written once. */
export function openProject({ folder }, name, count, changes = 1) {
  const project = join(folder, name);
  writeProject(project, buildMigrations(count, changes));
  return project;
}

/** Host `localhost`: with 127.0.0.1 the server would take 127 for a database's name. */
export function optionsFor(cwd, port, path) {
  return { cwd, env: { TURSO_DATABASE_URL: `http://localhost:${port}${path}` } };
}

/** Runs the command through the proxy. @returns what it printed as JSON, and the requests it made. */
export async function runCounted({ proxy }, cwd, path, args) {
  const before = proxy.requests.length;
  const text = await read([bin, ...args, '--json'], { ...optionsFor(cwd, proxy.port, path), allowed: [0, 1, 3] });
  const answer = JSON.parse(text);
  if (answer.ok !== true && answer.plan === undefined)
    throw new Error(`${args[0]}: ${answer.error?.message ?? text.slice(0, 200)}`);
  return { answer, requests: proxy.requests.slice(before) };
}

function countSteps(requests) {
  const batches = requests.flatMap(({ body }) => JSON.parse(body).requests).filter(({ type }) => type === 'batch');
  return batches.reduce((sum, { batch }) => sum + batch.steps.length, 0);
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

/** @param row takes each finished row of the table */
export async function measureRequests(bench, row) {
  const project = openProject(bench, 'ten', 10);
  const path = await bench.server.createDatabase();
  const count = async (measure, args) => {
    const { answer, requests } = await runCounted(bench, project, path, args);
    row(buildCount(measure, { said: answer.requests, counted: requests.length }, 1));
  };
  await runCounted(bench, project, path, ['apply', '--yes']);
  await count('status', ['status']);
  await count('tables', ['tables']);
  await count('inspect', ['inspect', 'Table1']);
  await count('apply, nothing to do', ['apply', '--yes']);
  await countPlanAndApply(bench, row, { pending: 1, limit: 2 });
  await countPlanAndApply(bench, row, { pending: 10, limit: 2 });
  await countPlanAndApply(bench, row, { pending: 100, limit: 2 });
  await countPlanAndApply(bench, row, { pending: 1000, limit: 6 });
}

async function countPlanAndApply(bench, row, { pending, limit }) {
  const project = openProject(bench, `pending-${pending}`, pending);
  const path = await bench.server.createDatabase();
  if (pending === 10) {
    const { answer, requests } = await runCounted(bench, project, path, ['plan']);
    row(buildCount('plan of 10', { said: answer.requests, counted: requests.length }, 1));
  }
  const { answer, requests } = await runCounted(bench, project, path, ['apply', '--yes']);
  const said = answer.requests ?? Number.NaN;
  const steps = grouped(countSteps(requests));
  row(buildCount(`apply of ${grouped(pending)} (${steps} steps)`, { said, counted: requests.length }, limit));
}

/** @param row takes each finished row of the table */
export async function measureProcesses(bench, row) {
  const { server, rounds, budget } = bench;
  const project = openProject(bench, 'process', 10);
  const path = await server.createDatabase();
  const applied = await runCounted(bench, project, path, ['apply', '--yes']);
  const reading = writeBody(bench, 'reading', applied.requests[0]);
  const applying = writeBody(bench, 'applying', applied.requests[1]);
  const options = optionsFor(project, server.port, path);
  const urlOf = (database) => `http://localhost:${server.port}${database}/v3/pipeline`;
  const status = { ours: [bin, 'status'], floor: [bare, urlOf(path), reading] };

  const peaks = await takeTurns(
    { ours: () => measurePeak(status.ours, options), floor: () => measurePeak(status.floor, options) },
    { rounds: Math.ceil(rounds / 3), budget: budget / 2 },
  );
  row(buildRatio('status, memory', 'bytes', peaks, 1.5));

  const configured = { ...options, cwd: openProject(bench, 'configured', 10) };
  writeConfig(configured.cwd);
  const withConfig = await takeTurns(
    { ours: () => time(status.ours, configured), floor: () => time(status.floor, configured) },
    { rounds: Math.ceil(rounds / 2), budget: budget / 2 },
  );
  row(buildRatio('status with a prisma.config.ts', 'milliseconds', withConfig));

  /** A run on a database that is created for it, before the clock starts. */
  const onFresh = async (args) => {
    const database = await server.createDatabase();
    return time(args(database), optionsFor(project, server.port, database));
  };
  const apply = await takeTurns(
    {
      ours: () => onFresh(() => [bin, 'apply', '--yes']),
      floor: () => onFresh((database) => [bare, urlOf(database), applying]),
    },
    { rounds, budget },
  );
  row(buildRatio('apply of 10, to its batch sent bare', 'milliseconds', apply));
}

/** The whole process against two bare requests through the same slow proxy, and the server's own time for this apply. */
export async function measureLatency(bench, row) {
  const { proxy, server, budget, longRounds } = bench;
  const project = openProject(bench, 'latency', 100);
  let reading = '';
  let serverTime = 0;
  const near = async () => {
    const { requests } = await runCounted(bench, project, await server.createDatabase(), ['apply', '--yes']);
    reading = writeBody(bench, 'latency-reading', requests[0]);
    return requests.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  };
  ({ near: serverTime } = await takeTurns({ near }, { rounds: longRounds, budget: budget / 2 }));

  proxy.delay(roundTrip);
  const slow = async (args) => {
    const path = await server.createDatabase();
    return time(args(path), optionsFor(project, proxy.port, path));
  };
  const { ours, floor } = await takeTurns(
    {
      ours: () => slow(() => [bin, 'apply', '--yes']),
      floor: () => slow((path) => [bare, `http://localhost:${proxy.port}${path}/v3/pipeline`, reading, '2']),
    },
    { rounds: 2 * longRounds, budget: budget / 2 },
  );
  proxy.delay(0);
  const shown = `apply of 100 (${Math.round(serverTime)} ms of it the server's)`;
  row(buildRatio(shown, 'milliseconds', { ours, floor: floor + serverTime }, 1.5));
}

/** The body of a request that the command made, for the bare script to send. */
export function writeBody({ folder }, name, { body }) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, body);
  return file;
}

/** With a `node_modules` folder, as a project has: what is compiled is kept there. */
function writeConfig(project) {
  mkdirSync(join(project, 'node_modules'));
  writeFileSync(
    join(project, 'prisma.config.ts'),
    "import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({\n  schema: 'prisma/schema.prisma',\n  migrations: { path: 'prisma/migrations' },\n});\n",
  );
}
