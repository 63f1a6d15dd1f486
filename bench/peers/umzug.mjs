/** umzug, with the storage that its documentation has one write: a file in one request, and its record in another. */

import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { createClient } from '@libsql/client';
import { Umzug } from 'umzug';

const [url, folder] = process.argv.slice(2);
const client = createClient({ url: `${url}/` });

await client.execute('CREATE TABLE IF NOT EXISTS "done" ("name" TEXT PRIMARY KEY)');
const umzug = new Umzug({
  migrations: {
    glob: ['*/migration.sql', { cwd: folder }],
    resolve: ({ path }) => ({
      name: basename(dirname(path)),
      up: () => client.executeMultiple(readFileSync(path, 'utf8')),
    }),
  },
  storage: {
    logMigration: ({ name }) => client.execute({ sql: 'INSERT INTO "done" VALUES (?)', args: [name] }),
    unlogMigration: ({ name }) => client.execute({ sql: 'DELETE FROM "done" WHERE "name" = ?', args: [name] }),
    executed: async () =>
      (await client.execute('SELECT "name" FROM "done" ORDER BY "name"')).rows.map(({ name }) => name),
  },
  logger: undefined,
});
await umzug.up();
client.close();
