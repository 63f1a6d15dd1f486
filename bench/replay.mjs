/** Run as a process of its own: reads a folder of migrations and replays it on the engine, file by file. The floor of `drift`. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

const [folder = '.'] = process.argv.slice(2);
const database = new Database(':memory:');
for (const entry of readdirSync(folder, { withFileTypes: true }).sort((left, right) =>
  left.name < right.name ? -1 : 1,
)) {
  if (entry.isDirectory()) database.exec(readFileSync(join(folder, entry.name, 'migration.sql'), 'utf8'));
}
database.close();
