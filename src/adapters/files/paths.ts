/** Looking at paths: what is there, which folders are above, and how a path is shown to people. */

import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Flag } from '../../text/prose.ts';
import { quotePath } from '../../text/shell.ts';

/** Follows symbolic links. A path that cannot be looked at counts as absent. */
export function readKind(path: string): 'file' | 'folder' | 'other' | 'absent' {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'absent';
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'absent';
  }
}

/** Follows no symbolic link. A path that cannot be looked at counts as absent. */
export function readOwnKind(path: string): 'link' | 'other' | 'absent' {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? 'absent' : stats.isSymbolicLink() ? 'link' : 'other';
  } catch {
    return 'absent';
  }
}

/** The path without symbolic links; as it is where that cannot be found out. */
export function readRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The names of a folder's own sub-folders (no symbolic links), in order; none when it cannot be read. */
export function readSubfolders(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/** True if `path` is `folder` or below it. Both are absolute. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** A link that leads nowhere does not lead outside. */
export function leadsOutside(link: string, realFolder: string): boolean {
  try {
    return !isWithin(realpathSync(link), realFolder);
  } catch {
    return false;
  }
}

/** The folder itself and every folder above it, nearest first, up to the file system's root. */
export function listAncestors(folder: string): readonly string[] {
  const ancestors = [folder];
  for (let current = folder; dirname(current) !== current; ) {
    current = dirname(current);
    ancestors.push(current);
  }
  return ancestors;
}

/** The nearest folder, from `folder` up, that is a git working tree's root; null when there is none. */
export function findGitRoot(folder: string): string | null {
  return listAncestors(folder).find((ancestor) => readKind(join(ancestor, '.git')) !== 'absent') ?? null;
}

/**
 * The folders of a project, nearest first: from its root up to the git root. Without a git root nothing says where it ends: that is
 * the project, or the working directory where the project is below it.
 */
export function listProjectFolders(root: string, cwd: string): readonly string[] {
  const top = findGitRoot(root) ?? (isWithin(root, cwd) ? cwd : root);
  return listAncestors(root).filter((folder) => isWithin(folder, top));
}

/** The user's home folder as the environment says; null when it says nothing. */
export function findHome(env: Readonly<Record<string, string | undefined>>): string | null {
  const home = env.HOME || env.USERPROFILE;
  return home ? readRealPath(home) : null;
}

/** A path as shown to people: relative to `base` where it is below or beside it, else absolute; with forward slashes. */
export function showPath(path: string, base: string): string {
  const way = relative(base, path);
  if (way === '') return basename(path) === '' ? path : '.';
  const climbs = way.split(sep).filter((part) => part === '..').length;
  const shown = isAbsolute(way) || climbs > 3 ? path : way;
  return shown.split(sep).join('/');
}

export function toSlashes(path: string): string {
  return path.split(sep).join('/');
}

/** Without the system call and the path at the end. */
export function describeFileError(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const end = 'syscall' in cause ? cause.message.lastIndexOf(`, ${String(cause.syscall)}`) : -1;
  return end < 0 ? cause.message : cause.message.slice(0, end);
}

/** A path as an argument of a command to copy: relative to `cwd`, quoted where a shell would split or expand it. */
export function showArgument(path: string, cwd: string): string {
  return quotePath(showPath(path, cwd));
}

/** The option of a command to copy that names a path: relative to `cwd`, and never taken for an option itself. */
export function pathFlag(name: string, path: string, cwd: string): Flag {
  const shown = showPath(path, cwd);
  return { name, value: shown.startsWith('-') ? `./${shown}` : shown };
}
