/** The floor of a migrator: asks what is recorded, then sends all the other files and their records at once. No transaction, no lock. */

import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const [url, folder] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

function send(requests) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v2/pipeline`, { method: 'POST', agent }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      incoming.on('end', () => {
        const { results } = JSON.parse(text);
        const failed = results.find(({ type }) => type === 'error');
        if (failed) reject(new Error(failed.error.message));
        else resolve(results);
      });
    });
    outgoing.on('error', reject).end(JSON.stringify({ requests: [...requests, { type: 'close' }] }));
  });
}

const execute = (sql) => ({ type: 'execute', stmt: { sql } });
const [, found] = await send([
  execute('CREATE TABLE IF NOT EXISTS "done" ("name" TEXT PRIMARY KEY)'),
  execute('SELECT "name" FROM "done"'),
]);
const done = new Set(found.response.result.rows.map(([{ value }]) => value));
const names = readdirSync(folder).filter((name) => /^\d/.test(name) && !done.has(name));
const scripts = names.sort().map((name) => {
  const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
  return { type: 'sequence', sql: `${sql}\n;INSERT INTO "done" VALUES ('${name}')` };
});
if (scripts.length > 0) await send(scripts);
agent.destroy();
