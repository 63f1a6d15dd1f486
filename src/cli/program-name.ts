/** How the user starts this program, so that a command which is shown works where it is pasted. */

import { quoteArgument } from '../text/shell.ts';

export interface Start {
  /** The script that Node was given, absolute; undefined where there is none. */
  readonly script: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
}

/** @returns `npx migrate-prod`, `node <path to>/scripts/migrate-prod.mjs` or `migrate-prod`. */
export function findProgramName({ script = '', env, cwd }: Start): string {
  const path = script.replaceAll('\\', '/');
  if (path.endsWith('scripts/migrate-prod.mjs'))
    return `node ${quoteArgument(showFrom(path, cwd.replaceAll('\\', '/')))}`;
  const throughNpm =
    env.npm_command === 'exec' || env.npm_command === 'run-script' || env.npm_lifecycle_event === 'npx';
  return throughNpm || path.split('/').includes('node_modules') ? 'npx migrate-prod' : 'migrate-prod';
}

/** The path relative to a folder; absolute where the two have too little in common. */
function showFrom(path: string, folder: string): string {
  const [to, from] = [path.split('/'), folder.split('/').filter((part, index) => index === 0 || part !== '')];
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  const climbs = from.length - shared;
  if (shared < 2 || climbs > 3) return path;
  return [...Array.from({ length: climbs }, () => '..'), ...to.slice(shared)].join('/');
}
