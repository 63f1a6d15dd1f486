/** Random DELETEs of random tables that refer to each other: what the plan says goes along is what does when the files are run by hand. */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { apply, plan } from '../../../../src/index.ts';
import { openEmbedded } from '../../../support/embedded-adapter.ts';
import { findAll } from '../planned.ts';

const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-deletes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [runs, seed] = [Number(process.env.FUZZ_RUNS ?? 30), Number(process.env.FUZZ_SEED ?? 7)];

const tables = ['A', 'B', 'C', 'D'] as const;
const mostRows = 6;
const anyId = fc.integer({ min: 1, max: mostRows });
const anyAction = fc.constantFrom('CASCADE', 'CASCADE', 'CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION');

/** Each table refers to one before it, or to itself, by a key or by none. */
const anyKeys = fc.tuple(
  ...tables.map((_, index) =>
    fc.option(fc.record({ parent: fc.integer({ min: 0, max: index }), action: anyAction }), { nil: null, freq: 5 }),
  ),
);

const anyRows = fc.tuple(
  ...tables.map(() => fc.array(fc.tuple(fc.option(anyId, { nil: null }), fc.boolean()), { maxLength: mostRows })),
);

const anyCondition = fc.oneof(
  { weight: 5, arbitrary: anyId.map((id) => `"id" = ${id}`) },
  { weight: 4, arbitrary: anyId.map((id) => `"up" = ${id}`) },
  { weight: 2, arbitrary: fc.array(anyId, { minLength: 1, maxLength: 3 }).map((ids) => `"id" IN (${ids.join(', ')})`) },
  {
    weight: 2,
    arbitrary: fc.tuple(anyId, fc.boolean()).map(([id, flag]) => `"id" > ${id} AND "flag" = ${Number(flag)}`),
  },
  { weight: 1, arbitrary: fc.constant('"up" IS NULL') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...tables), fc.constantFrom('IN', 'NOT IN'), fc.constantFrom('id', 'up'))
      .map(
        ([table, word, column]) => `"id" ${word} (SELECT "${column}" FROM "${table}" WHERE "${column}" IS NOT NULL)`,
      ),
  },
);

const anyStatement = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.constantFrom(...tables), anyCondition)
      .map(([table, where]) => `DELETE FROM "${table}" WHERE ${where};`),
  },
  { weight: 1, arbitrary: fc.constantFrom(...tables).map((table) => `DELETE FROM "${table}";`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...tables), anyId)
      .map(([table, id]) => `UPDATE "${table}" SET "flag" = 1 - "flag" WHERE "id" = ${id};`),
  },
);

/** Many of one table, as scripts write them. */
const anyList = fc
  .tuple(fc.constantFrom(...tables), fc.constantFrom('id', 'up'), fc.array(anyId, { minLength: 2, maxLength: 6 }))
  .map(([table, column, ids]) => ids.map((id) => `DELETE FROM "${table}" WHERE "${column}" = ${id};`));

/** Children, then their parent, one after the other. */
const anyPairs = fc
  .tuple(
    fc.constantFrom(...tables),
    fc.constantFrom(...tables),
    fc.array(anyId, { minLength: 1, maxLength: 6 }),
    fc.boolean(),
  )
  .map(([child, parent, ids, isFirst]) =>
    ids.flatMap((id) => {
      const pair = [`DELETE FROM "${child}" WHERE "up" = ${id};`, `DELETE FROM "${parent}" WHERE "id" = ${id};`];
      return isFirst ? pair : pair.toReversed();
    }),
  );

const anyFile = fc
  .array(
    fc.oneof(
      anyStatement.map((one) => [one]),
      anyList,
      anyPairs,
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.flat());

const anyStory = fc.record({ keys: anyKeys, rows: anyRows, files: fc.array(anyFile, { minLength: 1, maxLength: 3 }) });

type Database = ReturnType<typeof openEmbedded>;

function readRows(database: Database, sql: string): readonly string[] {
  return (database.prepare(sql).raw(true).all() as unknown[][]).map((row) => JSON.stringify(row));
}

function readAll(database: Database): readonly string[] {
  return tables.flatMap((name) => readRows(database, `SELECT '${name}', * FROM "${name}"`));
}

/** Rows that keys change, beside those that a statement names itself, and whether it goes through. */
function runByHand(
  path: string,
  files: readonly (readonly string[])[],
): { readonly along: number; readonly failed: boolean } {
  const database = openEmbedded(path);
  let along = 0;
  try {
    database.exec('PRAGMA foreign_keys=ON');
    for (const sql of files.flat()) {
      const [, table = '', where = '1'] = /"(\w)"(?: SET .*?)?(?: WHERE (.*))?;$/.exec(sql) ?? [];
      const named = new Set(readRows(database, `SELECT '${table}', * FROM "${table}" WHERE ${where}`));
      const before = readAll(database);
      database.exec(sql);
      const after = new Set(readAll(database));
      along += before.filter((row) => !after.has(row) && !named.has(row)).length;
    }
    return { along, failed: false };
  } catch {
    return { along, failed: true };
  } finally {
    database.close();
  }
}

test(`what goes along with DELETEs is told, in ${runs} random stories`, { timeout: 30_000 + runs * 1000 }, async () => {
  let count = 0;
  let [lossless, counted] = [0, 0];
  await fc.assert(
    fc.asyncProperty(anyStory, async ({ keys, rows, files }) => {
      count += 1;
      const path = join(folder, `${count}.db`);
      const schema = tables.map((name, index) => {
        const key = keys[index];
        const up = key ? ` REFERENCES "${tables[key.parent]}" ("id") ON DELETE ${key.action}` : '';
        return `CREATE TABLE "${name}" ("id" INTEGER NOT NULL PRIMARY KEY, "up" INTEGER${up}, "flag" INTEGER NOT NULL);`;
      });
      const inserts = tables.map((name, index) => {
        const parent = keys[index]?.parent;
        const there = parent === undefined ? mostRows : (rows[parent]?.length ?? 0);
        return (rows[index] ?? []).map(
          ([up, flag], place) =>
            `INSERT INTO "${name}" VALUES (${place + 1}, ${up !== null && up <= there ? up : 'NULL'}, ${Number(flag)});`,
        );
      });
      const first = { name: '20260101000000_init', sql: schema.join('\n') };
      const migrations = [
        first,
        ...files.map((file, index) => ({ name: `2026010200000${index}_next`, sql: file.join('\n') })),
      ];
      const url = `file:${path}`;
      openEmbedded(path).close();
      expect(await apply({ url, migrations: [first] })).toMatchObject({ outcome: 'applied' });
      const database = openEmbedded(path);
      database.exec(['PRAGMA foreign_keys=OFF;', ...inserts.flat()].join('\n'));
      database.close();
      copyFileSync(path, `${path}.hand`);
      const story = [
        ...schema,
        ...inserts.flat(),
        ...files.map((file, index) => `-- ${index}\n${file.join('\n')}`),
      ].join('\n');
      const hand = runByHand(`${path}.hand`, files);
      const report = await plan({ url, migrations });
      const found = findAll(report.plan).filter(({ kind }) => kind !== 'note');
      const losses = found.filter(({ code }) => code === 'data-loss');
      const text = `${story}\n${JSON.stringify(found.map(({ code, message, line }) => [code, line, message]))}\n${JSON.stringify(hand)}`;
      // What fails halfway took along what it did until then.
      if (found.some(({ kind }) => kind === 'blocker')) {
        expect(hand.failed, text).toBe(true);
        return;
      }
      if (hand.failed) return;
      const isSure = losses.every(({ evidence }) => evidence?.count);
      if (hand.along > 0) expect(losses.length, text).toBeGreaterThan(0);
      if (hand.along === 0 && isSure) expect(losses, text).toEqual([]);
      const sum = losses.reduce((rows, { evidence }) => rows + (evidence?.count?.rows ?? 0), 0);
      // Rows that are cleared more than once, or cleared and deleted, count once in a finding.
      const cascades = keys.every((key) => key === null || ['CASCADE', 'RESTRICT', 'NO ACTION'].includes(key.action));
      if (isSure && cascades) expect(sum, text).toBe(hand.along);
      if (found.length === 0) {
        const { outcome, error } = await apply({ url, migrations });
        expect({ outcome, error: error?.message ?? null }, text).toEqual({ outcome: 'applied', error: null });
      }
      if (hand.along === 0) lossless += 1;
      if (hand.along > 0 && isSure) counted += 1;
    }),
    { numRuns: runs, seed },
  );
  expect(lossless).toBeGreaterThan(0);
  expect(counted).toBeGreaterThan(0);
});
