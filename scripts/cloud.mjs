/**
 * `npm run test:cloud`: the contract of `apply` on a real Turso database, given by MIGRATE_PROD_CLOUD_URL and MIGRATE_PROD_CLOUD_TOKEN.
 * All that it makes has a prefix of its own (`mp_cloud_…`), and is removed at the end, also after a failure or Ctrl-C.
 * `--clean` only removes what killed runs have left. Other arguments go to vitest.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, explain, root } from './install.mjs';

const { MIGRATE_PROD_CLOUD_URL: url, MIGRATE_PROD_CLOUD_TOKEN: token, MIGRATE_PROD_CLOUD_SHARED: shared } = process.env;
const family = 'mp_cloud_';

/** A reason not to run that a person can do something about. */
class Refusal extends Error {}

const how = `npm run test:cloud runs the contract of apply on a real database. Give it one that holds nothing else:

  turso db create contract-test
  MIGRATE_PROD_CLOUD_URL="$(turso db show contract-test --url)" \\
  MIGRATE_PROD_CLOUD_TOKEN="$(turso db tokens create contract-test --expiration 1d)" \\
  npm run test:cloud

Nothing was sent. All that it makes is called ${family}…, and is removed at the end.`;

/** @returns the rows of each statement; they run in one transaction. @throws Refusal without a usable answer */
async function ask(statements) {
  const address = url
    .trim()
    .replace(/^(?:libsql|wss):/i, 'https:')
    .replace(/^ws:/i, 'http:')
    .replace(/[?#].*$/, '');
  const ok = (step) => ({ type: 'ok', step });
  const steps = statements.map((sql, index) => ({
    stmt: { sql },
    ...(index === 0 ? {} : { condition: ok(index - 1) }),
  }));
  const reply = await fetch(`${address.replace(/\/+$/, '')}/v3/pipeline`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token.trim()}` } : {}) },
    body: JSON.stringify({ baton: null, requests: [{ type: 'batch', batch: { steps } }, { type: 'close' }] }),
    signal: AbortSignal.timeout(60_000),
  }).catch((error) => {
    throw new Refusal(`The database cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  const text = await reply.text();
  if (!reply.ok) throw new Refusal(`The database answered ${reply.status}: ${text.slice(0, 300)}`);
  const [batch] = JSON.parse(text).results;
  if (batch.type === 'error') throw new Refusal(`The database refused: ${batch.error.message}`);
  const failed = batch.response.result.step_errors.find((error) => error !== null);
  if (failed) throw new Refusal(`The database refused: ${failed.message}`);
  return batch.response.result.step_results.map((result) =>
    (result?.rows ?? []).map((row) => row.map(({ value }) => value)),
  );
}

const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/** Objects whose name begins with the prefix, those first that the others would take along. */
async function listOwn(prefix) {
  const order = `CASE type WHEN 'trigger' THEN 0 WHEN 'view' THEN 1 WHEN 'index' THEN 2 ELSE 3 END`;
  const own = `substr(name, 1, ${prefix.length}) = '${prefix}'`;
  const [rows] = await ask([`SELECT type, name FROM sqlite_schema WHERE ${own} AND sql IS NOT NULL ORDER BY ${order}`]);
  return rows;
}

async function clean(prefix) {
  const own = await listOwn(prefix);
  if (own.length === 0) return 0;
  const drops = own.map(([type, name]) => `DROP ${type.toUpperCase()} IF EXISTS ${quote(name)}`);
  await ask(['PRAGMA foreign_keys=OFF', 'BEGIN IMMEDIATE', ...drops, 'COMMIT']);
  return own.length;
}

async function refuseOthers() {
  const [rows] = await ask(["SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"]);
  const others = rows.map(([name]) => name).filter((name) => !/^(?:sqlite_|libsql_|mp_cloud_)/.test(name));
  if (others.length === 0 || shared === 'yes') return;
  const shown = others.slice(0, 5).join(', ');
  throw new Refusal(
    `This database has tables of its own: ${shown}${others.length > 5 ? ', …' : ''}. Nothing was written.
Give an empty one. Or, if it may hold a write lock now and then, MIGRATE_PROD_CLOUD_SHARED=yes: only what is called ${family}… is touched.`,
  );
}

/** @returns vitest's exit code. */
function runTests(prefix, args) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const config = ['--config', join(root, 'test/cloud/vitest.config.ts')];
  const child = spawn(process.execPath, [vitest, 'run', ...config, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MIGRATE_PROD_CLOUD_PREFIX: prefix },
  });
  // The terminal sends it to vitest too, which ends; what it made is removed afterwards.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 128));
  });
}

async function main(args) {
  if (!url) {
    console.error(how);
    return 2;
  }
  if (args[0] === '--clean') {
    console.log(`Removed: ${await clean(family)} objects called ${family}…`);
    return 0;
  }
  ensureInstalled();
  ensureBuilt();
  await refuseOthers();
  const prefix = `${family}${randomBytes(4).toString('hex')}_`;
  const code = await runTests(prefix, args);
  const left = await clean(prefix);
  if (left > 0) console.log(`Removed: ${left} objects called ${prefix}…`);
  return code;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Refusal) {
    console.error(`✖ ${error.message}`);
    console.error(`  What a run has left is removed by: npm run test:cloud -- --clean`);
    process.exitCode = 2;
  } else explain(error);
}
