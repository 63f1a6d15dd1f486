/** What a long file costs: four times as many statements take about four times as much, never sixteen times. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { apply } from '../../../src/index.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Mirror } from '../../../src/ports.ts';
import { createOutside, openDatabase } from '../../../src/wiring.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';

const tables = Array.from(
  { length: 400 },
  (_, index) => `CREATE TABLE "Small${index}" ("id" INTEGER PRIMARY KEY, "name" TEXT);`,
);
const init = {
  name: '20260101000000_init',
  sql: `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT, "note" TEXT);
CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer" ("email");
${tables.join('\n')}`,
};

/** Milliseconds of CPU from which on a time is compared with another one. */
const shortest = 150;

interface Shape {
  readonly what: string;
  /** How many statements at first; four times as many afterwards. */
  readonly count: number;
  readonly statement: (index: number) => string;
  /** Not for more than these: the engine itself looks through all tables for each new one. */
  readonly most?: number;
}

const insert = (index: number) =>
  `INSERT INTO "Customer" ("id", "email", "note") VALUES (${index + 10}, 'customer${index}@shop.example', 'a note')`;

const shapes: readonly Shape[] = [
  { what: 'INSERTs', count: 1000, statement: insert },
  {
    what: 'INSERTs with OR REPLACE',
    count: 250,
    statement: (index) => insert(index).replace('INTO', 'OR REPLACE INTO'),
  },
  {
    what: 'upserts',
    count: 600,
    statement: (index) => `${insert(index)} ON CONFLICT ("id") DO UPDATE SET "note" = excluded."note"`,
  },
  {
    what: 'UPDATEs by key',
    count: 1500,
    statement: (index) => `UPDATE "Customer" SET "note" = 'n' WHERE "id" = ${index}`,
  },
  { what: 'DELETEs by key', count: 600, statement: (index) => `DELETE FROM "Customer" WHERE "id" = ${index}` },
  {
    what: 'DELETEs of a table that nothing refers to',
    count: 1500,
    statement: (index) => `DELETE FROM "Order" WHERE "id" = ${index}`,
  },
  {
    what: 'INSERTs, UPDATEs and DELETEs in turn',
    count: 1500,
    statement: (index) =>
      [
        insert(index),
        `UPDATE "Customer" SET "note" = 'n' WHERE "id" = ${index}`,
        `DELETE FROM "Order" WHERE "id" = ${index}`,
      ][index % 3] ?? '',
  },
  {
    what: 'copies of rows',
    count: 500,
    statement: (index) => `INSERT INTO "Order" ("customerId") SELECT "id" FROM "Customer" WHERE "id" = ${index}`,
  },
  {
    what: 'INSERTs into a table of the file itself',
    count: 1500,
    statement: (index) =>
      index === 0
        ? 'CREATE TABLE "Made" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL UNIQUE)'
        : `INSERT INTO "Made" ("id", "name") VALUES (${index}, 'name ${index}')`,
  },
  {
    what: 'new tables',
    count: 300,
    most: 300,
    statement: (index) => `CREATE TABLE "Made${index}" ("id" INTEGER PRIMARY KEY)`,
  },
  {
    what: 'UPDATEs of many tables',
    count: 100,
    statement: (index) => `UPDATE "Small${index % 400}" SET "name" = trim("name")`,
  },
];

describe('a file of four times as many statements takes about four times as long to plan:', () => {
  let folder = '';
  let path = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrate-prod-long-'));
    path = join(folder, 'production.db');
    openEmbedded(path).close();
    await apply({ url: `file:${path}`, migrations: [init] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function planOnce(sql: string) {
    const outside = createOutside('test', '0');
    const target = { type: 'file', path, name: `file:${path}` } as const;
    const database = await openDatabase({ target, token: null, timeoutSeconds: 60, create: 'must-exist' });
    let calls = 0;
    const count = (mirror: Mirror): Mirror => ({
      ...mirror,
      query: (...args) => {
        calls += 1;
        return mirror.query(...args);
      },
      run: (statement) => {
        calls += 1;
        mirror.run(statement);
      },
      compile: (statement) => {
        calls += 1;
        mirror.compile(statement);
      },
      attempt: async (statement) => {
        calls += 1;
        await mirror.attempt(statement);
      },
      close: () => mirror.close(),
    });
    const migrations = [migrationFromText(init.name, init.sql), migrationFromText('20260201000000_long', sql)];
    const begun = process.cpuUsage();
    try {
      const { plan } = await makePlan({
        database,
        migrations,
        outside: { ...outside, openMirror: async () => count(await outside.openMirror()) },
      });
      const { user, system } = process.cpuUsage(begun);
      expect(plan.migrations.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'blocker'))).toEqual([]);
      return { milliseconds: (user + system) / 1000, calls, statements: plan.migrations[0]?.statements.length };
    } finally {
      await database.close();
    }
  }

  async function measure(count: number, statement: Shape['statement']) {
    const sql = Array.from({ length: count }, (_, index) => `${statement(index)};`).join('\n');
    // The better of two: somebody else may want the machine meanwhile.
    const [first, second] = [await planOnce(sql), await planOnce(sql)];
    expect(first.statements).toBe(count);
    return { calls: first.calls, milliseconds: Math.min(first.milliseconds, second.milliseconds) };
  }

  it.each(shapes)('$what', async ({ count: least, statement, most = Number.POSITIVE_INFINITY }) => {
    let count = least;
    let small = await measure(count, statement);
    // A time of a few milliseconds says more about the machine.
    while (small.milliseconds < shortest && 2 * count <= most) {
      count *= 2;
      small = await measure(count, statement);
    }
    const large = await measure(4 * count, statement);
    expect(large.calls).toBeLessThanOrEqual(5 * small.calls);
    expect(large.milliseconds).toBeLessThan(8 * small.milliseconds + 50);
  });
});
