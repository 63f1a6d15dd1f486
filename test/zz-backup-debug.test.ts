import { expect, it } from 'vitest';
import { apply } from '../src/index.ts';
import { openEmbedded } from './support/embedded-adapter.ts';
import { mkdtempSync } from 'node:fs';
it('x', async () => {
  const folder = mkdtempSync('/tmp/zz-'); const path = `${folder}/l.db`;
  const database = openEmbedded(path); database.exec('PRAGMA journal_mode=delete');
  const t = Date.now(); const log = (...a: unknown[]) => console.log(Date.now() - t, ...a);
  const init = { name: '1_a', sql: 'CREATE TABLE a(b);' }; const next = { name: '2_a', sql: 'CREATE TABLE c(b);' };
  log((await apply({ url: `file:${path}`, migrations: [init] })).outcome);
  database.exec('BEGIN EXCLUSIVE'); log('locked');
  setTimeout(() => { log('commit'); database.exec('COMMIT'); log('committed'); }, 300);
  const r = await apply({ url: `file:${path}`, migrations: [init, next], backup: `${folder}/c.db`, onEvent: (e) => log(JSON.stringify(e)) });
  log(r.outcome, r.error);
  expect(1).toBe(1);
}, 60000);
