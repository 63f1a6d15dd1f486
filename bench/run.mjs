/**
 * `npm run bench`: what migrate-prod costs, in one table, beside the floor of each measure. `--quick` measures less often. Starts
 * are measured on this Node, and on those of `--node <path>` (repeatable) or, without one, on those that `npm run test:nodes` installed.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listNodes } from '../scripts/nodes.mjs';
import { measureLatency, measureProcesses, measureRequests } from './command.mjs';
import { measureData } from './data.mjs';
import { measureDrift } from './drift.mjs';
import { measurePlanning, measurePlanningMemory, measureSplitting } from './library.mjs';
import { measureLong } from './long.mjs';
import { read } from './process.mjs';
import { startProxy } from './proxy.mjs';
import { serverSupported, startServer } from './server.mjs';
import { measureStart, readNodeVersion } from './start.mjs';
import { buildFailed, buildTitle, renderTable } from './table.mjs';

/** @returns `{path, version}` of each Node to start on, this one first. */
async function findNodes() {
  const given = process.argv.flatMap((argument, index, all) => (all[index - 1] === '--node' ? [argument] : []));
  const others = given.length > 0 ? given : listNodes().map(({ path }) => path);
  const nodes = [];
  for (const path of [process.execPath, ...others]) nodes.push({ path, version: await readNodeVersion(read, path) });
  return nodes;
}

const quick = process.argv.includes('--quick');

/** Rounds that are counted, and when to stop early, so that the whole stays under three minutes. */
const effort = quick ? { rounds: 7, longRounds: 3, budget: 5_000 } : { rounds: 25, longRounds: 5, budget: 15_000 };

const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-bench-'));
const opened = [];
const rows = [];

async function close() {
  for (const one of opened.splice(0)) await one.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The exit ends every process that is still being measured. */
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().finally(() => process.exit(130)));

async function add(title, measure) {
  process.stderr.write(`${title} …\n`);
  rows.push(buildTitle(title));
  try {
    await measure((row) => rows.push(row));
  } catch (error) {
    rows.push(buildFailed('could not be measured', error));
  }
}

async function openBench() {
  const data = join(folder, 'server');
  mkdirSync(data);
  const server = await startServer(data);
  opened.push(server);
  const proxy = await startProxy(server.port);
  opened.unshift(proxy);
  return { folder, server, proxy, ...effort };
}

try {
  if (serverSupported()) {
    const bench = await openBench();
    await add('Requests to the server', (row) => measureRequests(bench, row));
    for (const node of await findNodes()) {
      await add(`Starts, on loopback, Node ${node.version}`, (row) => measureStart(bench, node, row));
    }
    await add(`Whole process, on loopback, Node ${process.versions.node}`, (row) => measureProcesses(bench, row));
    await add('Drift', (row) => measureDrift(bench, row));
    await add('Plans that know the data', (row) => measureData(bench, row));
    await add('With 50 ms of round trip', (row) => measureLatency(bench, row));
    await add('Long files', (row) => measureLong(bench, row));
    await add('Memory of planning', (row) => measurePlanningMemory(bench, row));
  } else {
    process.stderr.write(
      `There is no libSQL server for ${process.platform}-${process.arch}: only the engine is measured.\n`,
    );
  }
  await add('In the process', async (row) => {
    await measureSplitting(row);
    await measurePlanning({ folder, ...effort }, row);
  });
} finally {
  await close();
}

process.stdout.write(`\n${renderTable(rows)}\n`);
