/** Real git repositories in temporary folders. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';

/** What git is run with: no configuration but the repository's own. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Shop',
  GIT_AUTHOR_EMAIL: 'shop@example.com',
  GIT_COMMITTER_NAME: 'Shop',
  GIT_COMMITTER_EMAIL: 'shop@example.com',
};

/** `describe`, skipped and saying so where git is not installed. */
export function describeWithGit(name: string, body: () => void): void {
  if (spawnSync('git', ['--version']).status === 0) describe(name, body);
  else describe.skip(`${name} (skipped: git is not installed)`, body);
}

/** @returns what git wrote. @throws Error when it failed */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', [...args], { cwd: folder, env: gitEnvironment, encoding: 'utf8', stdio: 'pipe' });
}

/** Writes the files (null removes one) and commits all there is. */
export function commit(folder: string, files: Readonly<Record<string, string | null>> = {}): void {
  writeFiles(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'work');
}

export function writeFiles(folder: string, files: Readonly<Record<string, string | null>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (content === null) rmSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
}

/** Makes the folder a repository whose branch is `main`, and commits what is in it. */
export function startRepository(folder: string, files: Readonly<Record<string, string>> = {}): void {
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  commit(folder, files);
}
