/** Uses everything once that a migration concerns, before it and after it: what fails only afterwards, it has broken. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { type LeavesBrokenArgs, leavesBroken } from '../../findings/leaves-broken.ts';
import { readNames } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { findUnknownName } from '../../sandbox/unknown-names.ts';
import { findFreeName } from '../../schema/fix/definition.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { listSpokenNames, listWords } from '../../sql/words.ts';
import type { Target } from '../../target/target.ts';
import { type AnalysedMigration, isInsideRebuild } from '../analyse.ts';
import { type BrokenUse, type Concerned, openUseFinder } from './broken-uses.ts';
import { listSchemaChanges, type SchemaChange } from './changes.ts';

/** Follows a plan from migration to migration. */
export interface Uses {
  /** Before the migration, with foreign keys on. */
  begin(analysed: AnalysedMigration): UsesOfMigration;
  /** When the plan has ended. @returns findings about objects of the plan itself that a later migration of it mends. */
  listMended(): ReadonlySet<Finding>;
}

interface UsesOfMigration {
  /**
   * When it has ended, with foreign keys on again.
   * @param told what is said of it already: that is said once.
   */
  findBroken(told: readonly Finding[]): readonly Finding[];
}

/** @param target a server may have functions and modules that the mirror lacks. */
export function openUses(mirror: Mirror, target: Target['type']): Uses {
  const words = new Map<string, ReadonlySet<string>>();
  const wordsOf = (sql: string) => {
    const known = words.get(sql) ?? listSpokenNames(sql);
    words.set(sql, known);
    return known;
  };
  const finder = openUseFinder(mirror, wordsOf);
  /** What production has: only that may be broken without a migration of the plan. */
  const atFirst = readNames(mirror);
  const tried = new Set<string>();
  /** What is broken as far as it is known, by what was tried. */
  const known = new Map<string, ReadonlySet<string>>();
  const isUnknown = (key: string) => !tried.has(key) && atFirst.has(key.slice(key.indexOf(' ') + 1));
  const tryAll = (concerned: Concerned, isToTry: (key: string) => boolean) => {
    const found = finder.find(concerned, isToTry);
    for (const [key, broken] of found) {
      tried.add(key);
      known.set(key, new Set(broken.map((use) => identify(use))));
    }
    return [...found.values()].flat();
  };
  /** Tables that the plan renames, by their names before that. */
  const renamed = new Set<string>();
  /** What is told of what the plan itself has made. */
  const ofPlan = new Map<Finding, BrokenUse>();
  const isOfPlan = (use: BrokenUse) => use.type !== 'table' && !atFirst.has(foldName(nameOf(use)));
  return {
    listMended: () => {
      if (ofPlan.size === 0) return new Set();
      const broken = [...finder.find(joinUses([...ofPlan.values()]), () => true).values()].flat();
      const still = new Set(broken.map((use) => identify(use)));
      // Under another name it may be as broken as before.
      const isMended = (use: BrokenUse) => !still.has(identify(use)) && !renamed.has(foldName(nameOf(use)));
      return new Set([...ofPlan].flatMap(([finding, use]) => (isMended(use) ? [finding] : [])));
    },
    begin: (analysed) => {
      for (const { table } of listRenames(analysed)) renamed.add(foldName(table));
      const changes = listSchemaChanges(mirror, analysed);
      const concerned = joinChanges(changes);
      if ([...concerned.names, ...concerned.written].some((name) => atFirst.has(name))) tryAll(concerned, isUnknown);
      return {
        findBroken: (told) => {
          if (changes.length === 0) return [];
          const before = new Set([...known.values()].flatMap((broken) => [...broken]));
          const isNew = (use: BrokenUse) =>
            !before.has(identify(use)) && !before.has(identify(use, followRenames(analysed)));
          const isSure = (use: BrokenUse) =>
            target === 'file' ||
            findUnknownName(use.reason, use.type === 'object' ? (use.object.sql ?? '') : '') === null;
          const broken = tryAll(concerned, () => true).filter((use) => isNew(use) && isSure(use));
          const once = [...new Map(broken.map((use) => [identify(use), use])).values()];
          return once
            .filter((use) => !goesWithView(use, broken) && !told.some((finding) => isTold(finding, use)))
            .map((use) => {
              const finding = report(mirror, analysed, changes, use, wordsOf);
              if (isOfPlan(use)) ofPlan.set(finding, use);
              return finding;
            });
        },
      };
    },
  };
}

function joinChanges(changes: readonly SchemaChange[]): Concerned {
  return {
    names: new Set(changes.flatMap(({ names }) => names)),
    parents: new Set(changes.flatMap(({ parents }) => parents)),
    written: new Set(changes.flatMap(({ written }) => written)),
  };
}

/** What has to be tried to see whether they are still broken. */
function joinUses(uses: readonly BrokenUse[]): Concerned {
  const isOnTable = (use: BrokenUse) => use.type !== 'object' || use.object.type === 'trigger';
  const tableOf = (use: BrokenUse) => (use.type === 'object' ? use.object.table : nameOf(use));
  return {
    names: new Set(uses.filter((use) => use.type === 'object').map((use) => foldName(tableOf(use)))),
    parents: new Set(),
    written: new Set(uses.filter(isOnTable).map((use) => foldName(tableOf(use)))),
  };
}

function nameOf(use: BrokenUse): string {
  switch (use.type) {
    case 'object':
      return use.object.name;
    case 'key':
      return use.child;
    case 'table':
      return use.table;
  }
}

function identify(use: BrokenUse, name: (name: string) => string = foldName): string {
  switch (use.type) {
    case 'object':
      return `${use.object.type} ${name(use.object.name)}`;
    case 'key':
      return `key ${JSON.stringify([name(use.child), name(use.parent)])}`;
    case 'table':
      return `table ${name(use.table)}`;
  }
}

/** Without those of rebuilds: a copy had no name of its own. */
function listRenames({ statements, rebuilds }: AnalysedMigration) {
  return statements.flatMap(({ kind }, index) =>
    kind.type === 'rename-table' && !isInsideRebuild(rebuilds, index) ? [kind] : [],
  );
}

/** @returns what a table was called, folded, before the migration renamed it. */
function followRenames(analysed: AnalysedMigration): (name: string) => string {
  const renames = listRenames(analysed);
  return (name) =>
    foldName(renames.reduceRight((current, { table, to }) => (sameName(current, to) ? table : current), name));
}

/** A view's triggers go with it, and are not told beside it. */
function goesWithView(use: BrokenUse, broken: readonly BrokenUse[]): boolean {
  if (use.type !== 'object' || use.object.type !== 'trigger') return false;
  const { table } = use.object;
  return broken.some(
    (other) => other.type === 'object' && other.object.type === 'view' && sameName(other.object.name, table),
  );
}

function isTold(finding: Finding, use: BrokenUse): boolean {
  const isSame = ({ type, name }: Pick<SchemaObject, 'type' | 'name'>) =>
    use.type === 'object' && use.object.type === type && sameName(use.object.name, name);
  switch (finding.code) {
    case 'leaves-broken':
      return finding.args.what === 'object' && isSame(finding.args.object);
    case 'drops-trigger':
      return isSame(finding.args.object);
    case 'rehearsal-failed': {
      if (finding.args.what === 'breaks-reader') return isSame(finding.args.object);
      if (finding.args.what !== 'points-to-gone') return false;
      const { type, name } = finding.args.reader;
      return type === 'view' ? isSame({ type, name }) : use.type === 'key' && sameName(use.child, name);
    }
    default:
      return false;
  }
}

function report(
  mirror: Mirror,
  analysed: AnalysedMigration,
  changes: readonly SchemaChange[],
  use: BrokenUse,
  wordsOf: (sql: string) => ReadonlySet<string>,
): Finding {
  const statement = analysed.statements[findPlace(analysed, changes, use, wordsOf)];
  const place = { migration: analysed.migration.name, line: statement?.line ?? null, sql: statement?.sql ?? null };
  const { kind } = statement ?? {};
  const isMade =
    use.type === 'object' &&
    ((kind?.type === 'create-view' && use.object.type === 'view') ||
      (kind?.type === 'create-trigger' && use.object.type === 'trigger') ||
      (kind?.type === 'create-virtual-table' && use.object.type === 'table')) &&
    sameName(kind.name, use.object.name);
  return find(leavesBroken, 'hazard', place, describe(mirror, use, isMade));
}

function describe(mirror: Mirror, use: BrokenUse, isMade: boolean): LeavesBrokenArgs {
  switch (use.type) {
    case 'object': {
      const { object, reason } = use;
      if (object.type === 'table') return { what: 'full-text', index: object.name, sql: object.sql ?? '', reason };
      return { what: 'object', object, reason, ...(isMade ? { isMade: true } : {}) };
    }
    case 'key': {
      const { child, parent, reason, toBeUnique } = use;
      const wanted = `${parent}_${toBeUnique?.join('_')}_key`;
      const unique = toBeUnique && { columns: toBeUnique, index: findFreeName(wanted, readNames(mirror)) };
      return { what: 'key', child, parent, reason, unique };
    }
    case 'table':
      return { what: 'writes', table: use.table, reason: use.reason };
  }
}

/** The statement that is to blame: the last that the engine's words are about, or that what is broken names. */
function findPlace(
  { rebuilds, statements }: AnalysedMigration,
  changes: readonly SchemaChange[],
  use: BrokenUse,
  wordsOf: (sql: string) => ReadonlySet<string>,
): number {
  const makes = (index: number) => {
    const kind = statements[index]?.kind;
    return (
      use.type === 'object' && kind !== undefined && 'name' in kind && sameName(String(kind.name), use.object.name)
    );
  };
  const said = listWords(use.reason);
  const named = listNamed(use, wordsOf);
  const isAbout = (words: ReadonlySet<string>) => (change: SchemaChange) =>
    [...change.names, ...change.written, ...change.columns].some((name) => words.has(name));
  const own = named.size === 0 ? [] : changes.filter(isAbout(named));
  const change =
    own.findLast(isAbout(said)) ?? own.findLast(({ index }) => makes(index)) ?? own.at(-1) ?? changes.at(-1);
  const index = change?.index ?? 0;
  return isInsideRebuild(rebuilds, index) ? (rebuilds.find(({ last }) => index <= last)?.first ?? index) : index;
}

function listNamed(use: BrokenUse, wordsOf: (sql: string) => ReadonlySet<string>): ReadonlySet<string> {
  switch (use.type) {
    case 'object':
      return wordsOf(use.object.sql ?? '');
    case 'key':
      return new Set([foldName(use.child), foldName(use.parent)]);
    case 'table':
      return new Set([foldName(use.table)]);
  }
}
