/** Asking git what another branch has in the migrations folder. git runs as a child process, without a shell. */

import { execFile } from 'node:child_process';
import { type BaseMigrations, normalizeName } from '../../core/migrations/base.ts';
import type { Migration } from '../../core/migrations/migration.ts';
import { quoteArgument } from '../../core/text/shell.ts';
import { MigrateError } from '../../errors.ts';
import { migrationFromBytes, scriptName } from './migrations.ts';
import { readRealPath } from './paths.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface BaseOptions {
  /** A branch, tag or commit, as the user names it. */
  readonly ref: string;
  /** Absolute path of the migrations folder, which exists. */
  readonly folder: string;
  /** What is in it. */
  readonly migrations: readonly Migration[];
  readonly env: Environment;
}

/**
 * Reads the migrations of the base's last commit, and compares the files here with those of the commit where this branch
 * left the base; without one (a shallow clone), with those of the last commit. Only commits and files are looked at, never
 * git's index: it may be another one inside of a hook, and a file need not be added to be checked.
 * @throws MigrateError BASE_UNKNOWN, USAGE
 */
export async function readBaseMigrations({ ref, folder, migrations, env }: BaseOptions): Promise<BaseMigrations> {
  checkRef(ref);
  const git = createGit(readRealPath(folder), env);
  const base = await findBase(git, ref);
  const left = (await git(['merge-base', base.commit, 'HEAD'])).text.trim() || base.commit;
  const tip = await readTree(git, base.commit);
  const before = left === base.commit ? tip : await readTree(git, left);
  return {
    ...base,
    names: [...tip.values()].map(({ name }) => name),
    before: [...before.values()].map(({ name }) => name),
    edited: await findEdited(git, migrations, [before, tip]),
  };
}

/** @throws MigrateError USAGE for what git could take for something else than a name */
export function checkRef(ref: string): void {
  if (ref !== '' && !ref.startsWith('-') && !/\p{Cc}/u.test(ref)) return;
  throw new MigrateError(
    'USAGE',
    `--base takes a branch, a tag or a commit; it was given ${JSON.stringify(ref)}.`,
    'For example --base main',
  );
}

interface GitAnswer {
  /** 0 when git did what it was asked. */
  readonly code: number;
  readonly bytes: Buffer;
  readonly text: string;
  readonly stderr: string;
}

type Git = (args: readonly string[], input?: string) => Promise<GitAnswer>;

/** What git sets for its hooks, relative to a folder that is not ours: found anew instead. `git rev-parse --local-env-vars` lists them. */
const localVariables = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|INTERNAL_SUPER_PREFIX|IMPLICIT_WORK_TREE)$/;
const mostBytes = 1024 * 1024 * 1024;

/** @returns git, run in this folder. */
function createGit(folder: string, env: Environment): Git {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !localVariables.test(name)));
  const options = {
    cwd: folder,
    // What git says is read here, and nobody is there to answer it.
    env: { ...kept, LC_ALL: 'C', LANGUAGE: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
    encoding: 'buffer',
    maxBuffer: mostBytes,
    windowsHide: true,
  } as const;
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = execFile('git', [...args], options, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') return reject(refuseWithoutGit(error));
        const code = error ? Number(error.code) : 0;
        resolve({ code, bytes: stdout, text: stdout.toString('utf8'), stderr: stderr.toString('utf8') });
      });
      // git that ends early says why itself.
      child.stdin?.on('error', () => {}).end(input);
    });
}

function refuseWithoutGit(cause: Error): MigrateError {
  const missing = 'code' in cause && cause.code === 'ENOENT';
  const message = missing ? 'git is not installed, or not in the PATH.' : `git could not be run: ${cause.message}.`;
  return new MigrateError('BASE_UNKNOWN', `--base asks git, but ${message}`, 'Install git, or leave --base out.', {
    cause,
  });
}

type Base = Pick<BaseMigrations, 'ref' | 'commit'>;

async function findBase(git: Git, ref: string): Promise<Base> {
  const local = await findCommit(git, ref);
  if (local !== null) return local;
  const remotes = (await git(['remote'])).text.split('\n').filter((name) => name !== '');
  const named = remotes.find((name) => ref.startsWith(`${name}/`));
  const remote = named ?? remotes.find((name) => name === 'origin') ?? remotes[0];
  if (remote === undefined) throw refuseUnknownRef(`git knows no ${ref} here.`);
  if (named !== undefined) throw await refuseUnfetched(git, ref, { remote, branch: ref.slice(remote.length + 1) });
  const found = await findCommit(git, `${remote}/${ref}`);
  if (found !== null) return found;
  throw await refuseUnfetched(git, `${ref} and no ${remote}/${ref}`, { remote, branch: ref });
}

async function findCommit(git: Git, ref: string): Promise<Base | null> {
  const { code, text, stderr } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  const commit = text.trim();
  if (code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return { ref, commit };
  if (stderr.includes('not a git repository')) {
    const next = 'Run it in a git repository that has the migrations, or leave --base out.';
    throw new MigrateError('BASE_UNKNOWN', 'The migrations folder is in no git repository.', next);
  }
  if (stderr.includes('dubious ownership')) {
    const trust = /git config --global --add safe\.directory .+/.exec(stderr)?.[0];
    const message = 'git does not read this repository, because it belongs to another user.';
    throw new MigrateError('BASE_UNKNOWN', message, trust ?? 'See safe.directory in the manual of git config.');
  }
  return null;
}

function refuseUnknownRef(message: string): MigrateError {
  return new MigrateError('BASE_UNKNOWN', message, 'See which branches it knows: git branch --all');
}

interface Branch {
  readonly remote: string;
  readonly branch: string;
}

/** Names the command that brings the branch, in a form that also works where a clone has only its own. */
async function refuseUnfetched(git: Git, unknown: string, { remote, branch }: Branch): Promise<MigrateError> {
  const shallow = (await git(['rev-parse', '--is-shallow-repository'])).text.trim() === 'true';
  const message = `git knows no ${unknown} here.${shallow ? ' This is a shallow clone.' : ''}`;
  if (!/^\w[\w./+#-]*$/.test(branch) || /^(?:HEAD$|refs\/)/.test(branch)) return refuseUnknownRef(message);
  const wanted = /^[0-9a-f]{40}$/.test(branch) ? branch : `${branch}:refs/remotes/${remote}/${branch}`;
  // Only where the history is cut off already: --depth would cut off a whole one.
  const words = ['git', 'fetch', ...(shallow ? ['--depth=1'] : []), quoteArgument(remote), quoteArgument(wanted)];
  return new MigrateError('BASE_UNKNOWN', message, words.join(' '));
}

interface TreeEntry {
  readonly name: string;
  /** The hash of the file's content. */
  readonly content: string;
}

/** By name, in the form that is compared. */
type Tree = ReadonlyMap<string, TreeEntry>;

/** The migrations of one commit, in the folder that git was started in. */
async function readTree(git: Git, commit: string): Promise<Tree> {
  const { code, text, stderr } = await git(['ls-tree', '-r', '-z', commit]);
  if (code !== 0) throw refuseUnread(stderr);
  const tree = new Map<string, TreeEntry>();
  for (const row of text.split('\0')) {
    const [, mode, content = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(row) ?? [];
    const [name = '', file, deeper] = path.split('/');
    if (file !== scriptName || deeper !== undefined) continue;
    // The content of a symbolic link is where it leads: nothing to compare a script with.
    tree.set(normalizeName(name), { name, content: mode === '120000' ? '' : content });
  }
  return tree;
}

function refuseUnread(stderr: string): MigrateError {
  const reason = stderr.trim().split('\n')[0] ?? '';
  return new MigrateError('BASE_UNKNOWN', `git could not read the base: ${reason}`, 'Mend the repository: git fsck');
}

/** A migration whose file is none of those that the trees have under its name. */
async function findEdited(
  git: Git,
  migrations: readonly Migration[],
  trees: readonly Tree[],
): Promise<readonly string[]> {
  const known = migrations.flatMap((migration) => {
    const entries = trees.flatMap((tree) => tree.get(normalizeName(migration.name))?.content || []);
    return entries.length > 0 ? [{ migration, contents: [...new Set(entries)] }] : [];
  });
  const hashes = await hashFiles(
    git,
    known.map(({ migration }) => migration.name),
  );
  const suspects = known.filter(({ contents }, index) => !contents.includes(hashes[index] ?? ''));
  const files = await readContents(
    git,
    suspects.flatMap(({ contents }) => contents),
  );
  return suspects
    .filter(({ migration, contents }) => !contents.some((content) => isSameFile(migration, files.get(content))))
    .map(({ migration }) => migration.name);
}

/** What git would store for the files, line ends and filters as its attributes say; none where a filter cannot be run. */
async function hashFiles(git: Git, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  // Unlike ls-tree, it takes paths from the repository's root on.
  const prefix = (await git(['rev-parse', '--show-prefix'])).text.replace(/\n$/, '');
  // A quoted line is taken as it is, whatever its first character.
  const quoted = names.map((name) => {
    return `"${`${prefix}${name}`.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}/${scriptName}"\n`;
  });
  const { code, text } = await git(['hash-object', '--stdin-paths'], quoted.join(''));
  return code === 0 ? text.split('\n') : [];
}

/** The bytes by their hash. */
async function readContents(git: Git, hashes: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  if (hashes.length === 0) return contents;
  const { code, bytes, stderr } = await git(['cat-file', '--batch'], hashes.map((hash) => `${hash}\n`).join(''));
  if (code !== 0) throw refuseUnread(stderr);
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\n', at);
    const head = /^([0-9a-f]+) blob (\d+)$/.exec(bytes.toString('utf8', at, lineEnd));
    if (lineEnd < 0 || head === null) throw refuseUnread(bytes.toString('utf8', at, lineEnd));
    const start = lineEnd + 1;
    const size = Number(head[2]);
    contents.set(head[1] ?? '', bytes.subarray(start, start + size));
    at = start + size + 1;
  }
  return contents;
}

/** Whether the bytes are the migration's, other than in their line ends: where git converts none, somebody else may have. */
function isSameFile(migration: Migration, bytes: Buffer | undefined): boolean {
  if (bytes === undefined) return false;
  const other = readOther(migration, bytes);
  if (other === null) return false;
  const own = listForms(migration);
  return listForms(other).some((checksum) => own.includes(checksum));
}

/** Null when it is no text, as no migration here is. */
function readOther({ name, path }: Migration, bytes: Buffer): Migration | null {
  try {
    return migrationFromBytes(name, bytes, path);
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}

function listForms({ checksum, alternativeChecksums }: Migration): readonly string[] {
  return [checksum, ...alternativeChecksums];
}
