/** The migrations of a branch compared with those of the branch that it is going to be merged into. */

import { compareNames, type Migration } from './migration.ts';

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
}

export interface BaseComparison {
  /** The base's last migration; null when it has none. */
  readonly last: string | null;
  /** New here, and sorting before the base's last one: databases that have that one would get these too late. */
  readonly outOfOrder: readonly Migration[];
  readonly edited: readonly Migration[];
  /** The base's, as they are there. */
  readonly settled: readonly Migration[];
  /** Names that the base has and had, and that are gone here. What the base got since is not gone: it is yet to come. */
  readonly deleted: readonly string[];
}

export function compareWithBase(migrations: readonly Migration[], base: BaseMigrations): BaseComparison {
  const known = collectNames([...base.names, ...base.before]);
  const edited = collectNames(base.edited);
  const [here, atTip] = [collectNames(migrations.map(({ name }) => name)), collectNames(base.names)];
  const last = [...base.names].sort(compareNames).at(-1) ?? null;
  const isKnown = ({ name }: Migration) => known.has(normalizeName(name));
  const isEdited = ({ name }: Migration) => edited.has(normalizeName(name));
  return {
    last,
    outOfOrder: migrations.filter(
      (migration) => !isKnown(migration) && last !== null && compareNames(migration.name, last) < 0,
    ),
    edited: migrations.filter(isEdited),
    settled: migrations.filter((migration) => isKnown(migration) && !isEdited(migration)),
    deleted: base.before.filter((name) => atTip.has(normalizeName(name)) && !here.has(normalizeName(name))),
  };
}

/** One form for a name with accents, which some file systems change. */
export function normalizeName(name: string): string {
  return name.normalize('NFC');
}

function collectNames(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(normalizeName));
}
