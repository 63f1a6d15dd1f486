/** What a table says of its columns is what the engine does with them. */

import { describe, expect, test } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';
import { buildDumpTables, selectColumns, selectKeyParts } from '../../../src/backup/tables.ts';
import { readStructure } from '../../../src/mirror/read-structure.ts';
import { EngineError, type Mirror } from '../../../src/ports.ts';
import { findRowidColumn, isNeverNull, namesRowid, takesNoNull } from '../../../src/schema/model/columns.ts';
import type { TableStructure } from '../../../src/schema/model/structure.ts';
import { parseTableStructure } from '../../../src/schema/parse/create-table.ts';

const definitions = [
  '(a INTEGER PRIMARY KEY, b)',
  '(a INTEGER PRIMARY KEY ASC, b)',
  '(a INTEGER PRIMARY KEY DESC, b)',
  '(a INTEGER, b, PRIMARY KEY (a DESC))',
  '(a INTEGER, b, PRIMARY KEY (a COLLATE nocase))',
  '(a INTEGER, b, PRIMARY KEY (a, a))',
  '(a INTEGER, b, PRIMARY KEY (a, b))',
  '("A" /* x */ integer, b, PRIMARY KEY ("a"))',
  '(a INT PRIMARY KEY, b)',
  '(a "INTEGER" PRIMARY KEY, b)',
  '(a [integer] PRIMARY KEY, b)',
  '(a INTEGER(8) PRIMARY KEY, b)',
  '(a BIG INTEGER PRIMARY KEY, b)',
  '(a INTEGER NOT NULL PRIMARY KEY, b NOT NULL)',
  '(a INTEGER PRIMARY KEY AUTOINCREMENT, b)',
  '(a INTEGER UNIQUE PRIMARY KEY DESC, b)',
  '(a INTEGER UNIQUE PRIMARY KEY, b)',
  '(a INTEGER UNIQUE, b)',
  '(a TEXT PRIMARY KEY, b)',
  '(a TEXT PRIMARY KEY, b INTEGER UNIQUE) STRICT',
  '(a INTEGER PRIMARY KEY, b TEXT) STRICT',
  '(a INT PRIMARY KEY, b TEXT) STRICT',
  '(a INTEGER PRIMARY KEY DESC, b ANY) STRICT',
  '(a INTEGER, b TEXT, PRIMARY KEY (b, a)) STRICT',
  '(a INTEGER PRIMARY KEY, b) WITHOUT ROWID',
  '(a TEXT PRIMARY KEY, b) WITHOUT ROWID',
  '(a, b, c, PRIMARY KEY (b, a)) WITHOUT ROWID',
  '(a INTEGER PRIMARY KEY, b INT NOT NULL) STRICT, WITHOUT ROWID',
];

async function withMirror<Result>(use: (mirror: Mirror) => Result): Promise<Result> {
  const mirror = await openMirror();
  try {
    return use(mirror);
  } finally {
    mirror.close();
  }
}

/** Whether a row can be put there with this in the column, and something in the others. */
function insert(mirror: Mirror, names: readonly string[], of: (name: string) => string): string | null {
  try {
    mirror.run(`INSERT INTO t (${names.join(', ')}) VALUES (${names.map(of).join(', ')})`);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

function readNames(mirror: Mirror): readonly string[] {
  return mirror.query(`SELECT name FROM pragma_table_info('t')`).map(([name]) => String(name));
}

function observeRowid(mirror: Mirror): string | undefined {
  const names = readNames(mirror);
  return names.find((column) => {
    const others = names.filter((name) => name !== column);
    mirror.run('DELETE FROM t');
    const refusal = insert(mirror, ['rowid', ...others], (name) => (name === 'rowid' ? '77' : '5'));
    return refusal === null && mirror.query(`SELECT "${column}" FROM t`)[0]?.[0] === 77;
  });
}

function observeNoNull(mirror: Mirror): readonly string[] {
  const names = readNames(mirror);
  return names.filter((column) => {
    mirror.run('DELETE FROM t');
    const refusal = insert(mirror, names, (name) => (name === column ? 'NULL' : '5'));
    return refusal?.startsWith('NOT NULL constraint failed') === true;
  });
}

function tell(table: TableStructure | null) {
  if (table === null) throw new Error('not taken apart');
  return {
    rowid: findRowidColumn(table)?.name,
    noNull: table.columns.filter((column) => takesNoNull(table, column)).map(({ name }) => name),
  };
}

describe.each(definitions)('CREATE TABLE t %s', (definition) => {
  const sql = `CREATE TABLE t ${definition}`;

  test('is told from its text, and from what pragmas say, as the engine takes it', () =>
    withMirror((mirror) => {
      mirror.run(sql);
      const observed = { rowid: observeRowid(mirror), noNull: observeNoNull(mirror) };
      expect(tell(parseTableStructure(sql))).toEqual(observed);
      expect(tell(readStructure(mirror, 't', sql))).toEqual(observed);
    }));

  test('is saved by the same rowid', () =>
    withMirror((mirror) => {
      mirror.run(sql);
      const observed = observeRowid(mirror);
      const tables = buildDumpTables(mirror.query(selectColumns), mirror.query(selectKeyParts));
      const key = tables.find(({ name }) => name === 't')?.key;
      const names = readNames(mirror);
      expect(key?.type === 'rowid' && names.includes(key.name) ? key.name : undefined).toBe(observed);
    }));

  test('has no NULL where it is said to have none', () =>
    withMirror((mirror) => {
      mirror.run(sql);
      const table = parseTableStructure(sql);
      const names = readNames(mirror);
      for (const column of names) insert(mirror, names, (name) => (name === column ? 'NULL' : String(column.length)));
      for (const column of table?.columns ?? []) {
        const nulls = mirror.query(`SELECT count(*) FROM t WHERE "${column.name}" IS NULL`)[0]?.[0];
        if (table !== null && isNeverNull(table, column)) expect(nulls).toBe(0);
      }
    }));
});

test.each([
  ['(a)', ['rowid', '_rowid_', 'oid']],
  ['(oid TEXT, "_ROWID_")', ['rowid']],
  ['(a PRIMARY KEY) WITHOUT ROWID', []],
  ['(docid)', ['rowid', '_rowid_', 'oid']],
])('the rowid of a table %s is called %j', (definition, names) =>
  withMirror((mirror) => {
    const sql = `CREATE TABLE t ${definition}`;
    mirror.run(sql);
    const candidates = ['rowid', '_rowid_', 'oid', 'docid'];
    const works = candidates.filter((name) => {
      mirror.run('DELETE FROM t');
      try {
        mirror.run(`INSERT INTO t (${name}) VALUES (77)`);
        return mirror.query(`SELECT 1 FROM t WHERE rowid = 77`).length > 0;
      } catch (error) {
        if (error instanceof EngineError) return false;
        throw error;
      }
    });
    const table = parseTableStructure(sql);
    expect(candidates.filter((name) => table !== null && namesRowid(table, name))).toEqual(names);
    expect(works).toEqual(names);
  }),
);
