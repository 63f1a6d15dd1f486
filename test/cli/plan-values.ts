/** Plans as values, for what is shown of them. */

import { createPaint } from '../../src/adapters/terminal/paint.ts';
import type { Screen } from '../../src/adapters/terminal/streams.ts';
import type { Finding } from '../../src/findings/catalogue.ts';
import { worded } from '../../src/findings/worded.ts';
import type { Plan, PlannedMigration, PlannedStatement } from '../../src/plan/plan.ts';

export function buildScreen(columns: number | null): Screen {
  return { columns, paint: createPaint('plain') };
}

export function buildStatement(line: number, sql: string, more: Partial<PlannedStatement> = {}): PlannedStatement {
  return { line, sql, action: 'run', skip: null, reason: null, sent: sql, before: [], after: [], guards: [], ...more };
}

export function buildMigration(name: string, more: Partial<PlannedMigration> = {}): PlannedMigration {
  return {
    name,
    path: `prisma/migrations/${name}/migration.sql`,
    checksum: '',
    retry: false,
    statements: [],
    rebuilds: [],
    sizes: [],
    consents: [],
    foreignKeysOff: false,
    keyChecks: [],
    schemaAfter: 'after',
    unfinishedRows: [],
    staleRows: [],
    findings: [],
    ...more,
  };
}

export function buildPlan(migrations: readonly PlannedMigration[], more: Partial<Plan> = {}): Plan {
  return {
    id: '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293a4b5',
    target: { type: 'server', name: 'libsql://shop-acme.turso.io', url: 'https://shop-acme.turso.io' },
    asked: null,
    migrations,
    findings: [],
    ...more,
  };
}

const nowhere = { migration: null, line: null, sql: null };

/** Every finding that the tests speak of: of the plan as a whole, unless more is said. */
export const findings = {
  duplicates: worded({ ...nowhere, kind: 'blocker', code: 'duplicates', message: '"email" has duplicates.' }),
  loss: worded({ ...nowhere, kind: 'hazard', code: 'data-loss', message: 'Drops "fax".' }),
  trigger: worded({ ...nowhere, kind: 'hazard', code: 'drops-trigger', message: 'Its trigger is dropped:' }),
  kept: worded({ ...nowhere, kind: 'note', code: 'kept', message: 'The trigger "log" is made again.' }),
  lock: worded({ ...nowhere, kind: 'note', code: 'long-lock', message: 'It may take long.' }),
  breaks: worded({ ...nowhere, kind: 'note', code: 'breaks-running-code', message: 'Code that reads "fax" fails.' }),
} as const satisfies Readonly<Record<string, Finding>>;
