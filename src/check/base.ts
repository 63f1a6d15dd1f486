/** Compares the migrations of a branch with those of the branch that it will be merged into. */

import { compareNames, type Migration } from '../history/migration.ts';

/** The migrations of the base branch, and what this branch did to them. */
export interface BaseMigrations {
  /** The name in git: `main`, or `origin/main`. */
  readonly ref: string;
  /** The hash of its last commit. */
  readonly commit: string;
  /** The migrations of that commit. */
  readonly names: readonly string[];
  /** The migrations at the commit where this branch left the base; if that is not known, those of the base's last commit. */
  readonly before: readonly string[];
  /** Names of migrations here whose file differs from the base's in more than line ends. */
  readonly edited: readonly string[];
  /** New names here for files that the base has under names which are gone here. */
  readonly renamed: readonly Renaming[];
  /** The base's files whose names are gone here; only if something is new here. */
  readonly goneFiles: readonly Migration[];
}

export interface Renaming {
  /** The base's name. */
  readonly from: string;
  readonly to: string;
}

/** Which migrations are here and not in the base, and the reverse. */
export interface Moves {
  /** Migrations here that the base neither has nor had. */
  readonly added: readonly Migration[];
  /** Names that the base has, that it had when this branch left it, and that are gone here. A migration added to the base later is not gone. */
  readonly gone: readonly string[];
}

export interface BaseComparison {
  /** The base's last migration; null if it has none. */
  readonly last: string | null;
  /** New here, and sorting before the base's last one: a database that has that one would get these too late. */
  readonly outOfOrder: readonly Migration[];
  readonly edited: readonly Migration[];
  /** The base's files under other names; they are neither out of order nor deleted. */
  readonly renamed: readonly RenamedMigration[];
  /** The base's files under the same names. */
  readonly settled: readonly Migration[];
  /** Names that are gone here, together with their files. */
  readonly deleted: readonly string[];
}

export interface RenamedMigration {
  readonly migration: Migration;
  /** The base's name. */
  readonly from: string;
}

export function compareWithBase(migrations: readonly Migration[], base: BaseMigrations): BaseComparison {
  const edited = collectNames(base.edited);
  const renamings = new Map(base.renamed.map(({ from, to }) => [composeName(to), from]));
  const replaced = collectNames(base.renamed.map(({ from }) => from));
  const { added, gone } = findMoves(migrations, base);
  const renamed = added.flatMap((migration) => {
    const from = renamings.get(composeName(migration.name));
    return from === undefined ? [] : [{ migration, from }];
  });
  const moved = new Set(renamed.map(({ migration }) => migration));
  const fresh = added.filter((migration) => !moved.has(migration));
  const last = [...base.names].sort(compareNames).at(-1) ?? null;
  const isEdited = ({ name }: Migration) => edited.has(composeName(name));
  return {
    last,
    outOfOrder: fresh.filter(({ name }) => last !== null && compareNames(name, last) < 0),
    edited: migrations.filter(isEdited),
    renamed,
    settled: migrations.filter((migration) => !fresh.includes(migration) && !isEdited(migration)),
    deleted: gone.filter((name) => !replaced.has(composeName(name))),
  };
}

export function findMoves(
  migrations: readonly Migration[],
  { names, before }: Pick<BaseMigrations, 'names' | 'before'>,
): Moves {
  const known = collectNames([...names, ...before]);
  const [here, atTip] = [collectNames(migrations.map(({ name }) => name)), collectNames(names)];
  return {
    added: migrations.filter(({ name }) => !known.has(composeName(name))),
    gone: before.filter((name) => atTip.has(composeName(name)) && !here.has(composeName(name))),
  };
}

/** One form of a name with accents, since some file systems change the form. */
export function composeName(name: string): string {
  return name.normalize('NFC');
}

function collectNames(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(composeName));
}
