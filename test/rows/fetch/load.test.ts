/** Rows that are fetched from one database and loaded into a mirror of it are the same, whatever they are. */

import { describe, expect, it } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';
import { fillMirror, readFingerprint, readMirrorSchema } from '../../../src/mirror/mirror.ts';
import type { Mirror } from '../../../src/ports.ts';
import { loadRows } from '../../../src/rows/fetch/load.ts';
import { buildRowsQuery, defaultRows, mostBytes, parseRows } from '../../../src/rows/fetch/query.ts';
import { readShape } from '../../../src/rows/fetch/shape.ts';

/** Makes the database, copies it into a mirror, and hands both on. */
async function copy(
  statements: readonly string[],
  use: (production: Mirror, mirror: Mirror, left: readonly string[]) => void,
  bound = { rows: defaultRows, bytes: mostBytes },
) {
  const [production, shapes, mirror] = [await openMirror(), await openMirror(), await openMirror()];
  try {
    for (const sql of statements) production.run(sql);
    const schema = readMirrorSchema(production);
    expect(fillMirror(shapes, schema)).toEqual([]);
    // A vector index is made again of the rows.
    const names = schema.objects.filter(
      ({ type, name, sql }) => type === 'table' && !/^CREATE VIRTUAL/.test(sql ?? '') && !name.endsWith('_shadow'),
    );
    const known = names.flatMap(({ name }) => readShape(shapes, name) ?? []);
    const rows = production.query(buildRowsQuery(known, bound).sql);
    const tables = parseRows({ type: 'rows', rows: rows as (string | number)[][] }, known);
    if (tables === null) throw new Error('the answer was not understood');
    let refused: readonly string[] = [];
    const failures = fillMirror(mirror, schema, () => {
      refused = loadRows(mirror, tables).map(({ shape }) => shape.name);
    });
    expect(failures).toEqual([]);
    expect(readFingerprint(mirror)).toBe(readFingerprint(production));
    const fetched = new Set(tables.map(({ shape }) => shape.name));
    use(production, mirror, [...refused, ...known.map(({ name }) => name).filter((name) => !fetched.has(name))]);
  } finally {
    for (const one of [production, shapes, mirror]) one.close();
  }
}

/** Every value with its type; text as bytes. */
const readAll = (mirror: Mirror, table: string, columns: readonly string[], rowid = 'rowid') =>
  mirror.query(
    `SELECT ${[rowid, ...columns].map((c) => `typeof(${c}), ${`hex(CAST(${c} AS BLOB))`}, quote(CASE typeof(${c}) WHEN 'text' THEN 0 ELSE ${c} END)`).join(', ')} FROM ${table} ORDER BY 1, 2`,
  );

describe('a row that is fetched', () => {
  it('keeps every value with its type, and its rowid', async () => {
    await copy(
      [
        'CREATE TABLE T (a, b)',
        `INSERT INTO T (rowid, a, b) VALUES (7, 9223372036854775807, -9223372036854775808), (-3, 5.0, 1.0/3), (100000000000, 9e999, -9e999), (8, 'it''s, a
line', x''), (9, CAST(x'ff00fe' AS TEXT), x'00ff'), (10, NULL, 1e300), (11, '', char(0) || 'x'), (12, 'é', -0.0)`,
      ],
      (production, mirror) => {
        expect(readAll(mirror, 'T', ['a', 'b'])).toEqual(readAll(production, 'T', ['a', 'b']));
        expect(mirror.query('SELECT count(*) FROM T')).toEqual([[8]]);
      },
    );
  });

  it.each([
    [
      'a NULL in a column that became NOT NULL',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a TEXT)',
        'INSERT INTO T VALUES (1, NULL)',
        'ALTER TABLE T ALTER COLUMN a TO a TEXT NOT NULL',
      ],
    ],
    [
      'a text in a column that became INTEGER',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a TEXT)',
        `INSERT INTO T VALUES (1, '007'), (2, 'x')`,
        'ALTER TABLE T ALTER COLUMN a TO a INTEGER',
      ],
    ],
    [
      'a value that a CHECK refuses',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a INTEGER)',
        'INSERT INTO T VALUES (1, -5)',
        'ALTER TABLE T ALTER COLUMN a TO a INTEGER CHECK (a >= 0)',
      ],
    ],
    [
      'an integer in a REAL column',
      ['CREATE TABLE T (id INTEGER PRIMARY KEY, a REAL)', 'INSERT INTO T VALUES (1, 5), (2, 2.5)'],
    ],
    [
      'a key of texts',
      [
        'CREATE TABLE T (id TEXT PRIMARY KEY NOT NULL, a TEXT UNIQUE)',
        `INSERT INTO T VALUES ('b', 'x'), ('a', NULL), ('c', NULL)`,
      ],
    ],
    [
      'keys in an order and a collation of their own',
      [
        'CREATE TABLE T (id TEXT, a TEXT COLLATE NOCASE UNIQUE, UNIQUE (id DESC, a), PRIMARY KEY (a, id))',
        `INSERT INTO T VALUES ('b', 'x'), ('B', 'Y')`,
      ],
    ],
    [
      'NULLs in a primary key',
      ['CREATE TABLE T (id TEXT, a TEXT, PRIMARY KEY (id, a))', `INSERT INTO T VALUES (NULL, 'x'), (NULL, 'x')`],
    ],
    [
      'generated columns',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER AS (a * 2) STORED, c INTEGER AS (a * 3))',
        'INSERT INTO T (a) VALUES (1), (2)',
      ],
    ],
    [
      'an AUTOINCREMENT table',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)',
        `INSERT INTO T VALUES (5, 'x'), (900, 'y')`,
        'DELETE FROM T WHERE id = 900',
      ],
    ],
    [
      'a STRICT table',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a ANY, b REAL) STRICT',
        `INSERT INTO T VALUES (1, '007', 1), (2, 7, 1.5)`,
      ],
    ],
    [
      'a parent whose key has an index of its own',
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a TEXT)',
        'CREATE UNIQUE INDEX T_a ON T (a)',
        'CREATE TABLE C (id INTEGER PRIMARY KEY, t TEXT REFERENCES T(a))',
        `INSERT INTO T VALUES (1, 'x')`,
        `INSERT INTO C VALUES (1, 'x')`,
      ],
    ],
    [
      'a foreign key that points nowhere',
      [
        'CREATE TABLE P (id INTEGER PRIMARY KEY)',
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a INTEGER REFERENCES P(id))',
        'PRAGMA foreign_keys=OFF',
        'INSERT INTO T VALUES (1, 9)',
      ],
    ],
    [
      'names that have to be quoted',
      ['CREATE TABLE T (id INTEGER PRIMARY KEY, "select ""a""" TEXT)', `INSERT INTO T VALUES (1, 'x')`],
    ],
  ])('may be %s', async (_, statements) => {
    await copy(statements, (production, mirror, left) => {
      expect(left).toEqual([]);
      const columns = production
        .query(`SELECT name FROM pragma_table_xinfo('T')`)
        .map(([name]) => `"${String(name).replaceAll('"', '""')}"`);
      expect(readAll(mirror, 'T', columns)).toEqual(readAll(production, 'T', columns));
      expect(mirror.query('PRAGMA integrity_check(T)')).toEqual(production.query('PRAGMA integrity_check(T)'));
      expect(mirror.query('PRAGMA foreign_key_check')).toEqual(production.query('PRAGMA foreign_key_check'));
      const counters = `SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'`;
      if (production.query(counters).length > 0)
        expect(mirror.query('SELECT * FROM sqlite_sequence')).toEqual(
          production.query('SELECT * FROM sqlite_sequence'),
        );
    });
  });

  it('may be of a table without rowids, or one whose columns have all names of the rowid', async () => {
    await copy(
      [
        'CREATE TABLE W (k TEXT, a, PRIMARY KEY (k COLLATE NOCASE DESC)) WITHOUT ROWID',
        `INSERT INTO W VALUES ('b', 1), ('a', 2)`,
        'CREATE TABLE R (rowid, _rowid_, oid)',
        'INSERT INTO R VALUES (1, 2, 3)',
      ],
      (production, mirror, left) => {
        expect(left).toEqual([]);
        for (const table of ['W', 'R'])
          expect(mirror.query(`SELECT * FROM ${table}`)).toEqual(production.query(`SELECT * FROM ${table}`));
      },
    );
  });

  it('fires no trigger, and is found by every index', async () => {
    await copy(
      [
        'CREATE TABLE T (id INTEGER PRIMARY KEY, a TEXT)',
        'CREATE TABLE L (what TEXT)',
        `CREATE UNIQUE INDEX T_lower ON T (lower(a)) WHERE a <> ''`,
        'CREATE TRIGGER tr AFTER INSERT ON T BEGIN INSERT INTO L VALUES (NEW.a); END',
        `INSERT INTO T VALUES (1, 'X'), (2, ''), (3, '')`,
      ],
      (_, mirror) => {
        expect(mirror.query('SELECT what FROM L')).toEqual([['X'], [''], ['']]);
        expect(mirror.query(`SELECT id FROM T INDEXED BY T_lower WHERE lower(a) = 'x' AND a <> ''`)).toEqual([[1]]);
        expect(mirror.query('PRAGMA integrity_check')).toEqual([['ok']]);
      },
    );
  });

  it('may be of a full-text index, of its own or over another table, and of a vector index', async () => {
    await copy(
      [
        'CREATE TABLE N (id INTEGER PRIMARY KEY, body TEXT, v F32_BLOB(2))',
        `INSERT INTO N VALUES (1, 'red apples', vector32('[1,0]')), (2, 'green pears', vector32('[0,1]'))`,
        'CREATE INDEX N_v ON N (libsql_vector_idx(v))',
        `CREATE VIRTUAL TABLE F USING fts5(body, content='N', content_rowid='id')`,
        `INSERT INTO F (F) VALUES ('rebuild')`,
        'CREATE VIRTUAL TABLE G USING fts5(body)',
        `INSERT INTO G VALUES ('blue plums')`,
      ],
      (_, mirror, left) => {
        expect(left).toEqual([]);
        expect(mirror.query(`SELECT rowid FROM F WHERE F MATCH 'pears'`)).toEqual([[2]]);
        expect(mirror.query(`SELECT body FROM G WHERE G MATCH 'plums'`)).toEqual([['blue plums']]);
        expect(mirror.query(`SELECT id FROM vector_top_k('N_v', vector32('[0,1]'), 1)`)).toEqual([[2]]);
      },
    );
  });
});

describe('the bound', () => {
  const numbers = (table: string, count: number, value: string) =>
    `INSERT INTO ${table} WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${count}) SELECT x, ${value} FROM n`;

  it('takes whole tables, the smallest first', async () => {
    const tables = ['A', 'B', 'C'].map((name) => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, a TEXT)`);
    await copy(
      [...tables, numbers('A', 30, `'x'`), numbers('B', 50, `'x'`), numbers('C', 10, `'x'`)],
      (_, mirror, left) => {
        expect(left).toEqual(['B']);
        expect(
          mirror.query('SELECT (SELECT count(*) FROM A), (SELECT count(*) FROM B), (SELECT count(*) FROM C)'),
        ).toEqual([[30, 0, 10]]);
      },
      { rows: 40, bytes: 1_000_000 },
    );
  });

  it('is of the length of the answer, too', async () => {
    const tables = ['A', 'B'].map((name) => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, a BLOB)`);
    await copy(
      [...tables, numbers('A', 3, 'randomblob(1000)'), numbers('B', 3, 'zeroblob(4000)')],
      (_, __, left) => expect(left).toEqual(['B']),
      { rows: 100, bytes: 20_000 },
    );
  });

  it('may leave a table that refers to a unique index of another', async () => {
    await copy(
      [
        'CREATE TABLE P (id INTEGER PRIMARY KEY, email TEXT)',
        'CREATE UNIQUE INDEX P_email ON P (email)',
        'CREATE TABLE K (id INTEGER PRIMARY KEY, email TEXT REFERENCES P(email))',
        `INSERT INTO P VALUES (1, 'a')`,
        numbers('K', 10, `'a'`),
      ],
      (_, mirror, left) => {
        expect(left).toEqual(['K']);
        expect(mirror.query('SELECT id, email FROM P')).toEqual([[1, 'a']]);
        expect(mirror.query('PRAGMA foreign_keys')).toEqual([[1]]);
      },
      { rows: 5, bytes: 20_000 },
    );
  });

  it('takes a table of many columns', async () => {
    const columns = Array.from({ length: 1_200 }, (_, index) => `c${index}`);
    await copy(
      [`CREATE TABLE T (${columns.join(', ')})`, `INSERT INTO T (c0, c1199) VALUES (1, 'last')`],
      (_, mirror, left) => {
        expect(left).toEqual([]);
        expect(mirror.query('SELECT c0, c1, c1199 FROM T')).toEqual([[1, null, 'last']]);
      },
    );
  });
});

describe('an answer', () => {
  const key = { type: 'rowid', name: 'a' } as const;
  const shape = { name: 'T', columns: ['a'], rowid: null, key, bare: 'CREATE TABLE "T" ("a")' };
  it.each(['1); DROP TABLE T; --', `'text'`, 'abs(1)', '1,2', 't"00"', `x'0g'`, '1e5', '--1'])(
    'that is no row is not taken: %s',
    (text) => {
      expect(parseRows({ type: 'rows', rows: [[0, text]] }, [shape])).toBeNull();
    },
  );
  it('that has a table twice is none', () => {
    const rows = [
      [0, '1'],
      [0, '2'],
    ];
    expect(parseRows({ type: 'rows', rows }, [shape])).toBeNull();
  });
  it('of a table that was not asked for, or that failed, is none', () => {
    expect(parseRows({ type: 'rows', rows: [[1, '1']] }, [shape])).toBeNull();
    expect(parseRows({ type: 'rows', rows: [[0, 5]] }, [shape])).toBeNull();
    expect(parseRows({ type: 'rows', rows: [[null, '1']] }, [shape])).toBeNull();
    expect(parseRows({ type: 'rows', rows: [['0', '1']] }, [shape])).toBeNull();
    expect(parseRows({ type: 'error', message: 'too large', code: 'RESPONSE_TOO_LARGE' }, [shape])).toBeNull();
  });
});
