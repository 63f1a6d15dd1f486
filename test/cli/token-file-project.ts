/** A project in git whose production has a token in a file, and a server that takes its time. */

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';
import { git, gitEnvironment, startRepository, writeFiles } from '../support/git.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { freshDatabase, type Server, startServer } from '../support/server.ts';
import { runInProcess } from './in-process.ts';

export const file = '.env.turso-prod';

const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';

/** A new project for each test; its file is not in git, not ignored, and its owner's alone. */
export function useTokenFile() {
  let [server, proxy, project, direct, url] = [] as unknown as [Server, TestProxy, Project, string, string];
  beforeAll(async () => {
    server = await startServer();
    proxy = await startProxy(server.port);
    // Over a network git has answered before the server has.
    proxy.latency(400);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(async () => {
    direct = await freshDatabase(server);
    url = proxy.through(direct);
    project = await makeProject({ '1_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' }, { schema });
    startRepository(project.root, { '.gitignore': '.env\n' });
    write(file);
  });
  afterEach(() => project.remove());

  /** Nothing but what is written there says which database and token. */
  function write(name: string): void {
    writeFiles(project.root, { [name]: `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=a-token-of-the-shop\n` });
    chmodSync(join(project.root, name), 0o600);
  }
  const at = (name: string) => join(project.root, name);
  const sql = async (text: string) => (await server.sql(text, direct))[0]?.flat();
  return {
    at,
    write,
    sql,
    writeFile: (name: string, text: string) => writeFiles(project.root, { [name]: text }),
    git: (...args: readonly string[]) => git(project.root, ...args),
    run: (...args: readonly string[]) => runInProcess(args, { cwd: project.root, env: gitEnvironment }),
    runWith: (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
      runInProcess(args, { cwd: project.root, env: { ...gitEnvironment, ...env } }),
    tables: () => sql("SELECT name FROM sqlite_schema WHERE type = 'table'"),
    url: () => url,
  };
}
