/** Running git: as a child process, without a shell, and without what it inherits where it runs a hook. */

import { execFile } from 'node:child_process';
import { MigrateError } from '../../errors.ts';
import { describeSize, largest } from './regular-file.ts';

export type GitEnvironment = Readonly<Record<string, string | undefined>>;

export interface GitAnswer {
  /** 0 when git did what it was asked. */
  readonly code: number;
  readonly bytes: Buffer;
  readonly text: string;
  readonly stderr: string;
}

export type Git = (args: readonly string[], input?: string) => Promise<GitAnswer>;

/** Git sets these for its hooks, for its own folder. They are left out, and git finds them anew. `git rev-parse --local-env-vars` lists them. */
const localVariables = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|INTERNAL_SUPER_PREFIX|IMPLICIT_WORK_TREE)$/;
/** Of one answer; the contents of the files that are compared among them. */
const mostBytes = 2 * largest.scripts;

export interface GitLimits {
  /** Ends git at once; the call rejects. */
  readonly signal?: AbortSignal;
}

/** @returns git, run in this folder. */
export function createGit(folder: string, env: GitEnvironment, limits: GitLimits = {}): Git {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !localVariables.test(name)));
  const options = {
    cwd: folder,
    // What git says is read here, and nobody is there to answer it.
    env: { ...kept, LC_ALL: 'C', LANGUAGE: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
    encoding: 'buffer',
    maxBuffer: mostBytes,
    windowsHide: true,
    // A git that hangs may not hear anything softer.
    killSignal: 'SIGKILL',
    ...limits,
  } as const;
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = execFile('git', [...args], options, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') return reject(refuseUnanswered(error));
        const code = error ? Number(error.code) : 0;
        resolve({ code, bytes: stdout, text: stdout.toString('utf8'), stderr: stderr.toString('utf8') });
      });
      // git that ends early says why itself.
      child.stdin?.on('error', () => {}).end(input);
    });
}

/** Why git gave no answer: it said too much, or could not be run. */
function refuseUnanswered(cause: Error): MigrateError {
  if ('code' in cause && cause.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    const message = `The content of the base is larger than ${describeSize(mostBytes)}, and is not read.`;
    return new MigrateError('BASE_UNKNOWN', message, 'Compare with another base, or leave --base out.', { cause });
  }
  const missing = 'code' in cause && cause.code === 'ENOENT';
  const message = missing ? 'git is not installed, or not in the PATH.' : `git could not be run: ${cause.message}.`;
  return new MigrateError('BASE_UNKNOWN', `--base needs git, but ${message}`, 'Install git, or leave --base out.', {
    cause,
  });
}
