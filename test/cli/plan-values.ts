/** Plans as values, for what is shown of them. */

import { createPaint } from '../../src/adapters/terminal/paint.ts';
import type { Screen } from '../../src/adapters/terminal/streams.ts';
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
    id: '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-00',
    target: { type: 'server', name: 'libsql://shop-acme.turso.io', url: 'https://shop-acme.turso.io' },
    asked: null,
    ranOn: null,
    migrations,
    findings: [],
    ...more,
  };
}
