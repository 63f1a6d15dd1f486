/** A plan: what `apply` would do to one target, as a value with an id. */

import type { Finding } from '../findings/catalogue.ts';
import type { Loss } from '../findings/loss.ts';
import { findEffect } from '../findings/tell.ts';
import type { WrittenConsent } from '../history/migration.ts';
import type { Target } from '../target/target.ts';
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
  readonly code: 'data-loss';
  /** An SQL expression that is true where nothing would be lost. */
  readonly holds: string;
  /** Lost if it is not. */
  readonly loss: Loss;
  /** The code of the hazard that tells of it, where that is another; so that consent to it lifts the guard. */
  readonly toldAs?: 'column-order' | 'leaves-broken';
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
