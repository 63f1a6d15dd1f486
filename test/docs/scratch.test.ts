import { it } from 'vitest';
import { startServer, freshDatabase } from '../support/server.ts';
it('x', async () => {
  const s = await startServer();
  const u = await freshDatabase(s);
  const t = async (sql: string[]) => { try { console.log(sql.at(-1), JSON.stringify((await s.sql(sql, u)).at(-1))); } catch (e) { console.log(sql.at(-1), String(e)); } };
  await t(['CREATE TABLE t (a TEXT)', 'INSERT INTO t VALUES (:name)']);
  await t(['SELECT * FROM t']);
  await t(['CREATE TEMP TABLE x (a)']);
  await t(['VACUUM']);
  await t(['PRAGMA foreign_keys=ON','CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT)', 'CREATE TABLE c (n TEXT REFERENCES p (name))', "INSERT INTO p VALUES (1,'a')", "INSERT INTO c VALUES (NULL)"]);
  await t(['PRAGMA foreign_keys=ON', "INSERT INTO c VALUES ('a')"]);
  await t(['PRAGMA foreign_keys=ON', "DELETE FROM p"]);
  await s.stop();
});
