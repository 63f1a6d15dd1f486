/** Gets a checkout ready to run: its dependencies installed, its source built; says one line when there is something to do. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's absolute path. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const stampFile = join(root, 'dist', '.built');

/** stdout belongs to the command that was asked for. */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Compares contents, not times: a copied or restored folder has times that mean nothing.
 * @returns whether the folder's node_modules is what its package-lock.json says.
 */
export function isInstalledAs(folder) {
  const readPackages = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8')).packages;
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) return false;
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  const same = (name) => present[name]?.version === wanted[name]?.version;
  const names = Object.keys(wanted).filter((name) => name !== '');
  return (
    Object.keys(present).every(same) && names.every((name) => wanted[name].optional || wanted[name].peer || same(name))
  );
}

/** What an outer `npm test` tells its scripts about itself would be read by an inner npm as its own configuration. */
function environmentForNpm() {
  const outer =
    /^(npm_(lifecycle|package)_|npm_(command|execpath|node_execpath)$|npm_config_(local_prefix|global_prefix|user_agent|noproxy|node_gyp|npm_version|init_module|global|omit|include|production|only|workspace|workspaces|dry_run|json)$|INIT_CWD$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
}

/** What npm gives as its reason, without its usage text and the path of its log. */
function findReason(stderr) {
  const lines = stderr.split('\n').filter((line) => /^npm (err!|error) \S/i.test(line) && !/complete log/i.test(line));
  return lines.slice(0, 6).join('\n');
}

/** Runs `npm ci` when node_modules is missing or is not what package-lock.json says. @throws Error when that fails. */
export function ensureInstalled() {
  if (!isInstalledAs(root)) installFolder(root, 'the dependencies', '--include=dev');
}

/** Runs `npm ci` in a folder. @param what is installed, for people. @throws Error when that fails. */
export function installFolder(folder, what, option = '') {
  say(`Installing ${what} (npm ci) …`);
  // A shell finds npm on Windows too, where it is npm.cmd; the line is constant, so there is nothing to quote.
  const result = spawnSync(`npm ci ${option} --no-audit --no-fund --loglevel=error`, {
    cwd: folder,
    shell: true,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environmentForNpm(),
  });
  if (result.status === 0) return;
  const reason = result.error?.message ?? findReason(result.stderr);
  const next = reason.includes('EUSAGE')
    ? 'bring package-lock.json in step with package.json'
    : 'check that npm can reach its registry (npm ping)';
  throw new Error(
    `${what[0].toUpperCase()}${what.slice(1)} could not be installed: npm ci failed${reason === '' ? '.' : `:\n${reason}`}\n` +
      `Next: ${next}, then run npm ci in ${folder}`,
  );
}

function findFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Changes when a source file is added, removed or written. */
function computeStamp() {
  const hash = createHash('sha256');
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs'].map((name) => join(root, name));
  for (const path of [...findFiles(join(root, 'src')), ...settings]) {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path}\n${mtimeMs}\n${size}\n`);
  }
  return hash.digest('hex');
}

function readStamp() {
  return existsSync(join(root, 'dist', 'bin.cjs')) && existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
}

function runStep(name, script, args = []) {
  const result = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`The build failed (${name}):\n${result.stdout}${result.stderr}`.trimEnd());
}

/** Makes the library and then the command, whatever there is already. @throws Error with what was found wrong. */
export function compile() {
  const stamp = computeStamp();
  runStep('tsc -p tsconfig.build.json', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  runStep('bundle', 'scripts/bundle.mjs');
  writeFileSync(stampFile, stamp);
}

/** Compiles when dist is missing or its source has changed since. @throws Error with what the compiler found wrong. */
export function ensureBuilt() {
  if (readStamp() === computeStamp()) return;
  say('Building …');
  compile();
}

/** Ends the process with the error's message alone: it says what to do, and a stack says nothing more. */
export function explain(error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
