/** Running the project's package manager, so that what package.json names is installed. */

import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import { findManager } from '../../init/package-manager.ts';

export interface InstallOptions {
  /** `npm`, `pnpm`, … */
  readonly command: string;
  readonly args: readonly string[];
  /** The folder of package.json. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The path of Node's own program. */
  readonly node: string;
  readonly signal: AbortSignal;
}

/** @returns the last lines that it wrote where it failed, null where it did not */
export async function runInstall({ command, args, folder, env, node, signal }: InstallOptions): Promise<string | null> {
  const own = findOwn(command, env);
  const [program, words] = own === null ? [command, args] : [node, [own, ...args]];
  return new Promise((resolve) => {
    const child = spawn(program, [...words], {
      cwd: folder,
      env: prepareEnvironment(env),
      // npm and others are scripts of the shell there; the words are constant.
      shell: own === null && platform() === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      signal,
    });
    let said = '';
    const keep = (part: Buffer) => {
      said = `${said}${part.toString('utf8')}`.slice(-longest);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `${command} is not installed here, or not in the PATH.` : error.message),
    );
    child.on('close', (code) => resolve(code === 0 ? null : findReason(said, code)));
  });
}

/** Characters of its output that are kept. */
const longest = 20_000;
const mostLines = 8;

/** Of a package manager's output: its errors, else its last lines. */
function findReason(said: string, code: number | null): string {
  const lines = said.split(/\r\n|\n/).filter((line) => line.trim() !== '' && !/complete log/i.test(line));
  const errors = lines.filter((line) => /\berr(?:or|!)?\b|ERR_/i.test(line));
  const shown = (errors.length > 0 ? errors : lines).slice(-mostLines);
  return shown.length === 0 ? `it ended with ${code ?? 'a signal'}` : shown.join('\n');
}

/**
 * The very one that started this process, where it is of the same kind: it need not be in the PATH.
 * @returns the path of its script
 */
function findOwn(command: string, { npm_execpath: path, npm_config_user_agent: agent = '' }: InstallOptions['env']) {
  const isSame = findManager(/^(\w+)\//.exec(agent)?.[1]) === command;
  return isSame && path !== undefined && /\.[cm]?js$/.test(path) ? path : null;
}

/**
 * What an outer package manager tells its scripts would be read by an inner one as its own configuration. Nor is a token of
 * production anything that a package's install script should see.
 */
const left =
  /^(?:npm_(?:lifecycle|package)_|npm_(?:command|node_execpath)$|npm_config_(?:local_prefix|global|global_prefix|user_agent|noproxy|npm_version|init_module|omit|include|production|only|workspace|workspaces|dry_run|json|yes|package|call)$|INIT_CWD$|TURSO_|LIBSQL_)/i;

function prepareEnvironment(env: InstallOptions['env']): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !left.test(name));
  return { ...Object.fromEntries(kept), YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
}
