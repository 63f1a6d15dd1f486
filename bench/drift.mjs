/** What `drift` costs: one request, a whole process that stays short, and no more than twice a bare replay. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bin, optionsFor, runCounted } from './command.mjs';
import { takeTurns } from './measure.mjs';
import { writeProject } from './migrations.mjs';
import { buildModels } from './models.mjs';
import { time } from './process.mjs';
import { buildCount, buildRatio, buildTime } from './table.mjs';

const replay = fileURLToPath(new URL('replay.mjs', import.meta.url));

/** @param row takes each finished row of the table */
export async function measureDrift(bench, row) {
  await measureSize(bench, row, { models: 10, migrations: 50, milliseconds: 300 });
  await measureSize(bench, row, { models: 300, migrations: 500, ratio: 2 });
}

async function measureSize(bench, row, { models, migrations, milliseconds, ratio }) {
  const { folder, server, budget, rounds, longRounds } = bench;
  const project = join(folder, `models-${models}`);
  const { sources, schema } = buildModels(models, migrations);
  writeProject(project, sources);
  writeFileSync(join(project, 'prisma', 'schema.prisma'), schema);
  const path = await server.createDatabase();
  await runCounted(bench, project, path, ['apply', '--yes']);
  const { answer, requests } = await runCounted(bench, project, path, ['drift']);
  if (answer.inSync !== true) throw new Error(`drift of ${models} models is not in sync`);
  const title = `drift of ${models} models, ${migrations} migrations`;
  row(buildCount(`${title}: requests`, { said: answer.requests, counted: requests.length }, 1));
  const options = optionsFor(project, server.port, path);
  const turns = await takeTurns(
    {
      ours: () => time([bin, 'drift'], options),
      floor: () => time([replay, join(project, 'prisma', 'migrations')], options),
    },
    { rounds: ratio === undefined ? rounds : longRounds, budget },
  );
  row(
    ratio === undefined
      ? buildTime(`${title}, to a bare replay`, turns, milliseconds)
      : buildRatio(`${title}, to a bare replay`, 'milliseconds', turns, ratio),
  );
}
