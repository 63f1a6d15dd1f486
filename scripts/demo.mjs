/** `npm run demo`: a shop whose database is five migrations behind is brought up to date, in .tmp/demo, with the real command. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureBuilt, ensureInstalled, explain, root } from './install.mjs';

const folder = join(root, '.tmp', 'demo');
const command = join(root, 'scripts', 'migrate-prod.mjs');
/** As it is typed in the demo's folder, so that every command shown works there. */
const typed = `node ${relative(folder, command).replaceAll('\\', '/')}`;
const target = ['--url', 'file:shop.db'];
const lastOfThePast = '20260202101500_stock_log';

const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const bold = (text) => (colour ? `\u001b[1m${text}\u001b[22m` : text);

/** Every environment but one that names a database of yours: the demo works on its own file. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TURSO_')));

function tell(line = '') {
  process.stdout.write(`${line}\n`);
}

function run(...args) {
  tell(`\n${bold(`$ ${typed} ${args.join(' ')}`)}`);
  const { status, error } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    stdio: 'inherit',
    env: environment,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`The demo ends here: migrate-prod ${args[0]} ended with exit code ${status}.`);
}

/** What the shop has after some months. */
const rows = readFileSync(join(root, 'examples', 'shop', 'rows.sql'), 'utf8');

async function openShop() {
  const { default: Database } = await import('libsql');
  return new Database(join(folder, 'shop.db'));
}

/** @returns how many rows each table has, by its name. */
function count(database) {
  const tables = database
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_prisma_migrations' ORDER BY name`,
    )
    .all();
  const countOf = (name) => database.prepare(`SELECT count(*) AS n FROM "${name}"`).get().n;
  return new Map(tables.map(({ name }) => [name, countOf(name)]));
}

function showCounts(before, after) {
  const names = [...after.keys()];
  const width = Math.max(...names.map((name) => name.length));
  tell(`\n${bold('Rows')}${' '.repeat(width)}before    after`);
  for (const name of names) {
    const [left, right] = [before.get(name) ?? 'new', after.get(name)];
    tell(`  ${name.padEnd(width)}${String(left).padStart(8)} ${String(right).padStart(8)}`);
  }
}

function findLosses(before, after) {
  return [...before].filter(([name, rowCount]) => after.get(name) !== rowCount).map(([name]) => name);
}

async function demo() {
  ensureInstalled();
  ensureBuilt();

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'examples', 'shop'), folder, { recursive: true });
  tell(`A shop with ${bold('eight migrations')}, copied to ${relative(process.cwd(), folder) || '.'}.`);
  tell('Its database is a libSQL file here; with a libsql:// URL everything below is the same.');
  tell(`\n${bold(`$ cd ${relative(process.cwd(), folder) || '.'}`)}`);
  const empty = await openShop();
  empty.exec('PRAGMA journal_mode = WAL');
  empty.close();

  tell(`\n${bold('1. The past')}: production as it was in February, three migrations old, and in use since.`);
  run('apply', '--to', lastOfThePast, '--yes', ...target);
  const past = await openShop();
  past.exec(rows);
  const before = count(past);
  past.close();

  tell(`\n${bold('2. Today')}: what is its state, and what would happen?`);
  run('status', ...target);
  run('plan', ...target);

  tell(
    `\n${bold('3. Apply')}: one of the five rebuilds "Customer", and every order refers to it with ON DELETE CASCADE.`,
  );
  run('apply', '--yes', ...target);
  run('status', ...target);

  const present = await openShop();
  const after = count(present);
  const orphans = present.prepare('SELECT * FROM pragma_foreign_key_check').all();
  present.close();
  showCounts(before, after);
  const lost = findLosses(before, after);
  if (lost.length > 0 || orphans.length > 0) throw new Error(`Rows were lost, or point nowhere: ${lost.join(', ')}`);
  tell('\n"Customer" was dropped and rebuilt. No order and no order line is missing, and each still has its parent.');

  tell(`\n${bold('Try more')}:`);
  tell(`  cd ${relative(process.cwd(), folder) || '.'}`);
  tell(`  ${typed} status --url file:shop.db`);
  tell(`  ${typed} tables --count --url file:shop.db`);
  tell(`  ${typed} drift --url file:shop.db`);
  tell(`  # write a migration of your own, prisma/migrations/20260501090000_mine/migration.sql, then:`);
  tell(`  ${typed} plan --url file:shop.db`);
  tell(`  ${typed} apply --url file:shop.db`);
}

try {
  await demo();
} catch (error) {
  explain(error);
}
