/** Compares files with those that git has stored, apart from line ends and git's own filters. */

import { MigrateError } from '../../errors.ts';
import type { Migration } from '../../history/migration.ts';
import { say, shell } from '../../text/prose.ts';
import type { Git, GitAnswer } from './git-process.ts';
import { migrationFromBytes, scriptName } from './migrations.ts';
import { describeSize, largest } from './regular-file.ts';

/** A migration, and the contents that its file may have, by their hashes. */
export interface FileComparison {
  readonly migration: Migration;
  readonly contents: readonly string[];
}

/** @returns whether a migration's file is one of the contents, for the migrations and contents that are given here. */
export async function readComparer(
  git: Git,
  comparisons: readonly FileComparison[],
): Promise<(comparison: FileComparison) => boolean> {
  const comparable = comparisons.filter(({ contents }) => contents.length > 0);
  const names = comparable.map(({ migration }) => migration.name);
  const hashes = await hashFiles(git, names);
  const hashOf = new Map(names.map((name, index) => [name, hashes[index] ?? '']));
  const isStored = ({ migration, contents }: FileComparison) => contents.includes(hashOf.get(migration.name) ?? '');
  const suspects = comparable.filter((comparison) => !isStored(comparison));
  const files = await readContents(git, [...new Set(suspects.flatMap(({ contents }) => contents))]);
  return (comparison) => {
    const { migration, contents } = comparison;
    return isStored(comparison) || contents.some((content) => isSameFile(migration, files.get(content)));
  };
}

/** @returns the files as git has stored them, but for what is no text. */
export async function readStored(
  git: Git,
  files: readonly { readonly name: string; readonly content: string }[],
): Promise<readonly Migration[]> {
  const contents = await readContents(git, [...new Set(files.map(({ content }) => content))]);
  return files.flatMap(({ name, content }) => {
    const bytes = contents.get(content);
    return bytes === undefined ? [] : (parseStored(name, bytes, `${name}/${scriptName}`) ?? []);
  });
}

/** The hashes that git would store, with line ends and filters as its attributes say; none if a filter cannot be run. */
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
  await refuseLarge(git, hashes);
  const { bytes } = await askForBlobs(git, '--batch', hashes);
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\n', at);
    if (lineEnd < 0) throw refuseUnread(bytes.toString('utf8', at));
    const { hash, size } = parseHead(bytes.toString('utf8', at, lineEnd));
    const start = lineEnd + 1;
    contents.set(hash, bytes.subarray(start, start + size));
    at = start + size + 1;
  }
  return contents;
}

/** Asked for these only: in a clone without contents, git fetches what it is asked about. */
async function refuseLarge(git: Git, hashes: readonly string[]): Promise<void> {
  const { text } = await askForBlobs(git, '--batch-check', hashes);
  const sizes = text.split('\n').flatMap((line) => (line === '' ? [] : [parseHead(line).size]));
  if (Math.max(...sizes) <= largest.script && sizes.reduce((sum, size) => sum + size, 0) <= largest.scripts) return;
  throw new MigrateError(
    'BASE_UNKNOWN',
    `The base has a ${scriptName} that is larger than ${describeSize(largest.script)}, or several that are together larger than ${describeSize(largest.scripts)}; they are not read.`,
    'Compare with a base that has no such file, or leave --base out.',
  );
}

async function askForBlobs(git: Git, how: '--batch' | '--batch-check', hashes: readonly string[]): Promise<GitAnswer> {
  const answer = await git(['cat-file', how], hashes.map((hash) => `${hash}\n`).join(''));
  if (answer.code !== 0) throw refuseUnread(answer.stderr);
  return answer;
}

/** @throws MigrateError BASE_UNKNOWN for what is missing or is no file */
function parseHead(line: string): { readonly hash: string; readonly size: number } {
  const [, hash = '', size = ''] = /^([0-9a-f]+) blob (\d+)$/.exec(line) ?? [];
  if (hash === '') throw refuseUnread(line);
  return { hash, size: Number(size) };
}

/** Line ends do not count: where git converts none, somebody else may have. */
function isSameFile(migration: Migration, bytes: Buffer | undefined): boolean {
  if (bytes === undefined) return false;
  const other = parseStored(migration.name, bytes, migration.path);
  if (other === null) return false;
  const own = listForms(migration);
  return listForms(other).some((checksum) => own.includes(checksum));
}

/** Null when it is no text, as no migration here is. */
function parseStored(name: string, bytes: Buffer, path: string): Migration | null {
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

export function refuseUnread(stderr: string): MigrateError {
  const reason = stderr.trim().split('\n')[0] ?? '';
  return new MigrateError(
    'BASE_UNKNOWN',
    `git could not read the base: ${reason}`,
    say`Fix the repository: ${shell('git fsck')}`,
  );
}
