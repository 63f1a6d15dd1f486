/** The migrations of a branch compared with those of the branch that it is going to be merged into. */

import { compareNames, type Migration } from '../history/migration.ts';

/** What the base branch has, and what was done to it here. */
export interface BaseMigrations {
  /** As git knows it: `main`, or `origin/main`. */
  readonly ref: string;
  /** The hash of its last commit. */
  readonly commit: string;
  /** The migrations of that commit. */
  readonly names: readonly string[];
  /** The migrations where this branch left the base; those of its last commit where that is not known. */
  readonly before: readonly string[];
  /** Names of those here whose file is not the base's, other than in its line ends. */
  readonly edited: readonly string[];
  /** New names here for a file that the base has under a name that is gone here. */
  readonly renamed: readonly Renaming[];
  /** The base's files whose names are gone here, as it has them; only where something is new here. */
  readonly goneFiles: readonly Migration[];
}

export interface Renaming {
  /** The name that the base has. */
  readonly from: string;
  readonly to: string;
}

/** What is here and not there, and the other way round. */
export interface Moves {
  /** Those here that the base neither has nor had. */
  readonly added: readonly Migration[];
  /** Names that the base has and had, and that are gone here. What the base got since is not gone: it is yet to come. */
  readonly gone: readonly string[];
}

export interface BaseComparison {
  /** The base's last migration; null when it has none. */
  readonly last: string | null;
  /** New here, and sorting before the base's last one: databases that have that one would get these too late. */
  readonly outOfOrder: readonly Migration[];
  readonly edited: readonly Migration[];
  /** The base's files under other names; neither out of order nor deleted. */
  readonly renamed: readonly RenamedMigration[];
  /** The base's, as they are there. */
  readonly settled: readonly Migration[];
  /** Names that are gone here, and their files with them. */
  readonly deleted: readonly string[];
}

export interface RenamedMigration {
  readonly migration: Migration;
  /** The name that the base has. */
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

/** One form for a name with accents, which some file systems change. */
export function composeName(name: string): string {
  return name.normalize('NFC');
}

function collectNames(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(composeName));
}
