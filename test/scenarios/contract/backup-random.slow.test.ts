/** Random databases, saved from a real server and made again: every value, type and row id is there. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Value } from '../../../src/ports.ts';
import { readProduction } from '../../../src/production/gather.ts';
import { withDatabase } from '../../support/database.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { startProxy } from '../../support/proxy.ts';
import { request } from '../../support/request.ts';
import { describeWithServer, freshDatabase, type Rows, type Server, startServer } from '../../support/server.ts';
import { readEverything } from './everything.ts';
import { anyDatabase, type RandomDatabase } from './random-tables.ts';

const [runs, seed] = [Number(process.env.BACKUP_RUNS ?? 12), Number(process.env.BACKUP_SEED ?? 7)];

describeWithServer('a backup of a random database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-random-'));
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function fill({ schema, rows }: RandomDatabase): Promise<string> {
    const url = await freshDatabase(server);
    await server.sql(schema, url);
    // A pipeline goes on behind what fails: what STRICT refuses stays out, and the others come in.
    const requests = ['BEGIN', ...rows(), 'COMMIT'].map((sql) => ({ type: 'execute', stmt: { sql } }));
    await request({ url: `${url}/v3/pipeline`, body: JSON.stringify({ baton: null, requests }) });
    return url;
  }

  /**
   * @param cut rows of a page that the server gives at most, whatever it is asked for.
   * @returns what production has, what its backup has, and how many rows the backup says it has.
   */
  async function saveAndReload(url: string, path: string, cut = Number.POSITIVE_INFINITY) {
    const proxy = await startProxy(server.port);
    const saved = await withDatabase(proxy.through(url), async (database) => {
      const { schema } = await readProduction(database);
      proxy.breakFrom(proxy.requests.length + 1, { rewrite: cutRows(cut) });
      return database.backUp({ path, schema, trackerFingerprint: null });
    }).finally(() => proxy.stop());
    const restored = openEmbedded();
    restored.exec(readFileSync(path, 'utf8'));
    const ask = async (statements: readonly string[]): Promise<readonly Rows[]> =>
      statements.map((sql) => {
        const rows = restored.prepare(sql).raw(true).safeIntegers(true).all() as Rows;
        return rows.map((row) => row.map(narrow));
      });
    const after = await readEverything(ask);
    restored.close();
    return { before: await readEverything((statements) => server.sql(statements, url)), after, rows: saved?.rows };
  }

  it('has the rows that only case or spaces tell apart, whatever the collations of a column and of its key', async () => {
    const collations = ['BINARY', 'NOCASE', 'RTRIM'];
    const keys = collations.flatMap((own) => collations.map((key) => ({ own, key })));
    const tables = keys.flatMap(({ own, key }) => [
      { columns: `"a" TEXT COLLATE ${own}, "b"`, key: `"a" COLLATE ${key}` },
      { columns: `"a" TEXT COLLATE ${own}, "b"`, key: `"b" DESC, "a" COLLATE ${key} DESC` },
      { columns: `"a" COLLATE ${own}, "b" TEXT COLLATE ${key}`, key: `"a" COLLATE ${key} DESC, "b" COLLATE ${own}` },
    ]);
    const url = await freshDatabase(server);
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 400)';
    // 401 rows: of each three, two differ in case and two in a space at the end.
    const value = `substr('aAa', i % 3 + 1, 1) || (i / 3) || substr('  ', 1, i % 3 = 2)`;
    for (const [index, { columns, key }] of tables.entries()) {
      const name = `"T${index}"`;
      await server.sql(
        [
          `CREATE TABLE ${name} (${columns}, PRIMARY KEY (${key})) WITHOUT ROWID`,
          `INSERT OR IGNORE INTO ${name} ${numbers} SELECT ${value}, ${value} FROM n`,
        ],
        url,
      );
    }
    const { before, after } = await saveAndReload(url, join(folder, 'alike.sql'));
    expect(before.T0).toHaveLength(401);
    expect(spell(after)).toEqual(spell(before));
  });

  it(`loses and changes nothing, in ${runs} of them`, { timeout: 30_000 + runs * 3000 }, async () => {
    let [number, saved] = [0, 0];
    const property = fc.asyncProperty(anyDatabase, async (database) => {
      number += 1;
      const { before, after, rows } = await saveAndReload(
        await fill(database),
        join(folder, `${number}.sql`),
        cuts[number % cuts.length],
      );
      expect(spell(after), database.schema.join(';\n')).toEqual(spell(before));
      saved += rows ?? 0;
    });
    await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
    expect(saved / runs).toBeGreaterThan(50);
  });
});

const cuts = [Number.POSITIVE_INFINITY, 17, 45] as const;

function cutRows(most: number): (body: string) => string {
  if (most === Number.POSITIVE_INFINITY) return (body) => body;
  // All but the schema, whose columns begin with this one: it is read at once, and compared.
  return (body) =>
    JSON.stringify(JSON.parse(body), (_, value) =>
      Array.isArray(value?.rows) && value.cols?.[0]?.name !== 'type'
        ? { ...value, rows: value.rows.slice(0, most) }
        : value,
    );
}

/** Rows in an order of their own: a table without row ids has none that another engine must keep. */
function spell(found: Readonly<Record<string, Rows>>): Readonly<Record<string, readonly string[]>> {
  const lines = (rows: Rows) => rows.map((row) => JSON.stringify(row.map(String))).sort();
  return Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, lines(rows)]));
}

function narrow(value: Value): Value {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
