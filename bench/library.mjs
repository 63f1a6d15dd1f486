/** What the parts cost: splitting a long script, and planning a long history beside its bare replay. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, takeTurns } from './measure.mjs';
import { buildMigrations, buildScript, writeProject } from './migrations.mjs';
import { read, readWithPeak } from './process.mjs';
import { buildPeak, buildRatio, buildSpeed } from './table.mjs';

const bin = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const planning = fileURLToPath(new URL('planning.mjs', import.meta.url));

const longHistory = 1000;

/** @param row takes each finished row of the table */
export async function measureSplitting(row) {
  const { splitStatements } = await import('../dist/sql/split.js');
  const script = buildScript(20_000_000);
  const megabytes = Buffer.byteLength(script) / 1_000_000;
  const speeds = [];
  for (let round = 0; round <= 5; round += 1) {
    const begin = performance.now();
    splitStatements(script);
    if (round > 0) speeds.push((megabytes * 1000) / (performance.now() - begin));
  }
  row(buildSpeed(`splitting a script of ${Math.round(megabytes)} MB`, median(speeds), 50));
}

/** Time only: each in a process of its own, from migrations in memory to a plan, against their statements one by one. */
export async function measurePlanning({ folder, longRounds, budget }, row) {
  let statements = 0;
  const run = async (what) => {
    const answer = JSON.parse(await read([planning, what, String(longHistory), '1', folder]));
    statements = answer.statements;
    return answer.milliseconds;
  };
  const times = await takeTurns(
    { ours: () => run('plan'), floor: () => run('bare') },
    { rounds: longRounds, budget: 2 * budget },
  );
  row(buildRatio(`planning 1,000 (${statements} statements)`, 'milliseconds', times, 1.5));
}

/** The command itself, planning a long history on an empty database. */
export async function measurePlanningMemory({ folder, server }, row) {
  const project = join(folder, 'planned');
  writeProject(project, buildMigrations(longHistory));
  const path = await server.createDatabase();
  const env = { TURSO_DATABASE_URL: `http://localhost:${server.port}${path}` };
  const { text, peak } = await readWithPeak([bin, 'plan', '--json'], { cwd: project, env });
  const { migrations } = JSON.parse(text);
  if (migrations?.length !== longHistory) throw new Error(`plan: ${text.slice(0, 200)}`);
  row(buildPeak('plan of 1,000, the command', { ours: peak }, 250));
}
