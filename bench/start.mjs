/** What a start costs on one version of Node, the whole process: with the command kept compiled (warm), and as it starts the first time (cold). */

import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bare, bin, openProject, optionsFor, runCounted, writeBody } from './command.mjs';
import { takeTurns } from './measure.mjs';
import { writeProject } from './migrations.mjs';
import { buildModels } from './models.mjs';
import { time } from './process.mjs';
import { buildRatio } from './table.mjs';

const compiled = join(dirname(bin), 'compiled');

/** Times the floor's. Before Node 22.1 nothing is kept, and Node 20 gets no more than what is wanted of it here. */
const limits = {
  kept: { status: 1.3, apply: 2, help: 1.5, drift: 4 },
  notKept: { status: 2.4 },
};

/** @returns the version of the Node at this path, without a `v`. */
export async function readNodeVersion(read, path) {
  return (await read(['-p', 'process.versions.node'], { node: path })).trim();
}

/**
 * @param node `{path, version}`
 * @param row takes each finished row of the table
 */
export async function measureStart(bench, node, row) {
  const [major, minor] = node.version.split('.').map(Number);
  const keeps = major > 22 || (major === 22 && minor >= 1);
  const limit = keeps ? limits.kept : limits.notKept;
  const { server } = bench;
  const project = openProject(bench, `start-${node.version}`, 10);
  const path = await server.createDatabase();
  const applied = await runCounted(bench, project, path, ['apply', '--yes']);
  const reading = writeBody(bench, 'start-reading', applied.requests[0]);
  const on = (database, cwd = project) => ({ ...optionsFor(cwd, server.port, database), node: node.path });
  const floor = () => time([bare, `http://localhost:${server.port}${path}/v3/pipeline`, reading], on(path));
  const measure = async (title, ours, base, most) =>
    row(buildRatio(title, 'milliseconds', await compare(bench, ours, base, keeps), most));

  await measure('status', () => time([bin, 'status'], on(path)), floor, limit.status);
  await measure('apply, nothing to do', () => time([bin, 'apply', '--yes'], on(path)), floor);
  const applyTen = async () => time([bin, 'apply', '--yes'], on(await server.createDatabase()));
  await measure('apply of 10', applyTen, floor, limit.apply);
  const help = () => time([bin, '--help'], on(path));
  await measure('--help, to node -e 0', help, () => time(['-e', '0'], on(path)), limit.help);
  const models = await openModels(bench, node);
  await measure('drift of 10 models', () => time([bin, 'drift'], on(models.path, models.project)), floor, limit.drift);
}

/** Warm and cold take turns: what the cold one keeps, the next warm one has. */
async function compare({ rounds, budget }, ours, floor, keeps) {
  const cold = () => {
    rmSync(compiled, { recursive: true, force: true });
    return ours();
  };
  const candidates = keeps ? { floor, cold, ours } : { floor, ours };
  return takeTurns(candidates, { rounds, budget: budget / 2 });
}

async function openModels(bench, node) {
  const project = join(bench.folder, `start-models-${node.version}`);
  const { sources, schema } = buildModels(10, 50);
  writeProject(project, sources);
  writeFileSync(join(project, 'prisma', 'schema.prisma'), schema);
  const path = await bench.server.createDatabase();
  await runCounted(bench, project, path, ['apply', '--yes']);
  return { project, path };
}
