/** `check`: tells without any database whether the migrations can be merged. */

import { withoutDoubtedKeys } from '../drift/judge.ts';
import type { RefusedWish } from '../drift/prisma-defaults.ts';
import { compareWithPrisma, type PrismaComparison } from '../drift/prisma-schema.ts';
import { explainBrokenText } from '../findings/broken-text.ts';
import { reportFinding } from '../findings/report.ts';
import { mayHaveRun } from '../findings/tell.ts';
import { describeNames } from '../findings/unknown-names.ts';
import type { Migration } from '../history/migration.ts';
import { analyseMigration, findBlockers } from '../plan/analyse.ts';
import type { Outside, SchemaEngine } from '../ports.ts';
import { type Replayed, replayAsFarAsPossible } from '../replay/replay.ts';
import type { UnknownUse } from '../replay/replay-statement.ts';
import { buildUnsureJudge, type Unreplayed, type Unsure } from '../replay/unreplayed.ts';
import type { Difference } from '../schema/compare/difference.ts';
import { findOwnTables, selectSchema } from '../schema/model/selection.ts';
import { findQuotedJson } from '../schema/prisma/default-clauses.ts';
import { findBrokenPlaces } from '../sql/broken.ts';
import { foldName } from '../sql/identifiers.ts';
import { endless } from '../text/sentence.ts';
import type { TrackerTable } from '../tracker/tracker.ts';
import { type BaseMigrations, compareWithBase } from './base.ts';
import { describeBase } from './check-base.ts';
import { declareIt, describeUnreplayable, judgeUnreplayed, onlyOld } from './check-replay.ts';
import type { CheckProblem } from './problem.ts';

/** The user's schema.prisma, read by Prisma's engine. */
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
  /** null if the project has none, which is a warning. */
  readonly schema: CheckedSchema | null;
  /** null if there is no branch to compare with. */
  readonly base: BaseMigrations | null;
  /** Functions that the project declares as its server's; folded. */
  readonly declaredFunctions: ReadonlySet<string>;
}

export interface CheckResult {
  /** In the order of the files; problems of no single file come last. */
  readonly problems: readonly CheckProblem[];
  /**
   * Left is the result of the replay, right is schema.prisma; null if they were not compared: there is no
   * schema.prisma, or the result is not known.
   */
  readonly differences: readonly Difference[] | null;
  /** Parts of schema.prisma for which Prisma writes SQL that SQLite refuses. */
  readonly refused: readonly RefusedWish[];
  /** Statements that were not replayed as they are written. */
  readonly unreplayed: readonly Unreplayed[];
  /** The objects that these leave out of the comparison. */
  readonly unsure: Unsure;
}

/** @throws MigrateError ENGINE_MISSING, SCHEMA_INVALID, SCHEMA_ENGINE_FAILED */
export async function checkProject(input: CheckInput): Promise<CheckResult> {
  const { migrations, base } = input;
  const comparison = base && compareWithBase(migrations, base);
  const settled = new Set(comparison?.settled);
  const last = migrations.at(-1);
  const texts = migrations.flatMap((migration) => {
    const texts = checkText(migration, input.outside.tracker);
    if (base === null) return texts.map((text) => (migration === last ? text.problem : softenOld(text)));
    return texts.map(({ problem }) => (settled.has(migration) ? soften(problem, base) : problem));
  });
  const consents = migrations.flatMap(checkConsents);
  const order = base && comparison ? await describeBase(input, comparison, base) : [];
  const { replayed, prismaComparison, unknown } = await compareReplayed(input);
  const judged = await judgeUnreplayed(input, replayed.unreplayed, comparison);
  const failures = describeUnreplayable(judged, replayed.unsure, texts);
  const problems = sortByFile(
    [...texts, ...consents, ...order, ...describeUnknown(unknown, input), ...failures],
    migrations,
  );
  const differences = prismaComparison?.differences ?? null;
  return {
    problems: [
      ...problems,
      ...describeSchema(input.schema, differences ?? []),
      ...describeRefused(input.schema, prismaComparison?.refused ?? []),
    ],
    differences,
    refused: prismaComparison?.refused ?? [],
    unreplayed: replayed.unreplayed,
    unsure: replayed.unsure,
  };
}

interface TextProblem {
  readonly problem: CheckProblem;
  /** True if the statement may have run in a database that has the migrations after it. */
  readonly mayHaveRun: boolean;
}

function checkText(migration: Migration, tracker: TrackerTable): readonly TextProblem[] {
  const shared = { kind: 'problem', migration: migration.name, path: migration.path } as const;
  const broken = findBrokenPlaces(migration.sql).map(({ line, text, fault }, index) => {
    const message = explainBrokenText(fault, index === 0 ? findQuotedJson(migration.sql) : null);
    const problem = { ...shared, code: 'does-not-split' as const, line, sql: text, message };
    return { problem, mayHaveRun: false };
  });
  const blockers = findBlockers(analyseMigration(migration), tracker).flatMap((finding) => {
    if (finding.kind !== 'blocker') return [];
    const { line, sql, message } = reportFinding(finding);
    return [{ problem: { ...shared, code: finding.code, line, sql, message }, mayHaveRun: mayHaveRun(finding) }];
  });
  return [...broken, ...blockers];
}

/** Always an error: this file may be corrected even if the base has it. */
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

/** The branch cannot correct what the base has: to edit it would be the next problem. */
function soften(problem: CheckProblem, { ref }: BaseMigrations): CheckProblem {
  const message = `${problem.message} This is only a warning, because ${ref} has the same file.`;
  return { ...problem, kind: 'warning', message };
}

/** For an old file: it ran in databases that have the migrations after it. */
function softenOld({ problem, ...text }: TextProblem): CheckProblem {
  if (!text.mayHaveRun) return problem;
  return { ...problem, kind: 'warning', message: `${problem.message} ${onlyOld}` };
}

interface ComparedFolder {
  readonly replayed: Replayed;
  /** Left are the migrations, right is schema.prisma; null if there is none. */
  readonly prismaComparison: PrismaComparison | null;
  /** Statements that were left out. */
  readonly unknown: readonly UnknownUse[];
}

async function compareReplayed(input: CheckInput): Promise<ComparedFolder> {
  const { outside, migrations, schema, declaredFunctions } = input;
  const unknown: UnknownUse[] = [];
  const noteUnknown = (one: UnknownUse) => unknown.push(one);
  const helpers = { declaredFunctions, noteUnknown, failureOnRows: 'counts' } as const;
  const replayed = await replayAsFarAsPossible(outside, migrations, helpers);
  if (schema === null || replayed.unsure === 'everything') return { replayed, prismaComparison: null, unknown };
  const { engine, externalTables } = schema;
  const selected = selectSchema(replayed.schema, { externalTables, ownTables: findOwnTables(migrations) });
  const isDoubted = buildUnsureJudge(replayed.unsure);
  const { differences, refused } = await compareWithPrisma({ engine, outside, schema: selected });
  const { unsure } = replayed;
  const sure = withoutDoubtedKeys(differences, { unsure, schema: selected }).filter((one) => !isDoubted(one));
  return { replayed, prismaComparison: { differences: sure, refused }, unknown };
}

/** A function that only the server may have: the effect of the statement is not known here, so it was not run. */
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

function sortByFile(problems: readonly CheckProblem[], migrations: readonly Migration[]): readonly CheckProblem[] {
  const places = new Map(migrations.map(({ name }, place) => [name, place]));
  const findPlace = ({ migration }: CheckProblem) => places.get(migration ?? '') ?? migrations.length;
  return [...problems].sort(
    (left, right) => findPlace(left) - findPlace(right) || (left.line ?? 0) - (right.line ?? 0),
  );
}

function describeSchema(schema: CheckedSchema | null, differences: readonly Difference[]): readonly CheckProblem[] {
  const shared = { migration: null, line: null } as const;
  if (schema === null) {
    const message =
      'There is no schema.prisma here, so the migrations were not compared with one. Name it with --schema.';
    return [{ ...shared, kind: 'warning', code: 'schema-missing', path: null, sql: null, message }];
  }
  return differences.map((difference) => ({
    ...shared,
    kind: 'problem',
    code: 'schema-differs',
    path: schema.path,
    sql: showSides(difference),
    message: describeSchemaProblem(difference),
  }));
}

function describeRefused(schema: CheckedSchema | null, refused: readonly RefusedWish[]): readonly CheckProblem[] {
  if (schema === null) return [];
  return refused.map(({ sql, message, advice }) => ({
    kind: 'warning',
    code: 'schema-refused',
    migration: null,
    path: schema.path,
    line: null,
    sql,
    message: `SQLite refuses what Prisma writes for it: ${endless(message)}. ${advice}`,
  }));
}

/** Left are the migrations, right is schema.prisma. */
function describeSchemaProblem({ kind, object, name, table, left, right }: Difference): string {
  if (table === '') return 'schema.prisma describes something else than the migrations make.';
  const what = `the ${object.replace('-', ' ')} ${name}`;
  if (kind !== 'existence') return `The migrations make ${what} with another ${kind.replace('-', ' ')}.`;
  if (left === null) return `schema.prisma has ${what}, but no migration makes it.`;
  return right === null
    ? `The migrations make ${what}, but schema.prisma does not have it.`
    : `The migrations make ${what} differently.`;
}

function showSides({ kind, left, right }: Difference): string | null {
  if (kind === 'existence') return right ?? left;
  return `migrations:    ${left ?? '(none)'}\nschema.prisma: ${right ?? '(none)'}`;
}
