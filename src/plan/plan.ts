/** A plan: what `apply` would do to one target, as a value with an id. */

import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import { buildLossKey, type Loss } from '../findings/loss.ts';
import { findEffect, isHazardOfRows } from '../findings/tell.ts';
import type { WrittenConsent } from '../history/migration.ts';
import type { Target } from '../target/target.ts';
import { command } from '../text/prose.ts';
import type { KeyCheck } from './key-checks.ts';

/**
 * `identical`, `different`: what it would create is there already. `foreign-keys`: its setting is made around the transaction.
 * `left-out`: a pragma without which the migration does the same.
 */
export type Skip = 'identical' | 'different' | 'foreign-keys' | 'left-out';

/** Decided by a statement's text and by its rehearsal; neither changes the text. */
export interface StatementDecision {
  readonly action: 'run' | 'skip';
  /** Why it is skipped; null when it runs. */
  readonly skip: Skip | null;
  /** The same in words. */
  readonly reason: string | null;
  /** Added around it, in the same transaction, to preserve what the statement would drop; empty if it is skipped. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Must hold right before it, or something is lost. Consent to a loss that the plan showed lifts its guard. */
  readonly guards: readonly DataGuard[];
}

export interface PlannedStatement extends StatementDecision {
  /** 1-based line of the migration's file. */
  readonly line: number;
  /** As it stands in the file. */
  readonly sql: string;
  /** The text that is sent: the same statement, made safe to repeat or to read. */
  readonly sent: string;
}

/** An assertion about rows, made inside the transaction. */
export interface DataGuard {
  /** Of the hazard that it would be. */
  readonly code: 'data-loss' | 'leaves-broken';
  /** An SQL expression that is true where nothing would be lost. */
  readonly holds: string;
  /** Lost if it is not. */
  readonly loss: Loss;
  /** The migration that would lose it, where the guard stands in an earlier one: the last place where it can tell. */
  readonly migration?: string;
}

/** True if production has what the statement would create, the same or another. */
export function isAlreadyThere(statement: StatementDecision): boolean {
  return statement.skip === 'identical' || statement.skip === 'different';
}

/** A run of statements that replaces a table by a changed copy of itself. */
export interface Rebuild {
  readonly table: string;
  /** The name of the changed copy until it is renamed. */
  readonly replacement: string;
  /** Indexes into the migration's statements, both included. */
  readonly first: number;
  readonly last: number;
}

/** How much a rebuild copies, as far as it was measured. */
export interface RebuildSize {
  readonly table: string;
  readonly rows: number;
  /** The values in these rows, without indexes and overhead. */
  readonly bytes: number;
  /** True if measuring stopped there: there may be more. */
  readonly atLeast: boolean;
}

export interface PlannedMigration {
  readonly name: string;
  readonly path: string;
  readonly checksum: string;
  /** True if an earlier attempt was rolled back. */
  readonly retry: boolean;
  readonly statements: readonly PlannedStatement[];
  readonly rebuilds: readonly Rebuild[];
  /** Of the rebuilt tables that production has; empty where it was not asked. */
  readonly sizes: readonly RebuildSize[];
  /** From the file `migrate-prod.allow` beside it. */
  readonly consents: readonly WrittenConsent[];
  /** True if the file switches foreign keys off: then they are off around its transaction. */
  readonly foreignKeysOff: boolean;
  /** The foreign keys whose violations are compared before and after; empty unless `foreignKeysOff`. */
  readonly keyChecks: readonly KeyCheck[];
  /** The fingerprint that the schema must have when it is done; null where the rehearsal did not get there. */
  readonly schemaAfter: string | null;
  /** Rows of another tool that say it was begun; they are marked rolled back in the same transaction. */
  readonly unfinishedRows: readonly string[];
  /** Rows of attempts with another file; their checksum becomes the file's when it succeeds, because Prisma compares the first row it finds. */
  readonly staleRows: readonly string[];
  readonly findings: readonly Finding[];
}

/** The cost of asking production about its rows. */
export interface Asked {
  readonly questions: number;
  /** How many of them have no answer: it took too long, or the database could not give one. */
  readonly unanswered: number;
  /** As the server counts and bills them; null if it does not say. */
  readonly rowsRead: number | null;
}

/** The rows of production that the plan ran on, on a copy in memory. */
export interface RanOn {
  /** The tables that were fetched, each with all of its rows. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** Names of tables whose rows the plan meets, and that were not fetched: they are too large. */
  readonly left: readonly string[];
  /** Whether every statement ran, and none met the rows of a table that was not fetched. */
  readonly isWhole: boolean;
}

export interface Plan {
  readonly id: string;
  readonly target: Target;
  /** null where there was nothing to ask. */
  readonly asked: Asked | null;
  /** null where no rows were fetched. */
  readonly ranOn: RanOn | null;
  readonly migrations: readonly PlannedMigration[];
  /** Findings of the plan as a whole; those of a migration are with it. */
  readonly findings: readonly Finding[];
}

/** Every finding of a plan, the migrations' first. */
export function allFindings(plan: Plan): readonly Finding[] {
  return [...plan.migrations.flatMap((migration) => migration.findings), ...plan.findings];
}

/** True if every migration was run to its end on the mirror, and the mirror had production's schema. */
export function wasRehearsed(plan: Plan): boolean {
  return (
    plan.migrations.length > 0 &&
    plan.migrations.every((migration) => migration.schemaAfter !== null) &&
    !allFindings(plan).some((finding) => findEffect(finding) === 'unseen')
  );
}

/** The parts of an id. Never row counts, never the time. */
export interface PlanParts {
  readonly target: string;
  readonly files: string;
  readonly tracker: string;
  readonly schema: string;
  readonly actions: string;
  /** Which hazards the rows make, never how many rows. */
  readonly hazards: string;
}

/** The migrations and what is allowed beside them, with the reasons: another reason is another review. */
export function describeFiles(migrations: readonly PlannedMigration[]): string {
  const describe = ({ name, checksum, consents }: PlannedMigration) => {
    const lines = consents.map(({ code, reason }) => `${code}: ${reason}`);
    return [name, checksum, ...lines.sort()];
  };
  return JSON.stringify(migrations.map(describe));
}

/** The statements that would be run, with their guards. */
export function describeActions(migrations: readonly PlannedMigration[]): string {
  const describeGuard = ({ code, holds, loss, migration }: DataGuard) => [
    code,
    holds,
    buildLossKey(loss),
    migration ?? null,
  ];
  return JSON.stringify(
    migrations.map(({ name, foreignKeysOff, unfinishedRows, statements }) => [
      name,
      foreignKeysOff,
      unfinishedRows,
      statements.map(({ line, action, sent, before, after, guards }) => [
        line,
        action,
        sent,
        before,
        after,
        guards.map(describeGuard),
      ]),
    ]),
  );
}

/** The hazards that production's rows make: each by its place, never by what it says, which has numbers in it. */
export function describeRowHazards(findings: readonly Finding[]): string {
  const places = findings
    .filter(isHazardOfRows)
    .map(({ code, place, losses }) =>
      JSON.stringify([code, place.migration, place.line, (losses ?? []).map(buildLossKey)]),
    );
  return [...new Set(places)].sort().join('\n');
}

/** Part of every id: a plan of another release that would act differently is another plan. */
const planFormat = 4;

const idParts = [
  'target',
  'files',
  'tracker',
  'schema',
  'actions',
  'hazards',
] as const satisfies readonly (keyof PlanParts)[];

const partNames: Readonly<Record<keyof PlanParts, string>> = {
  target: 'the target',
  files: 'the migration files',
  tracker: "the tracker's rows",
  schema: "production's schema",
  actions: 'what would be run',
  hazards: "the hazards that production's rows make",
};

/** How many digits of an id are of the whole, and how many of each part. */
const digits = { short: 8, rest: 24, part: 4 } as const;

const exampleId = '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293a4b5';

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{24}-[0-9a-f]{24}$/;

/** Of earlier releases: 40 bits in all, so that a harmful plan could be made to fit the id of a harmless one. */
const oldIdPattern = /^[0-9a-f]{8}-[0-9a-f]{12}$/;

const partOfIdPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{0,24}(?:-[0-9a-f]{0,23})?)?$/;

/**
 * An id of the form `7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293a4b5`: 128 bits over everything, of which the
 * first eight digits are the plan's short name, then four digits for each part. The parts decide nothing: of two
 * different ids they tell which part moved.
 */
export function buildPlanId(parts: PlanParts, sha256: (text: string) => string): string {
  const digests = idParts.map((part) => sha256(`${planFormat}\n${part}\n${parts[part]}`));
  const whole = sha256(digests.join('\n'));
  return [
    whole.slice(0, digits.short),
    whole.slice(digits.short, digits.short + digits.rest),
    digests.map((digest) => digest.slice(0, digits.part)).join(''),
  ].join('-');
}

export function isPlanId(text: string): boolean {
  return idPattern.test(text);
}

/** The name that people see; too short to apply a plan by. */
export function findShortName(id: string): string {
  return id.slice(0, digits.short);
}

/**
 * White space around it and upper case, as a variable or a copy may bring along, are taken off.
 * @throws MigrateError USAGE when the text is no plan's id.
 */
export function parsePlanId(text: string): string {
  const given = text.trim();
  const id = given.toLowerCase();
  if (isPlanId(id)) return id;
  throw new MigrateError('USAGE', `${describeNoId(id, given)} Nothing was written.`, command('plan'));
}

/** @param given as it was typed: only so can a token in the wrong place be told, and withheld. */
function describeNoId(id: string, given: string): string {
  if (id === '') return '--plan was given nothing: the variable or the file that should hold the id is empty.';
  if (oldIdPattern.test(id)) {
    return `${given} is the id of a plan by an earlier release. Such a short id could be forged; a plan made now has a longer one.`;
  }
  if (partOfIdPattern.test(id)) {
    return `${given} is only a part of a plan's id; --plan needs the whole id, such as ${exampleId}.`;
  }
  return `--plan takes the id of a plan, as in ${exampleId}; it was given ${given}.`;
}

/** @returns the parts that differ between two ids, in words; empty where the difference does not show. */
export function comparePlanIds(left: string, right: string): readonly string[] {
  const [ofLeft, ofRight] = [left, right].map((id) => id.slice(id.lastIndexOf('-') + 1));
  const take = (part: string | undefined, index: number) => part?.slice(index * digits.part, (index + 1) * digits.part);
  const moved = idParts.filter((_, index) => take(ofLeft, index) !== take(ofRight, index));
  if (!moved.includes('files')) return moved.map((part) => partNames[part]);
  // What is run, and what that puts at stake, follows from the files.
  const changesRuns = moved.includes('actions');
  const files = changesRuns ? 'which of them are to be applied (--to)' : 'a migrate-prod.allow beside them';
  const follows = ['files', ...(changesRuns ? ['actions', 'hazards'] : [])];
  const others = moved.filter((part) => !follows.includes(part));
  return [`${partNames.files} or ${files}`, ...others.map((part) => partNames[part])];
}
