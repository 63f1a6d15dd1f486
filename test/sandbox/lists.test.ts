/** Every function, module and pragma of the pinned engines is in one of the lists: an update cannot add one unseen. */

import { describe, expect, test } from 'vitest';
import { describeReach } from '../../src/findings/reaches-outside.ts';
import { meaningfulPragmas, readingPragmas, tuningPragmas } from '../../src/plan/pragmas.ts';
import {
  deniedFunctions,
  deniedPragmas,
  deniedTables,
  runsFromSchemas,
  takenPragmas,
} from '../../src/sandbox/lists.ts';
import { findReaches } from '../../src/sandbox/suspects.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { describeWithServer, startServer } from '../support/server.ts';
import { knownFunctions, knownModules, serverOnly } from './known.ts';

type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** SQLITE_DIRECTONLY: SQLite itself lets a schema not call it (sqlite.org/c3ref/c_deterministic.html). */
const directOnly = 0x80000;

function holds(ask: Ask, own: readonly string[]) {
  const names = async (sql: string) => (await ask(sql)).map(([name]) => String(name).toLowerCase()).sort();

  test('every function is denied or known', async () => {
    const found = await names('SELECT DISTINCT name FROM pragma_function_list');
    expect(found.length).toBeGreaterThan(150);
    expect(found.filter((name) => !deniedFunctions.has(name) && !knownFunctions.has(name))).toEqual(own);
  });

  test('what the engine itself keeps out of schemas is denied, but for a function that prints', async () => {
    const sql = `SELECT DISTINCT name FROM pragma_function_list WHERE flags & ${directOnly}`;
    const found = await names(sql);
    expect(found).toContain('writefile');
    expect(found.filter((name) => !deniedFunctions.has(name))).toEqual(['geopoly_debug']);
  });

  test('what is denied and runs from schemas all the same is listed', async () => {
    const sql = `SELECT DISTINCT name FROM pragma_function_list WHERE NOT flags & ${directOnly}`;
    const found = await names(sql);
    expect(found.filter((name) => deniedFunctions.has(name))).toEqual([...runsFromSchemas].sort());
  });

  test('every module is denied or known, also those that show only when they are used', async () => {
    const found = await names("SELECT name FROM pragma_module_list WHERE name NOT LIKE 'pragma\\_%' ESCAPE '\\'");
    expect(found).toContain('fsdir');
    expect(found.filter((name) => !deniedTables.has(name) && !knownModules.has(name))).toEqual([]);
  });

  test('every pragma is denied, taken, left out or looked at for what it asks', async () => {
    const found = await names('SELECT name FROM pragma_pragma_list');
    expect(found.length).toBeGreaterThan(50);
    const isListed = (name: string) =>
      [deniedPragmas, takenPragmas, tuningPragmas, readingPragmas, meaningfulPragmas].filter((list) => list.has(name))
        .length === 1;
    expect(found.filter((name) => !isListed(name))).toEqual([]);
  });
}

describe('the embedded engine', () => {
  holds(async (sql) => {
    const connection = openEmbedded(':memory:');
    try {
      return connection.prepare(sql).raw(true).all() as unknown[][];
    } finally {
      connection.close();
    }
  }, []);
});

describeWithServer('the server', () => {
  holds(async (sql) => {
    const server = await startServer();
    try {
      const [rows] = await server.sql(sql);
      return rows ?? [];
    } finally {
      await server.stop();
    }
  }, serverOnly);
});

test('nothing is denied and known at once', () => {
  expect([...knownFunctions].filter((name) => deniedFunctions.has(name))).toEqual([]);
  expect([...knownModules].filter((name) => deniedTables.has(name))).toEqual([]);
});

test.each([
  ['SELECT readfile(1)', 'the function readfile reads files'],
  ['SELECT writefile(1, 2)', 'the function writefile writes files'],
  ['SELECT load_extension(1)', 'the function load_extension loads code'],
  ['SELECT sha3_query(1)', 'the function sha3_query runs SQL that is hidden in a text'],
  ['SELECT * FROM sqlite_dbpage', "the table sqlite_dbpage reaches the database's raw pages"],
  ['SELECT * FROM fsdir(1)', 'the table fsdir reads files'],
])('what %s does is said', (sql, said) => {
  expect(findReaches(sql).map(describeReach)).toEqual([said]);
});
