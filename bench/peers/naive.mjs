/** As most people write it by hand: split at semicolons, one request for each statement, and the record afterwards. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@libsql/client';

const [url, folder] = process.argv.slice(2);
const client = createClient({ url: `${url}/` });

await client.execute('CREATE TABLE IF NOT EXISTS "done" ("name" TEXT PRIMARY KEY)');
const { rows } = await client.execute('SELECT "name" FROM "done"');
const done = new Set(rows.map(({ name }) => name));
for (const name of readdirSync(folder).sort()) {
  if (!/^\d/.test(name) || done.has(name)) continue;
  const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
  for (const statement of sql.split(/;\s*\n/)) if (statement.trim() !== '') await client.execute(statement);
  await client.execute({ sql: 'INSERT INTO "done" VALUES (?)', args: [name] });
}
client.close();
