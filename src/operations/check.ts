/** `check`: whether the migrations are fit to be merged, told without any database. */

import { type BaseComparison, type BaseMigrations, compareWithBase } from '../core/migrations/base.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { analyseMigration } from '../core/plan/analyse.ts';
import type { blockerCodes } from '../core/plan/findings.ts';
import { describeNames, findUnknownName } from '../core/sandbox/unknown-names.ts';
import type { Difference } from '../core/schema/difference.ts';
import { findOwnTables, selectSchema } from '../core/schema/selection.ts';
import { findBrokenPlaces } from '../core/sql/broken.ts';
import { classify } from '../core/sql/classify.ts';
import { foldName } from '../core/sql/identifiers.ts';
import { listSome } from '../core/text/list.ts';
import { endless } from '../core/text/sentence.ts';
import type { Outside, SchemaEngine } from '../ports.ts';
import { explainWords } from './rehearse-statement.ts';
import { type ReplayFailure, replayFromNothing, type UnknownUse } from './replay.ts';
import { readWantedDifferences } from './wanted.ts';

/** Those of the check itself. */
export const checkCodes = [
  'does-not-split',
  'consent-file',
  'replay-failed',
  'unknown-function',
  'schema-differs',
  'schema-missing',
  'out-of-order',
  'edited',
  'renamed',
  'deleted',
  'base-empty',
] as const;

export interface CheckProblem {
  readonly kind: 'problem' | 'warning';
  /** One of the check's own, or a blocker that shows in the file's text. */
  readonly code: (typeof checkCodes)[number] | (typeof blockerCodes)[number];
  readonly migration: string | null;
  /** The file, as shown to people; null where there is none. */
  readonly path: string | null;
  readonly line: number | null;
  readonly sql: string | null;
  readonly message: string;
}

/** What schema.prisma says, behind the engine that understands it. */
export interface CheckedSchema {
  readonly engine: SchemaEngine;
  /** As shown to people. */
  readonly path: string;
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
}

export interface CheckInput {
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** Null when the project has none: a warning. */
  readonly schema: CheckedSchema | null;
  /** Null when nothing is to be compared with a branch. */
  readonly base: BaseMigrations | null;
  /** Functions that the project says its server has; folded. */
  readonly declaredFunctions: ReadonlySet<string>;
}

export interface CheckResult {
  /** In the order of the files; what concerns no single file comes last. */
  readonly problems: readonly CheckProblem[];
  /** Left is what the replay makes, right is schema.prisma; null where they were not compared: after a failure, or without one. */
  readonly differences: readonly Difference[] | null;
}

/** @throws MigrateError ENGINE_MISSING, SCHEMA_INVALID, SCHEMA_ENGINE_FAILED */
export async function checkProject(input: CheckInput): Promise<CheckResult> {
  const { migrations, base } = input;
  const comparison = base && compareWithBase(migrations, base);
  const settled = new Set(comparison?.settled);
  const texts = migrations.flatMap((migration) => {
    const problems = checkText(migration);
    return base && settled.has(migration) ? problems.map((problem) => soften(problem, base)) : problems;
  });
  const consents = migrations.flatMap(checkConsents);
  const order =
    base && comparison ? [...describeComparison(comparison, base), ...describeEmptyBase(migrations, base)] : [];
  const { failure, differences, unknown } = await compareReplayed(input);
  const problems = sortByFile(
    [...texts, ...consents, ...order, ...describeUnknown(unknown, input), ...describeFailure(failure, texts)],
    migrations,
  );
  return {
    problems: [...problems, ...describeSchema(input.schema, differences)],
    differences,
  };
}

/** What can be told from the text of the file. */
function checkText(migration: Migration): readonly CheckProblem[] {
  const shared = { kind: 'problem', migration: migration.name, path: migration.path } as const;
  const broken = findBrokenPlaces(migration.sql).map(({ line, text, message }) => {
    return { ...shared, code: 'does-not-split' as const, line, sql: text, message };
  });
  const blockers = analyseMigration(migration).blockers.flatMap((finding) => {
    if (finding.kind !== 'blocker') return [];
    const { code, line, sql, message } = finding;
    return [{ ...shared, code, line, sql, message }];
  });
  return [...broken, ...blockers];
}

/** Never softened: this file may be mended whatever the base has. */
function checkConsents({ name, consentProblems = [] }: Migration): readonly CheckProblem[] {
  return consentProblems.map(({ path, line, text, message, next }) => ({
    kind: 'problem',
    code: 'consent-file',
    migration: name,
    path,
    line,
    sql: text,
    message: `It ${message}. ${next}`,
  }));
}

/** Nothing in this branch can mend what the base has: editing it would be the next problem. */
function soften(problem: CheckProblem, { ref }: BaseMigrations): CheckProblem {
  const message = `${problem.message} Only a warning, because ${ref} has the file as it is.`;
  return { ...problem, kind: 'warning', message };
}

function describeComparison(
  { last, outOfOrder, edited, renamed, deleted }: BaseComparison,
  { ref }: BaseMigrations,
): readonly CheckProblem[] {
  const shared = { kind: 'problem', line: null, sql: null } as const;
  return [
    ...renamed.map(({ migration: { name, path }, from }) => ({
      ...shared,
      code: 'renamed' as const,
      migration: name,
      path,
      message: `Its file is the one that ${ref} has as ${from}, which is gone here. A database that has applied it knows it under that name, and refuses it under this one.`,
    })),
    ...outOfOrder.map(({ name, path }) => ({
      ...shared,
      code: 'out-of-order' as const,
      migration: name,
      path,
      message: `It is new here, but sorts before ${last}, which ${ref} has already: a database that has that one gets them in another order than this folder says.`,
    })),
    ...edited.map(({ name, path }) => ({
      ...shared,
      code: 'edited' as const,
      migration: name,
      path,
      message: `Its file is not the one that ${ref} has. A database that has applied it does not run it again: the change belongs into a new migration.`,
    })),
    ...describeDeleted(deleted, ref),
  ];
}

function describeDeleted(names: readonly string[], ref: string): readonly CheckProblem[] {
  if (names.length === 0) return [];
  const gone =
    names.length === 1
      ? `${names[0]} is gone here, and ${ref} has it.`
      : `${names.length} migrations are gone here that ${ref} has: ${listSome(names)}.`;
  const message = `${gone} As part of a squash that is all right; what was renamed and edited needs its old name and file back.`;
  return [{ kind: 'warning', code: 'deleted', migration: null, path: null, line: null, sql: null, message }];
}

/** Right for a first migration; otherwise what looks like a comparison was none. */
function describeEmptyBase(migrations: readonly Migration[], { ref, names }: BaseMigrations): readonly CheckProblem[] {
  if (names.length > 0 || migrations.length === 0) return [];
  const message = `${ref} has no migration in this folder, so these were compared with none. That is right for a project's first ones; if the folder was moved in this branch, nothing has looked at whether they are still what ${ref} has.`;
  return [{ kind: 'warning', code: 'base-empty', migration: null, path: null, line: null, sql: null, message }];
}

interface Replayed {
  readonly failure: ReplayFailure | null;
  /** Left are the migrations, right is schema.prisma; null where they were not compared. */
  readonly differences: readonly Difference[] | null;
  /** What was left out. */
  readonly unknown: readonly UnknownUse[];
}

async function compareReplayed(input: CheckInput): Promise<Replayed> {
  const { outside, migrations, schema, declaredFunctions } = input;
  const unknown: UnknownUse[] = [];
  const noteUnknown = (one: UnknownUse) => unknown.push(one);
  const made = await replayFromNothing(outside, migrations, {
    declaredFunctions,
    noteUnknown,
    failureOnRows: 'counts',
  });
  if ('message' in made) return { failure: made, differences: null, unknown };
  if (schema === null) return { failure: null, differences: null, unknown };
  const { engine, externalTables } = schema;
  const selected = selectSchema(made, { externalTables, ownTables: findOwnTables(migrations) });
  const differences = await readWantedDifferences({ engine, outside, schema: selected });
  return { failure: null, differences, unknown };
}

const declareIt =
  'If the server has it, write the name into migrate-prod.functions in the migrations folder: the statement is left out then.';

/** A function that only the server may have: nobody can tell here what the statement does, so it was not run. */
function describeUnknown(unknown: readonly UnknownUse[], { declaredFunctions }: CheckInput): readonly CheckProblem[] {
  return unknown
    .filter(({ name }) => !declaredFunctions.has(foldName(name)))
    .map(({ type, name, migration, line, sql }) => ({
      kind: 'warning',
      code: 'unknown-function',
      migration: migration.name,
      path: migration.path,
      line,
      sql,
      message: `It needs ${describeNames([{ type, name }])}, which libSQL itself does not have, so it was not tried. ${declareIt}`,
    }));
}

/** A statement of which the reason is told already is not told to fail as well. */
function describeFailure(failure: ReplayFailure | null, told: readonly CheckProblem[]): readonly CheckProblem[] {
  if (failure === null) return [];
  const { code, migration, path, line, sql, message } = failure;
  const end = line + sql.split('\n').length - 1;
  const isTold = told.some(
    (problem) =>
      problem.kind === 'problem' &&
      problem.migration === migration &&
      problem.line !== null &&
      problem.line >= line &&
      problem.line <= end,
  );
  if (isTold) return [];
  const unknown = findUnknownName(message, sql);
  const words = unknown === null ? explainWords(message, { kind: classify(sql), sql }) : ` ${declareIt}`;
  const reason = `${endless(message)}.${words}`;
  const said =
    code === 'reaches-outside'
      ? `It leaves the database: ${reason} What comes after it was not run.`
      : `It fails on a new database: ${reason} What comes after it was not run.`;
  return [{ kind: 'problem', code, migration, path, line, sql, message: said }];
}

function sortByFile(problems: readonly CheckProblem[], migrations: readonly Migration[]): readonly CheckProblem[] {
  const places = new Map(migrations.map(({ name }, place) => [name, place]));
  const findPlace = ({ migration }: CheckProblem) => places.get(migration ?? '') ?? migrations.length;
  return [...problems].sort(
    (left, right) => findPlace(left) - findPlace(right) || (left.line ?? 0) - (right.line ?? 0),
  );
}

function describeSchema(
  schema: CheckedSchema | null,
  differences: readonly Difference[] | null,
): readonly CheckProblem[] {
  const shared = { migration: null, line: null } as const;
  if (schema === null) {
    const message = 'There is no schema.prisma here, so the migrations were compared with none. --schema names one.';
    return [{ ...shared, kind: 'warning', code: 'schema-missing', path: null, sql: null, message }];
  }
  return (differences ?? []).map((difference) => ({
    ...shared,
    kind: 'problem',
    code: 'schema-differs',
    path: schema.path,
    sql: showSides(difference),
    message: describeSchemaProblem(difference),
  }));
}

/** Left are the migrations, right is schema.prisma. */
function describeSchemaProblem({ kind, object, name, table, left, right }: Difference): string {
  if (table === '') return 'schema.prisma wants something else than the migrations make.';
  const what = `the ${object.replace('-', ' ')} ${name}`;
  if (kind !== 'existence') return `The migrations make ${what} with another ${kind.replace('-', ' ')}.`;
  if (left === null) return `schema.prisma has ${what}, and no migration makes it.`;
  return right === null
    ? `The migrations make ${what}, and schema.prisma has none.`
    : `The migrations make ${what} otherwise.`;
}

function showSides({ kind, left, right }: Difference): string | null {
  if (kind === 'existence') return right ?? left;
  return `migrations:    ${left ?? '(none)'}\nschema.prisma: ${right ?? '(none)'}`;
}
