/** The examples of the page on the library run as they stand, one after the other, against a real server. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';

const page = readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8');
const library = new URL('../../dist/index.js', import.meta.url);

describeWithServer('the page on the library', () => {
  let server: Server;
  let project: Project;
  beforeAll(async () => {
    server = await startServer();
    const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';
    project = await makeProject({ '1_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' }, { schema });
  });
  afterAll(async () => {
    await server.stop();
    await project.remove();
  });

  it('has examples that run', async () => {
    const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block);
    await project.writeFile('page.mjs', blocks.join('\n').replaceAll("from 'migrate-prod'", `from '${library}'`));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(project.root, 'page.mjs')], {
      cwd: project.root,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, TURSO_DATABASE_URL: await freshDatabase(server) },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(1)).toEqual([
      "applied [ '1_a' ]",
      "[ '1_a applied' ]",
      '1',
      'true [',
      "  'production-migrations: 0',",
      "  'migrations-schema: 0',",
      "  'production-schema: 0'",
      ']',
      'UNREACHABLE true',
      '',
    ]);
  });
});
