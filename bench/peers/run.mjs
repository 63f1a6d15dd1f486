/**
 * `npm run bench:peers`: migrate-prod beside other migrators, the same migrations on the same real server, the whole process.
 * `--quick` measures less often. What each does with its requests differs: only migrate-prod rehearses, guards, and records each
 * migration in its own transaction.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bin } from '../command.mjs';
import { median } from '../measure.mjs';
import { buildMigrations, writeProject } from '../migrations.mjs';
import { measure } from '../process.mjs';
import { startProxy } from '../proxy.mjs';
import { startServer } from '../server.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const roundTrip = 50;
const quick = process.argv.includes('--quick');

/** A peer that has taken so many milliseconds is not asked again. */
const effort = quick ? { rounds: 3, budget: 3_000 } : { rounds: 9, budget: 20_000 };

/** How long a run may take; kysely's of 1,000 takes minutes. */
const patience = 600_000;

/** Of more requests than this at 1,000 migrations, each with its round trip, nobody waits for the end. */
const mostSlowRequests = 100;

const versionOf = (name) => JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), 'utf8')).version;

const peers = [
  {
    name: 'migrate-prod',
    start: (url, project) => ({ args: [bin, 'apply', '--yes'], cwd: project, env: { TURSO_DATABASE_URL: url } }),
  },
  script('a bare script', 'bare.mjs', 'prisma/migrations'),
  script(`drizzle-orm ${versionOf('drizzle-orm')}`, 'drizzle.mjs', 'drizzle'),
  script(`umzug ${versionOf('umzug')}`, 'umzug.mjs', 'prisma/migrations'),
  script(`kysely ${versionOf('kysely')}`, 'kysely.mjs', 'prisma/migrations'),
  script('statement by statement', 'naive.mjs', 'prisma/migrations'),
];

function script(name, file, folder) {
  return { name, start: (url, project) => ({ args: [here(file), url, join(project, folder)], cwd: project }) };
}

/** The same files as drizzle-kit writes them. */
function writeDrizzle(project, sources) {
  const folder = join(project, 'drizzle');
  mkdirSync(join(folder, 'meta'), { recursive: true });
  const entries = sources.map(({ name, sql }, idx) => {
    const statements = sql.split(/;\s*\n/).filter((text) => text.trim() !== '');
    writeFileSync(join(folder, `${name}.sql`), statements.join(';\n--> statement-breakpoint\n'));
    return { idx, version: '6', when: 1_700_000_000_000 + idx, tag: name, breakpoints: true };
  });
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
}

function openProject(folder, count) {
  const project = join(folder, `project-${count}`);
  const sources = buildMigrations(count);
  writeProject(project, sources);
  writeDrizzle(project, sources);
  return project;
}

async function runPeer({ proxy }, peer, project, path) {
  const before = proxy.requests.length;
  const { args, ...options } = peer.start(`http://localhost:${proxy.port}${path}`, project);
  const measured = await measure(args, { ...options, deadline: patience });
  return { ...measured, requests: proxy.requests.splice(before).length };
}

/** @param pathOf the database of each run. @returns `{requests, milliseconds, cpu, peak}` of each peer, medians. */
async function measureAll(bench, project, pathOf, wanted = peers) {
  const runs = new Map(wanted.map((peer) => [peer, []]));
  for (let round = 0; round <= effort.rounds; round += 1) {
    for (const [peer, done] of runs) {
      const spent = done.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      if (round > 0 && spent > effort.budget) continue;
      done.push(await runPeer(bench, peer, project, await pathOf(peer)));
    }
  }
  // The first warms up, where there are others.
  const counted = (done) => (done.length > 1 ? done.slice(1) : done);
  const of = (done, field) => median(counted(done).map((one) => one[field]));
  return new Map(
    [...runs].map(([peer, done]) => [
      peer,
      Object.fromEntries(['requests', 'milliseconds', 'cpu', 'peak'].map((field) => [field, of(done, field)])),
    ]),
  );
}

async function compare(bench, title, project, pathOf, isPatient) {
  process.stderr.write(`${title} …\n`);
  const near = await measureAll(bench, project, pathOf);
  bench.proxy.delay(roundTrip);
  const far = await measureAll(
    bench,
    project,
    pathOf,
    peers.filter((peer) => isPatient || near.get(peer).requests <= mostSlowRequests),
  );
  bench.proxy.delay(0);
  return [
    [title, 'requests', 'wall at 0 ms', `at ${roundTrip} ms`, 'CPU', 'memory'],
    ...peers.map((peer) => {
      const { requests, milliseconds, cpu, peak } = near.get(peer);
      const slow = far.get(peer)?.milliseconds;
      const distant = slow === undefined ? 'not tried' : seconds(slow);
      return [
        `  ${peer.name}`,
        String(requests),
        seconds(milliseconds),
        distant,
        seconds(cpu),
        `${Math.round(peak / 1024 / 1024)} MB`,
      ];
    }),
  ];
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

function render(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  return `${rows.map((cells) => cells.map(pad).join('  ')).join('\n')}\n`;
}

async function compareAll(bench) {
  const sections = [];
  for (const count of [10, 100, 1000]) {
    const project = openProject(bench.folder, count);
    const onFresh = () => bench.server.createDatabase();
    sections.push(
      ...(await compare(bench, `${count.toLocaleString('en')} migrations`, project, onFresh, count < 1000)),
    );
    if (count !== 100) continue;
    const paths = new Map();
    for (const peer of peers) {
      paths.set(peer, await onFresh());
      await runPeer(bench, peer, project, paths.get(peer));
    }
    sections.push(...(await compare(bench, 'nothing to do, of 100', project, (peer) => paths.get(peer), true)));
  }
  process.stdout.write(`\nNode ${process.versions.node}\n\n${render(sections)}`);
}

const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-peers-'));
const opened = [];
try {
  mkdirSync(join(folder, 'server'));
  const server = await startServer(join(folder, 'server'));
  opened.push(server);
  const proxy = await startProxy(server.port);
  opened.unshift(proxy);
  await compareAll({ folder, server, proxy });
} finally {
  for (const one of opened) await one.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
