/** The two kinds of target under one interface, so that one contract can be held against both. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Value } from '../../src/ports.ts';
import { openEmbedded } from './embedded-adapter.ts';
import { describeWithServer, freshDatabase, type Rows, type Server, startServer } from './server.ts';

export interface TestTarget {
  readonly kind: 'server' | 'file';
  /** What the library's `url` and the command's `--url` take. */
  readonly url: string;
  /** Runs the statements in order, each in autocommit. @returns the rows of the last one. */
  sql(...statements: readonly string[]): Promise<Rows>;
}

/** @param statements what to make in it where a target may refuse it, such as `PRAGMA writable_schema=ON`. */
type Fresh = (statements?: readonly string[]) => Promise<TestTarget>;

/** Runs the same tests against a libSQL server and against an embedded libSQL file; each `fresh()` is a database of its own. */
export function describeTargets(name: string, body: (fresh: Fresh, kind: TestTarget['kind']) => void): void {
  describeWithServer(`${name}, on a server`, () => {
    let server: Server | null = null;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(() => server?.stop());
    body(async (statements) => {
      if (!server) throw new Error('the server is not running');
      const running = server;
      const url = await freshDatabase(running, statements);
      return { kind: 'server', url, sql: async (...statements) => (await running.sql(statements, url)).at(-1) ?? [] };
    }, 'server');
  });
  describe(`${name}, on an embedded file`, () => {
    let folder = '';
    let count = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'migrate-prod-targets-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    body(async (statements) => {
      count += 1;
      const path = join(folder, `${count}.db`);
      runInFile(path, statements ?? []);
      return { kind: 'file', url: `file:${path}`, sql: async (...statements) => runInFile(path, statements) };
    }, 'file');
  });
}

export function runInFile(path: string, statements: readonly string[]): Rows {
  const database = openEmbedded(path);
  try {
    let rows: Rows = [];
    for (const sql of statements) {
      const statement = database.prepare(sql);
      rows = statement.reader ? (statement.raw(true).all() as Value[][]) : [];
      if (!statement.reader) statement.run();
    }
    return rows;
  } finally {
    database.close();
  }
}
