/** How a file with a token is kept: who can read it, and whether git would publish it. */

import { statSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import type { CredentialsKept } from '../../doctor/facts.ts';
import { MigrateError } from '../../errors.ts';
import { createGit, type GitEnvironment } from './git-process.ts';

/** @param path absolute. Throws nothing: what cannot be found out is `unknown`, or null. */
export async function readKept(path: string, env: GitEnvironment): Promise<CredentialsKept> {
  return { mode: readMode(path), ignored: await askGit(path, env) };
}

function readMode(path: string): number | null {
  try {
    const stats = statSync(path);
    // Windows has no such bits, and a pipe is gone when it was read.
    return stats.isFile() && sep === '/' ? stats.mode & 0o777 : null;
  } catch {
    return null;
  }
}

async function askGit(path: string, env: GitEnvironment): Promise<CredentialsKept['ignored']> {
  const git = createGit(dirname(path), env);
  // Quoted for git, to which * and [ in a name are a pattern.
  const name = `:(literal)${basename(path)}`;
  try {
    const [tracked, ignored] = await Promise.all([
      git(['ls-files', '--error-unmatch', '--', name]),
      git(['check-ignore', '--quiet', '--', basename(path)]),
    ]);
    if (tracked.code === 0) return 'tracked';
    if (tracked.stderr.includes('not a git repository')) return 'no-git';
    return ignored.code === 0 ? 'ignored' : ignored.code === 1 ? 'not-ignored' : 'unknown';
  } catch (error) {
    // git is not installed.
    if (error instanceof MigrateError) return 'unknown';
    throw error;
  }
}
