/** Databases that another SQLite wrote, as a file and as what a server begins with: libSQL itself would refuse to make them. */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { describeWithServer, type Server, startServer } from './server.ts';
import { runInFile, type TestTarget } from './targets.ts';

/** A function `known_there` and a collation `LOCALIZED`, as some application has them. */
const script = `
import json, sqlite3, sys
asked = json.load(sys.stdin)
database = sqlite3.connect(asked["path"], isolation_level=None)
database.create_function("known_there", 1, lambda value: 1, deterministic=True)
database.create_collation("LOCALIZED", lambda a, b: (a > b) - (a < b))
for sql in asked["statements"]:
    database.execute(sql)
database.close()
`;

function write(path: string, statements: readonly string[]): string | null {
  const input = JSON.stringify({ path, statements });
  const { status, stderr, error } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr);
}

/** Whether there is a python3 here whose SQLite takes texts in double quotes, as it does unless it is built otherwise. */
const isPossible = write(':memory:', [`CREATE TABLE t (a CHECK (a <> "q"))`]) === null;

type Import = (...statements: readonly string[]) => Promise<TestTarget>;

/** Runs the same tests against a file and against a server that begins with it. */
export function describeImported(name: string, body: (importAll: Import) => void): void {
  if (!isPossible) {
    describe.skip(`${name} (skipped: no python3 with SQLite as it comes)`, () => body(() => Promise.reject()));
    return;
  }
  let folder = '';
  let count = 0;
  const makeFile = (statements: readonly string[]): string => {
    count += 1;
    const path = join(folder, `${count}.db`);
    const reason = write(path, statements);
    if (reason !== null) throw new Error(reason);
    return path;
  };
  const prepare = () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'migrate-prod-imported-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
  };
  describe(`${name}, as a file`, () => {
    prepare();
    body(async (...statements) => {
      const path = makeFile(statements);
      return { kind: 'file', url: `file:${path}`, sql: async (...all) => runInFile(path, all) };
    });
  });
  describeWithServer(`${name}, on a server`, () => {
    prepare();
    const servers: Server[] = [];
    afterEach(async () => {
      for (const server of servers.splice(0)) await server.stop();
    });
    body(async (...statements) => {
      const server = await startServer({ database: makeFile(statements) });
      servers.push(server);
      return { kind: 'server', url: server.url, sql: async (...all) => (await server.sql(all)).at(-1) ?? [] };
    });
  });
}
