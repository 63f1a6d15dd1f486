/** How the user starts this program, so that a command which is shown works where it is pasted. */

import { dirname } from 'node:path';
import { listPackageLocks } from '../adapters/files/package-locks.ts';
import { readRecordedSpec } from '../adapters/init/recorded.ts';
import { findManager, type PackageManager, startWith } from '../init/package-manager.ts';
import { quoteArgument } from '../text/shell.ts';
import { findWay } from '../text/way.ts';

export interface Start {
  /** The script that Node was given, absolute; undefined where there is none. */
  readonly script: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
}

/** @returns `npx --no migrate-prod`, `pnpm migrate-prod`, `node <path to>/scripts/migrate-prod.mjs`, `migrate-prod` … */
export function findProgramName({ script = '', env, cwd }: Start): string {
  const path = script.replaceAll('\\', '/');
  if (path.endsWith('scripts/migrate-prod.mjs'))
    return `node ${quoteArgument(showFrom(path, cwd.replaceAll('\\', '/')))}`;
  const once = findOnce(path);
  if (once !== null) return once;
  const manager = findUserAgent(env);
  if (manager !== null) return startWith(manager, 'migrate-prod');
  const isInstalled = path.split('/').includes('node_modules') || env.npm_command === 'exec';
  return isInstalled ? startWith(findLockFile(cwd) ?? 'npm', 'migrate-prod') : 'migrate-prod';
}

/** For what was fetched for this one run: it is not installed, so its name alone would start nothing, or something else. */
function findOnce(path: string): string | null {
  const isNpx = path.includes('/_npx/');
  if (!isNpx && !/\/pnpm\/.*\bdlx\b/.test(path)) return null;
  const spec = readRecordedSpec(path);
  if (spec === null) return null;
  if (!spec.startsWith('file:')) {
    const pinned = /^[\^~]?\d/.test(spec) ? `migrate-prod@${spec.replace(/^[\^~]/, '')}` : spec;
    return `${isNpx ? 'npx' : 'pnpm dlx'} ${quoteArgument(pinned)}`;
  }
  // A whole path: both read another one from a folder of their own, npm in a workspace from its root.
  const file = quoteArgument(spec.slice('file:'.length));
  return isNpx ? `npx --yes --package ${file} migrate-prod` : `pnpm dlx ${file}`;
}

/** The package manager that started this process, which says so: `pnpm/10.4.0 npm/? node/v22.1.0 linux x64`. */
export function findUserAgent({ npm_config_user_agent: agent = '' }: Start['env']): PackageManager | null {
  return findManager(/^(\w+)\//.exec(agent)?.[1]);
}

/** The package manager of the nearest lock file, here or above; the first of several. */
function findLockFile(cwd: string): PackageManager | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const [lock] = listPackageLocks(folder).flatMap(([, manager]) => findManager(manager) ?? []);
    if (lock !== undefined) return lock;
    if (dirname(folder) === folder) return null;
  }
}

/** The path relative to a folder; absolute where the two have too little in common. */
function showFrom(path: string, folder: string): string {
  const { way, climbs, shared } = findWay(path, folder);
  return shared < 2 || climbs > 3 ? path : way;
}
