/** A file with a token in it: who else can open it, and whether git keeps it to itself. */

import { statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { findTargetOfFile } from '../../target/names.ts';
import { quotePath } from '../../text/shell.ts';
import { createGit, type GitEnvironment, type GitLimits } from './git-process.ts';
import { findGitRoot, readKind, readRealPath, showPath } from './paths.ts';

/** The permissions as `chmod` takes them, if others than the owner can read or change the file; null on Windows, and if they cannot. */
export function findOpenMode(path: string): string | null {
  if (sep === '\\') return null;
  const mode = readMode(path);
  return (mode & 0o066) === 0 ? null : (mode & 0o777).toString(8).padStart(4, '0');
}

function readMode(path: string): number {
  try {
    return statSync(path).mode;
  } catch {
    // It was read a moment ago, and has gone.
    return 0;
  }
}

/**
 * `ignored`: a `git add` leaves it out. `open`: the next one takes it in. `tracked`: one has. `refused`: there is a work tree, and
 * git does not read it, mostly because it is another user's. `unknown`: no work tree, or no answer.
 */
export type GitState = 'ignored' | 'open' | 'tracked' | 'refused' | 'unknown';

/** These change how git reads a path, and contradict the option that has it read as it stands. */
const pathspecVariables = /^GIT_(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS$/;

/**
 * Git must not start a program that a repository names: no watcher, and no settings of a repository without a work tree that lies
 * among the files.
 */
const options = ['-c', 'core.fsmonitor=', '-c', 'safe.bareRepository=explicit'];

/**
 * Asks git about the file itself: behind a link, that is the one with the token. Starts nothing outside of a work tree.
 * @param path absolute
 */
export async function askGit(path: string, env: GitEnvironment, limits: GitLimits): Promise<GitState> {
  const file = readRealPath(path);
  if (findGitRoot(dirname(file)) === null) return 'unknown';
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !pathspecVariables.test(name)));
  const git = createGit(dirname(file), own, limits);
  const ask = async (...words: readonly string[]) => (await git([...options, ...words])).code;
  const name = basename(file);
  // A name that is a pattern too would match other files of the index there.
  const isPattern = /[*?[\\]/.test(name);
  try {
    // Without --no-index a tracked file counts as not ignored: one call is enough for a file as it should be.
    const ignored = await ask('check-ignore', '--quiet', ...(isPattern ? ['--no-index'] : []), '--', `./${name}`);
    if (ignored === 0 && !isPattern) return 'ignored';
    if (ignored > 1) return 'refused';
    const tracked = await ask('--literal-pathspecs', 'ls-files', '--error-unmatch', '--', name);
    if (tracked > 1) return 'refused';
    return tracked === 0 ? 'tracked' : ignored === 0 ? 'ignored' : 'open';
  } catch {
    // Not installed, too slow, or ended because nobody waits any more.
    return 'unknown';
  }
}

/** How a file is taken out of git, and kept out. */
export interface WayOut {
  /** The command that git forgets the file by, and the disk does not. */
  readonly remove: string;
  /** The `.gitignore` that the line belongs into, as shown to people; it may not be there yet. */
  readonly ignoreFile: string;
  /** null where none can name the file. */
  readonly ignoreLine: string | null;
}

/** @param path of a file in a work tree, absolute. @param cwd absolute; what paths are shown relative to. */
export function findWayOut(path: string, cwd: string): WayOut {
  const file = readRealPath(path);
  const [folder, name] = [dirname(file), basename(file)];
  const root = findGitRoot(folder) ?? folder;
  const near = join(folder, '.gitignore');
  return {
    remove: writeRemove(file, root === findGitRoot(readRealPath(cwd)) ? cwd : null),
    ignoreFile: showPath(readKind(near) === 'file' ? near : join(root, '.gitignore'), cwd),
    ignoreLine: findTargetOfFile(name) === null ? escapeIgnored(name) : '.env.turso-*',
  };
}

/** @param cwd null where it is not in the same repository. */
function writeRemove(file: string, cwd: string | null): string {
  const place = cwd === null ? `-C ${quotePath(dirname(file))} ` : '';
  const shown = cwd === null ? basename(file) : showPath(file, cwd);
  // A pattern could take other files away.
  const literal = /[*?[\]\\:]/.test(shown) ? '--literal-pathspecs ' : '';
  return `git ${place}${literal}rm --cached ${quotePath(shown)}`;
}

/** A name as a line of .gitignore; null for one of several lines. */
function escapeIgnored(name: string): string | null {
  if (/[\r\n]/.test(name)) return null;
  return name
    .replace(/[\\*?[\]]/g, '\\$&')
    .replace(/^[#!]/, '\\$&')
    .replace(/ $/, '\\ ');
}
