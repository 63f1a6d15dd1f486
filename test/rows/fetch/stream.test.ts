/** All rows of production, read part by part into a mirror in a private file, are the same there, whatever they are. */

import { expect, it } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';
import { fillMirror, readFingerprint } from '../../../src/mirror/mirror.ts';
import type { Database, Mirror } from '../../../src/ports.ts';
import { readProduction } from '../../../src/production/gather.ts';
import { readShape } from '../../../src/rows/fetch/shape.ts';
import { openStreamed, type StreamInput } from '../../../src/rows/run/filled.ts';
import { isVirtualTable } from '../../../src/schema/model/objects.ts';
import { quoteIdentifier } from '../../../src/sql/identifiers.ts';
import { openDatabase } from '../../../src/wiring.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

function open({ kind, url }: TestTarget): Promise<Database> {
  const target =
    kind === 'server'
      ? ({ type: 'server', name: url, url } as const)
      : ({ type: 'file', name: url, path: url.slice(5) } as const);
  return openDatabase({ target, token: null, timeoutSeconds: 30, create: 'must-exist' });
}

/** How many rows there are, where the first part of a table has only 50. */
const many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)';

const tables: Readonly<Record<string, readonly string[]>> = {
  'a rowid that is a column': [
    'CREATE TABLE T (id INTEGER PRIMARY KEY, a TEXT)',
    `${many} INSERT INTO T SELECT i * 3 - 500, 'row ' || i FROM n`,
  ],
  'no primary key, with gaps between the rowids': [
    'CREATE TABLE T (a, b)',
    `${many} INSERT INTO T (rowid, a, b) SELECT i * i, i / 7.0, printf('%d', i) FROM n`,
  ],
  'no name for its rowid': [
    'CREATE TABLE T (rowid TEXT, _rowid_ TEXT, oid TEXT)',
    `${many} INSERT INTO T SELECT i, i % 3, NULL FROM n`,
  ],
  'no rowid, and a key in two directions with a collation': [
    'CREATE TABLE T (a TEXT COLLATE NOCASE, b REAL, c BLOB, PRIMARY KEY (a, b DESC)) WITHOUT ROWID',
    `${many} INSERT INTO T SELECT char(97 + i % 3) || CASE i % 2 WHEN 0 THEN 'x' ELSE 'X' END, i / 3.0, zeroblob(i % 5) FROM n`,
  ],
  'a key of bytes and texts that are not UTF-8': [
    'CREATE TABLE T (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID',
    `${many} INSERT INTO T SELECT CASE i % 2 WHEN 0 THEN CAST(x'ff' AS TEXT) ELSE x'ff' END, i FROM n`,
  ],
  'values that JSON does not have': [
    'CREATE TABLE T (a, b)',
    `INSERT INTO T VALUES (9223372036854775807, 9e999), (-9e999, -9223372036854775808), (1.0 / 3, 5.0), (CAST(x'c328' AS TEXT), x'00ff'), ('a' || char(0) || 'b', 'it''s' || char(10)), (NULL, ''), (-0.0, x'')`,
  ],
  'what its own text would not take, indexes and a counter': [
    'CREATE TABLE T (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)',
    `${many} INSERT INTO T SELECT i, nullif(i, 7) FROM n`,
    'DELETE FROM T WHERE id > 300',
    'CREATE UNIQUE INDEX T_a ON T (a) WHERE a IS NOT NULL',
    'ALTER TABLE T ALTER COLUMN a TO a INTEGER NOT NULL',
  ],
  'a full-text index': ['CREATE VIRTUAL TABLE T USING fts5 (a)', `${many} INSERT INTO T SELECT 'word' || i FROM n`],
  'no rows': ['CREATE TABLE T (id INTEGER PRIMARY KEY)'],
};

const selectAll = (mirror: Mirror, table: string, rowid: string | null) => {
  const columns = mirror
    .query('SELECT name FROM pragma_table_info(?)', [table])
    .map(([name]) => quoteIdentifier(String(name)));
  const values = [...(rowid === null ? [] : [rowid]), ...columns].map(
    (c) => `typeof(${c}), hex(CAST(${c} AS BLOB)), CASE typeof(${c}) WHEN 'text' THEN '' ELSE quote(${c}) END`,
  );
  const order = values.map((_, index) => `${index * 3 + 1}, ${index * 3 + 2}`);
  return `SELECT ${values.join(', ')} FROM ${quoteIdentifier(table)} ORDER BY ${order.join(', ')}`;
};

async function streamAll(database: Database, own: Partial<StreamInput> = {}) {
  const { schema, schemaFingerprint } = await readProduction(database);
  const empty = await openMirror();
  try {
    expect(fillMirror(empty, schema)).toEqual([]);
    const shapes = schema.objects
      .filter((object) => object.type === 'table' && !isVirtualTable(object))
      .flatMap(({ name }) => readShape(empty, name) ?? []);
    const streamed = await openStreamed({
      database,
      openMirror,
      schema,
      shapes,
      first: [],
      goesOn: () => true,
      ...own,
    });
    return { streamed, shapes, schemaFingerprint };
  } finally {
    empty.close();
  }
}

describeTargets('all rows of a table', (fresh) => {
  it.each(Object.entries(tables))('that has %s', async (_, statements) => {
    const target = await fresh();
    await target.sql(...statements);
    const database = await open(target);
    const { streamed, shapes, schemaFingerprint } = await streamAll(database);
    if (streamed === null) throw new Error('nothing was read');
    const { mirror, refused, tables: filled } = streamed.filled;
    expect(refused).toEqual([]);
    expect(readFingerprint(mirror)).toBe(schemaFingerprint);
    for (const { name, rowid } of shapes) {
      const sql = selectAll(mirror, name, rowid);
      const rows = mirror.query(sql);
      expect([{ type: 'rows', rows }]).toMatchObject(
        (await database.read([{ sql }])).map((reply) =>
          reply.type === 'rows' ? { type: 'rows', rows: reply.rows } : reply,
        ),
      );
      expect(filled.find(({ shape }) => shape.name === name)?.rows).toBe(rows.length);
    }
    expect(mirror.query('SELECT count(*) FROM sqlite_schema WHERE type = ?', ['index'])).toEqual(
      (await database.read([{ sql: `SELECT count(*) FROM sqlite_schema WHERE type = 'index'` }])).flatMap((reply) =>
        reply.type === 'rows' ? reply.rows : [],
      ),
    );
    mirror.close();
    await database.close();
  });

  it('are not read where production is not as it was', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE T (a)', 'INSERT INTO T VALUES (1)');
    const database = await open(target);
    const seen: unknown[] = [];
    const goesOn: StreamInput['goesOn'] = (replies) => {
      seen.push(...replies.map((reply) => (reply.type === 'rows' ? reply.rows : reply.type)));
      return false;
    };
    const { streamed } = await streamAll(database, { first: [{ sql: 'SELECT 7' }, { sql: 'SELECT nothing' }], goesOn });
    expect([streamed, seen]).toEqual([null, [[[7]], 'error']]);
    await database.close();
  });

  it('are left where one is too large for an answer, and the others come', async () => {
    const target = await fresh();
    await target.sql(
      'CREATE TABLE Large (id INTEGER PRIMARY KEY, a BLOB)',
      'CREATE TABLE T (a)',
      `${many} INSERT INTO Large SELECT i, zeroblob(CASE i WHEN 100 THEN 3000000 ELSE 10 END) FROM n`,
      'INSERT INTO T VALUES (1), (2)',
    );
    const database = await open(target);
    const { streamed } = await streamAll(database);
    const isWhole = target.kind === 'file';
    expect(streamed?.filled.refused).toEqual(isWhole ? [] : ['Large']);
    expect(streamed?.filled.tables.map(({ shape, rows }) => [shape.name, rows])).toEqual([
      ...(isWhole ? [['Large', 400]] : []),
      ['T', 2],
    ]);
    streamed?.filled.mirror.close();
    await database.close();
  });

  it('are too many for a disk that is full', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE T (a)', `${many} INSERT INTO T SELECT zeroblob(1000) FROM n`);
    const database = await open(target);
    const openSmall: StreamInput['openMirror'] = async (options) => {
      const mirror = await openMirror(options);
      mirror.run('PRAGMA max_page_count=30');
      return mirror;
    };
    await expect(streamAll(database, { openMirror: openSmall })).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining('do not fit into the folder for temporary files'),
    });
    await database.close();
  });

  it('are no longer read after an interruption', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE T (a)', `${many} INSERT INTO T SELECT i FROM n`);
    const database = await open(target);
    const interrupt = new AbortController();
    const goesOn = () => {
      interrupt.abort();
      return true;
    };
    await expect(streamAll(database, { goesOn, signal: interrupt.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    await database.close();
  });
});
