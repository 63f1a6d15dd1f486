/** A shop whose Customer is rebuilt, and what production says of it before and after. */

import { expect } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { replaySides } from '../../../src/drift/schemas.ts';
import { compareHistory } from '../../../src/history/history.ts';
import { apply, type Finding, type MigrationSource, plan } from '../../../src/index.ts';
import { readProduction } from '../../../src/production/gather.ts';
import { compareSchemas } from '../../../src/schema/compare/compare.ts';
import { describeDifference } from '../../../src/schema/compare/difference.ts';
import { createOutside } from '../../../src/wiring.ts';
import { withDatabase } from '../../support/database.ts';
import type { TestTarget } from '../../support/targets.ts';

export const shop: MigrationSource = {
  name: '1_shop',
  sql: `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "name" TEXT, "fax" TEXT);
CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER NOT NULL REFERENCES "Customer" ("id") ON DELETE CASCADE);
CREATE TABLE "Log" ("text" TEXT);
CREATE INDEX "Customer_email_idx" ON "Customer"("email");`,
};

export const rows: readonly string[] = [
  `INSERT INTO "Customer" ("id", "email", "name") VALUES (1, 'a@shop', 'A'), (2, 'b@shop', NULL), (7, 'c@shop', 'C')`,
  `INSERT INTO "Order" VALUES (1, 1), (2, 2), (3, 2)`,
  `DELETE FROM "Log"`,
];

interface Rebuilding {
  /** Statements before the rebuild, between its DROP and its RENAME, and after it. */
  readonly before?: string;
  readonly inside?: string;
  readonly after?: string;
  /** The columns besides id and email, with their definitions. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly foreignKeys?: 'off' | 'on';
}

const sameColumns = { name: `"name" TEXT NOT NULL DEFAULT ''`, fax: '"fax" TEXT' };
export const withoutFax = { name: sameColumns.name };

/** As Prisma writes it. */
export function rebuildCustomer(rebuilding: Rebuilding = {}): string {
  const { before = '', inside = '', after = '', columns = sameColumns, foreignKeys = 'off' } = rebuilding;
  const names = ['id', 'email', ...Object.keys(columns)].map((name) => `"${name}"`);
  const values = names.map((name) => (name === '"name"' ? `coalesce("name", '')` : name));
  const [off, on] = foreignKeys === 'off' ? ['PRAGMA foreign_keys=OFF;', 'PRAGMA foreign_keys=ON;'] : ['', ''];
  return `${off}
${before}
CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, ${Object.values(columns).join(', ')});
INSERT INTO "new_Customer" (${names.join(', ')}) SELECT ${values.join(', ')} FROM "Customer";
DROP TABLE "Customer";
${inside}
ALTER TABLE "new_Customer" RENAME TO "Customer";
CREATE INDEX "Customer_email_idx" ON "Customer"("email");
${after}
${on}`;
}

/** Type, name and text of what is no table, but for what SQLite makes by itself. */
export async function readObjects(target: TestTarget): Promise<readonly string[]> {
  const found = await target.sql(
    `SELECT type || ' ' || name || ': ' || sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY 1`,
  );
  return found.map(([text]) => String(text));
}

const ours: ReadonlySet<Finding['code']> = new Set(['kept', 'drops-trigger', 'drops-index', 'rehearsal-failed']);

/** Of the plan, those that this is about. */
export async function findOurs(
  target: TestTarget,
  migrations: readonly MigrationSource[],
): Promise<readonly Finding[]> {
  const { migrations: planned } = (await plan({ url: target.url, migrations })).plan;
  return planned.flatMap(({ findings }) => findings.filter(({ code }) => ours.has(code)));
}

export async function applyAll(target: TestTarget, ...migrations: readonly MigrationSource[]): Promise<void> {
  const { error, outcome } = await apply({
    url: target.url,
    migrations,
    allow: ['drops-referenced', 'data-loss'],
  });
  expect([error, outcome]).toEqual([null, 'applied']);
}

/** Where production and the migrations, replayed, do not agree. */
export async function compareReplayed(
  { url }: TestTarget,
  sources: readonly MigrationSource[],
): Promise<readonly string[]> {
  const migrations = sources.map(({ name, sql }) => migrationFromText(name, sql));
  return withDatabase(url, async (database) => {
    const production = await readProduction(database);
    const history = compareHistory(migrations, production.trackerRows);
    const outside = createOutside('test', '0');
    const sides = await replaySides({ outside, production, history, migrations, externalTables: [] });
    if (sides.recorded.type === 'unknown') return [sides.recorded.reason];
    const differences = compareSchemas(sides.production.objects, sides.recorded.schema.objects, 'everything');
    return differences.map((difference) =>
      describeDifference(difference, { left: 'production', right: 'the migrations' }),
    );
  });
}

export const trigger = (table: string, body: string, name = 'audit') =>
  `CREATE TRIGGER "${name}" AFTER UPDATE ON "${table}" BEGIN ${body}; END`;
export const audit = trigger('Customer', `INSERT INTO "Log" VALUES ('old')`);
export const otherAudit = trigger('Customer', `INSERT INTO "Log" VALUES ('new')`);
export const lower = 'CREATE INDEX "by_email" ON "Customer" (lower("email"))';
export const otherLower = 'CREATE INDEX "by_email" ON "Customer" (lower("email")) WHERE "name" <> \'\'';
export const active = 'CREATE VIEW "active" AS SELECT "id" FROM "Customer"';
export const otherActive = 'CREATE VIEW "active" AS SELECT "id", "email" FROM "Customer"';

/** `type name: text`, as `readObjects` lists it. */
export const show = (sql: string) => `${/^CREATE (\w+) "(\w+)"/.exec(sql)?.slice(1).join(' ').toLowerCase()}: ${sql}`;
export const emailIndex = 'index Customer_email_idx: CREATE INDEX "Customer_email_idx" ON "Customer"("email")';

/** The shop with rows, and what these statements make by hand. */
export async function beginShop(target: TestTarget, ...statements: readonly string[]): Promise<TestTarget> {
  await applyAll(target, shop);
  await target.sql(...rows, ...statements);
  return target;
}

/** The shop's migration, and its rebuild. */
export function rebuildShop(rebuilding: Rebuilding): readonly MigrationSource[] {
  return [shop, { name: '2_rebuild', sql: rebuildCustomer(rebuilding) }];
}
