/** A production, a migration, and what the plan makes of it: planned on the real engine, applied to it, and looked at. */

import { expect } from 'vitest';
import { applyMigrations } from '../../src/apply/apply.ts';
import { collectConsents } from '../../src/consents/consent.ts';
import type { PlannedStatement } from '../../src/plan/plan.ts';
import { allFindings } from '../../src/plan/plan.ts';
import type { TestProduction } from '../apply/production.ts';
import { findingsOf, migrationsOf, openApplied, planOn, testOutside } from './plan-on.ts';

export interface Told {
  readonly production: TestProduction;
  /** `kind code@line`. */
  readonly findings: readonly string[];
  readonly statements: readonly PlannedStatement[];
  /** Names of all that the schema has afterwards, without the tracker's own; null where the plan is blocked. */
  readonly there: readonly string[] | null;
}

/** The names of Prisma's copy of a table, and the statements around what is done to it. */
export function rebuild(table: string, columns: string, copied: string): readonly string[] {
  return [
    'PRAGMA foreign_keys=OFF',
    `CREATE TABLE "new_${table}" (${columns})`,
    `INSERT INTO "new_${table}" (${copied}) SELECT ${copied} FROM "${table}"`,
    `DROP TABLE "${table}"`,
    `ALTER TABLE "new_${table}" RENAME TO "${table}"`,
  ];
}

/** @param schema what production has; a migration has made it. @param byHand what it has beside that. */
export async function tell(
  schema: readonly string[],
  statements: readonly string[],
  byHand: readonly string[] = [],
): Promise<Told> {
  const files = {
    '1_before': schema.map((sql) => `${sql};\n`).join(''),
    '2_now': statements.map((sql) => `${sql};\n`).join(''),
  };
  const production = await openApplied({ '1_before': '' }, [...schema, ...byHand]);
  const migrations = migrationsOf(files);
  await production.run({
    sql: 'UPDATE "_prisma_migrations" SET checksum = ?',
    args: [migrations[0]?.checksum ?? ''],
  });
  const planned = await planOn(production, files);
  const told = { production, findings: findingsOf(planned), statements: planned.plan.migrations[0]?.statements ?? [] };
  if (told.findings.some((finding) => finding.startsWith('blocker'))) return { ...told, there: null };
  const consents = collectConsents(allFindings(planned.plan));
  const result = await applyMigrations({
    database: production.database,
    migrations,
    outside: testOutside(),
    consents,
    timeoutSeconds: 10,
    confirm: async () => ({ type: 'yes', consents: [] }),
  });
  expect([result.outcome, result.error?.message]).toEqual(['applied', undefined]);
  const rows = await production.rows(
    `SELECT name FROM sqlite_schema WHERE tbl_name <> '_prisma_migrations' AND name NOT LIKE 'sqlite%' ORDER BY name`,
  );
  return { ...told, there: rows.flat().map(String) };
}
