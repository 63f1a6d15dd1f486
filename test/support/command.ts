/** The built command, run as a real process with an environment of its own. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandOptions {
  readonly cwd: string;
  /** All that the command sees besides what a process cannot do without; so no TURSO_* and no CI unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its stdin, which is closed after it. */
  readonly input?: string;
  /** The process is killed and the call rejects after this time; 20 s unless given. */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. @throws Error with both streams when it is not. */
  json<Shape = unknown>(): Shape;
}

const bin = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));

const passedOn = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP'];

function cleanEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Starts the command and leaves it running, for tests that kill it or talk to it. */
export function spawnCommand(
  args: readonly string[],
  options: Pick<CommandOptions, 'cwd' | 'env'>,
): ChildProcessWithoutNullStreams {
  const env = { ...cleanEnvironment(), ...options.env };
  return spawn(process.execPath, [bin, ...args], { cwd: options.cwd, env, stdio: 'pipe' });
}

function parseJson(stdout: string, stderr: string) {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`stdout is not one JSON value.\nstdout: ${stdout}\nstderr: ${stderr}`, { cause });
  }
}

/** Runs the command to its end. Its streams are pipes: no terminal. */
export function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { input = '', timeoutMs = 20_000 } = options;
  const child = spawnCommand(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A command that ends without reading its input breaks the pipe; that is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (!late) return resolve({ code, stdout, stderr, json: () => parseJson(stdout, stderr) });
      reject(
        new Error(`migrate-prod ${args.join(' ')} took over ${timeoutMs} ms.\nstdout: ${stdout}\nstderr: ${stderr}`),
      );
    });
  });
}
