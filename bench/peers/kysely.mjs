/** kysely's migrator; a migration is code there, which runs the file's statements one by one. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { Kysely, Migrator, sql } from 'kysely';
import { LibsqlDialect } from 'kysely-libsql';

const [url, folder] = process.argv.slice(2);
const client = createClient({ url: `${url}/` });
const db = new Kysely({ dialect: new LibsqlDialect({ client }) });

function readMigration(name) {
  const statements = readFileSync(join(folder, name, 'migration.sql'), 'utf8').split(/;\s*\n/);
  return {
    up: async (database) => {
      for (const statement of statements) if (statement.trim() !== '') await sql.raw(statement).execute(database);
    },
  };
}

const migrator = new Migrator({
  db,
  provider: {
    getMigrations: async () =>
      Object.fromEntries(
        readdirSync(folder)
          .filter((name) => /^\d/.test(name))
          .map((name) => [name, readMigration(name)]),
      ),
  },
});
const { error } = await migrator.migrateToLatest();
if (error) throw error;
await db.destroy();
client.close();
