/** Migrations as a plan has them, for tests of what is sent: short to write, and whole. */

import { createHash } from 'node:crypto';
import type { Attempt, AttemptedMigration } from '../../src/apply/batch.ts';
import type { DataGuard, PlannedMigration, PlannedStatement } from '../../src/plan/plan.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function plannedStatement(sql: string, more: Partial<PlannedStatement> = {}): PlannedStatement {
  return {
    line: 1,
    sql,
    action: 'run',
    skip: null,
    reason: null,
    sent: sql,
    before: [],
    after: [],
    guards: [],
    ...more,
  };
}

/** A statement that is there already, and left out. */
export const skipped = (sql: string): PlannedStatement => plannedStatement(sql, { action: 'skip', skip: 'identical' });

/** @param holds what must be true before the statement. */
export function guardOf(holds: string, more: Partial<DataGuard> = {}): DataGuard {
  return { code: 'data-loss', holds, loss: { kind: 'rows', table: 'Customer' }, ...more };
}

export function plannedMigration(
  name: string,
  statements: readonly (string | PlannedStatement)[],
  more: Partial<PlannedMigration> = {},
): PlannedMigration {
  return {
    name,
    path: `prisma/migrations/${name}/migration.sql`,
    checksum: `checksum of ${name}`,
    retry: false,
    statements: statements.map((statement) =>
      typeof statement === 'string' ? plannedStatement(statement) : statement,
    ),
    rebuilds: [],
    sizes: [],
    consents: [],
    foreignKeysOff: false,
    keyChecks: [],
    schemaAfter: null,
    unfinishedRows: [],
    staleRows: [],
    findings: [],
    ...more,
  };
}

export const attempt: Attempt = { id: 'attempt', foreignKeys: true, tracker: prismaTracker };

/** Any schema may come of it, unless `allowUnrehearsed` is set to false. */
export function attempted(migration: PlannedMigration, more: Partial<AttemptedMigration> = {}): AttemptedMigration {
  return {
    migration,
    rowId: `row of ${migration.name}`,
    failureId: `failure of ${migration.name}`,
    logs: `{"by":"${migration.name}"}`,
    allowViolations: false,
    allowUnrehearsed: migration.schemaAfter === null,
    ...more,
  };
}
