/** Asking git what another branch has in the migrations folder. */

import { type BaseMigrations, composeName, findMoves, type Renaming } from '../../check/base.ts';
import { MigrateError } from '../../errors.ts';
import type { Migration } from '../../history/migration.ts';
import { say, shell } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { type FileComparison, readComparer, readStored, refuseUnread } from './git-contents.ts';
import { createGit, type Git, type GitEnvironment } from './git-process.ts';
import { scriptName } from './migrations.ts';
import { readRealPath } from './paths.ts';

export interface BaseOptions {
  /** A branch, tag or commit, as the user names it. */
  readonly ref: string;
  /** Absolute path of the migrations folder, which exists. */
  readonly folder: string;
  readonly migrations: readonly Migration[];
  readonly env: GitEnvironment;
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
  const names = [...tip.values()].map(({ name }) => name);
  const namesBefore = [...before.values()].map(({ name }) => name);
  const moves = findMoves(migrations, { names, before: namesBefore });
  const known = listComparisons(migrations, [before, tip]);
  const gone = moves.gone.map((name) => ({ name, contents: listContents(name, [before, tip]) }));
  const added = moves.added.map((migration) => ({ migration, contents: gone.flatMap(({ contents }) => contents) }));
  const isSame = await readComparer(git, [...known, ...added]);
  return {
    ...base,
    names,
    before: namesBefore,
    edited: known.filter((comparison) => !isSame(comparison)).map(({ migration }) => migration.name),
    renamed: findRenamed(moves.added, gone, isSame),
    goneFiles:
      moves.added.length === 0
        ? []
        : await readStored(
            git,
            moves.gone.flatMap((name) => findEntry(tip, name)),
          ),
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

type Base = Pick<BaseMigrations, 'ref' | 'commit'>;

async function findBase(git: Git, ref: string): Promise<Base> {
  const local = await findCommit(git, ref);
  if (local !== null) return local;
  const remotes = (await git(['remote'])).text.split('\n').filter((name) => name !== '');
  const named = remotes.find((name) => ref.startsWith(`${name}/`));
  const remote = named ?? remotes.find((name) => name === 'origin') ?? remotes[0];
  if (remote === undefined) throw refuseUnknownRef(`git does not know ${ref} here.`);
  if (named !== undefined) throw await refuseUnfetched(git, ref, { remote, branch: ref.slice(remote.length + 1) });
  const found = await findCommit(git, `${remote}/${ref}`);
  if (found !== null) return found;
  throw await refuseUnfetched(git, `${ref} or ${remote}/${ref}`, { remote, branch: ref });
}

async function findCommit(git: Git, ref: string): Promise<Base | null> {
  const { code, text, stderr } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  const commit = text.trim();
  if (code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return { ref, commit };
  if (stderr.includes('not a git repository')) {
    const next = 'Run it in a git repository that has the migrations, or leave --base out.';
    throw new MigrateError('BASE_UNKNOWN', 'The migrations folder is not in a git repository.', next);
  }
  if (stderr.includes('dubious ownership')) {
    const trust = /git config --global --add safe\.directory .+/.exec(stderr)?.[0];
    const message = 'git does not read this repository, because it belongs to another user.';
    throw new MigrateError(
      'BASE_UNKNOWN',
      message,
      trust === undefined ? 'See safe.directory in the manual of git config.' : shell(trust),
    );
  }
  return null;
}

function refuseUnknownRef(message: string): MigrateError {
  return new MigrateError('BASE_UNKNOWN', message, say`See which branches it knows: ${shell('git branch --all')}`);
}

interface GitBranch {
  readonly remote: string;
  readonly branch: string;
}

/** Names the command that brings the branch, in a form that also works where a clone has only its own. */
async function refuseUnfetched(git: Git, unknown: string, { remote, branch }: GitBranch): Promise<MigrateError> {
  const shallow = (await git(['rev-parse', '--is-shallow-repository'])).text.trim() === 'true';
  const message = `git does not know ${unknown} here.${shallow ? ' This is a shallow clone.' : ''}`;
  if (!/^\w[\w./+#-]*$/.test(branch) || /^(?:HEAD$|refs\/)/.test(branch)) return refuseUnknownRef(message);
  const ref = /^[0-9a-f]{40}$/.test(branch) ? branch : `${branch}:refs/remotes/${remote}/${branch}`;
  // Only where the history is cut off already: --depth would cut off a whole one.
  const words = ['git', 'fetch', ...(shallow ? ['--depth=1'] : []), quoteArgument(remote), quoteArgument(ref)];
  return new MigrateError('BASE_UNKNOWN', message, shell(words.join(' ')));
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
    tree.set(composeName(name), { name, content: mode === '120000' ? '' : content });
  }
  return tree;
}

/** Those that one of the trees has under the same name. */
function listComparisons(migrations: readonly Migration[], trees: readonly Tree[]): readonly FileComparison[] {
  return migrations
    .map((migration) => ({ migration, contents: listContents(migration.name, trees) }))
    .filter(({ contents }) => contents.length > 0);
}

function findEntry(tree: Tree, name: string): readonly TreeEntry[] {
  const entry = tree.get(composeName(name));
  return entry === undefined || entry.content === '' ? [] : [entry];
}

function listContents(name: string, trees: readonly Tree[]): readonly string[] {
  return [...new Set(trees.flatMap((tree) => tree.get(composeName(name))?.content || []))];
}

/** Each name that is gone is taken once. */
function findRenamed(
  added: readonly Migration[],
  gone: readonly { readonly name: string; readonly contents: readonly string[] }[],
  isSame: (comparison: FileComparison) => boolean,
): readonly Renaming[] {
  const left = new Set(gone);
  return added.flatMap((migration) => {
    const found = [...left].find(({ contents }) => isSame({ migration, contents }));
    if (found === undefined) return [];
    left.delete(found);
    return [{ from: found.name, to: migration.name }];
  });
}
