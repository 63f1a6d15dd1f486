/** The next step after `check`: the single one that solves most problems. */

import { isSchemaAhead } from '../drift/judge.ts';
import { nameMigration } from '../drift/migration-name.ts';
import { MigrateError } from '../errors.ts';
import { compareNames, type Migration } from '../history/migration.ts';
import type { Difference } from '../schema/compare/difference.ts';
import { listSome } from '../text/list.ts';
import { command, type Sayable, say, shell } from '../text/prose.ts';
import { quoteArgument, quotePath } from '../text/shell.ts';
import type { BaseMigrations } from './base.ts';
import type { CheckResult } from './check.ts';
import type { CheckProblem } from './problem.ts';

/** The result of `check`, with its input. */
export interface Checked extends CheckResult {
  readonly migrations: readonly Migration[];
  readonly base: BaseMigrations | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * A name comes first: with a wrong name, files run in an order that was not intended. A file that does not run comes
 * before problems of the resulting schema.
 * @returns null if there are at most warnings
 */
export function findNext(checked: Checked): Sayable | null {
  const { base } = checked;
  const problems = checked.problems.filter(({ kind }) => kind === 'problem');
  if (problems.length === 0) return null;
  const renamed = problems.find(({ code }) => code === 'renamed');
  const from = base?.renamed.find(({ to }) => to === renamed?.migration)?.from;
  if (renamed && from !== undefined) return renderRename(renamed, from);
  const early = problems.find(({ code }) => code === 'out-of-order');
  if (early) return findLaterPlace(early, checked);
  const inFile = problems.find(({ line, code }) => line !== null || code === 'consent-file');
  if (inFile) return say`Fix ${quoteArgument(renderPlace(inFile))}, then ${command('check')}`;
  const edited = problems.filter(({ code }) => code === 'edited');
  if (edited.length > 0 && base) {
    const paths = edited.flatMap(({ path }) => (path === null ? [] : quoteArgument(path)));
    return shell(`git restore --source=${quoteArgument(base.ref)} -- ${paths.join(' ')}`);
  }
  return describeSchemaNext(checked.differences ?? [], checked);
}

function renderPlace({ path, line }: CheckProblem): string {
  return line === null ? `${path}` : `${path}:${line}`;
}

/** Not `git mv`, which refuses a folder that git does not know yet. */
function renderRename({ migration, path }: CheckProblem, name: string): Sayable {
  const folder = findFolder(path);
  const renamed = `${folder.slice(0, folder.length - (migration ?? '').length)}${name}`;
  return shell(`mv ${quotePath(folder)} ${quotePath(renamed)}`);
}

function findFolder(path: string | null): string {
  return (path ?? '').replace(/\/[^/]*$/, '');
}

function findLaterPlace(early: CheckProblem, { migrations, base, now }: Checked): Sayable {
  // After everything that is here, so that the next one to be renamed can come after this one.
  const last = [...(base?.names ?? []), ...migrations.map(({ name }) => name)].sort(compareNames).at(-1) ?? null;
  const later = findLaterName(early.migration ?? '', now, last);
  if (later !== null) return renderRename(early, later);
  return say`Rename ${quoteArgument(findFolder(early.path))} so that it comes after ${quoteArgument(last ?? '')}, then ${command('check')}`;
}

/** The same words with a later time; null if no time is late enough. */
function findLaterName(name: string, now: number, last: string | null): string | null {
  try {
    return nameMigration(name.replace(/^\d+_?/, '') || 'renamed', now, last);
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}

/** Left are the migrations, right is schema.prisma. `prisma migrate dev` changes the left side into the right one. */
function describeSchemaNext(differences: readonly Difference[], { refused }: Pick<Checked, 'refused'>): Sayable {
  if (isSchemaAhead(differences)) {
    return refused.length === 0
      ? shell('npx prisma migrate dev')
      : say`${shell('npx prisma migrate dev --create-only')}, then write in the new file what SQLite takes (schema-refused says how)`;
  }
  const surplus = differences.filter(({ kind, right }) => kind === 'existence' && right === null);
  const changed = differences.filter(({ kind, left }) => kind !== 'existence' || left !== null);
  const verb = surplus.length > 0 ? 'drops' : 'changes';
  const names = (surplus.length > 0 ? surplus : changed).map(
    ({ object, name }) => `${object.replace('-', ' ')} ${quoteArgument(name)}`,
  );
  return say`Change schema.prisma to what the migrations make (${shell('npx prisma db pull')} does, on a local database that has them). Until then, ${shell('npx prisma migrate dev')} would write a migration that ${verb} ${listSome([...new Set(names)])}: run it only if you want that.`;
}
