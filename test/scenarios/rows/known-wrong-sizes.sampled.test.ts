/** A row that is larger than the server takes: its engine is asked for its limit, which this one has not. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "note" TEXT, "more" TEXT';
const schema = `CREATE TABLE "Memo" (${columns});`;
const rows = { Memo: [[1, 'a'.repeat(900_000), null]] };
const grow = (times: number) => `UPDATE "Memo" SET "more" = replace("note", 'a', '${'b'.repeat(times)}');`;
const repeated = (times: number) => Array.from({ length: times }, () => '"note"').join(' || ');
const copyOf = (more: string) =>
  redefine({ table: 'Memo', columns, into: '"id", "note", "more"', select: `"id", "note", ${more}` });
const literal = (bytes: number) => `INSERT INTO "Memo" VALUES (2, '${'x'.repeat(bytes)}', NULL);`;
const fresh = (bytes: number) =>
  `CREATE TABLE "Page" ("text" TEXT);\nINSERT INTO "Page" VALUES ('${'x'.repeat(bytes)}');`;

const onRows = /^Fails on production's rows: string or blob too big \(a row would have [\d,]{9} bytes\)\.$/;
const atOnce = /^The server refuses it: string or blob too big\.$/;

const refused: readonly (readonly [title: string, pending: readonly string[], says: RegExp, line: number])[] = [
  ['a text that an UPDATE makes', [grow(6)], onRows, 1],
  ['one text beside another', [grow(5)], onRows, 1],
  ['a text that grows in two migrations', [grow(3), `-- more\n${grow(5)}`], onRows, 2],
  ['a text that a copy makes', [copyOf(repeated(5))], onRows, 5],
  ['a text of all rows', [`INSERT INTO "Memo" SELECT 2, group_concat(${repeated(6)}), NULL FROM "Memo";`], onRows, 1],
  ['a text in the file', [literal(5_000_001)], atOnce, 1],
  ['a text in the file, in a table of the same file', [fresh(5_000_001)], atOnce, 2],
];

const taken: readonly (readonly [title: string, pending: readonly string[]])[] = [
  ['a text that an UPDATE makes', [grow(4)]],
  ['a text that a copy makes', [copyOf(repeated(4))]],
  ['texts in many rows', [`INSERT INTO "Memo" SELECT "value", "note", NULL FROM "Memo", json_each('[2,3,4,5,6,7]');`]],
  ['a text in the file', [literal(4_900_000)]],
];

const tooBig = { outcome: 'failed', error: { message: expect.stringContaining('string or blob too big') } };

describeTargets('a row that a server does not take', (open, kind) => {
  const prepare = async (pending: readonly string[]) => {
    const story = { title: '', schema, rows, pending };
    const target = await begin(await open(), story);
    return { target, input: { url: target.url, migrations: migrationsOf(story) } };
  };

  it.each(sampled(refused, 2))(
    'is told where it is planned, and taken by a file: %s',
    async (_, pending, says, line) => {
      const { input } = await prepare(pending);
      const { plan: planned, ready } = await plan(input);
      const found = findAll(planned).filter((finding) => finding.kind === 'blocker');
      expect([ready, found.length > 0]).toEqual(kind === 'server' ? [false, true] : [true, false]);
      if (kind === 'server') expect(found[0]).toMatchObject({ line, message: expect.stringMatching(says) });
      // Without a look at the rows, it is as the plan said.
      const result = await apply({ ...input, rows: 0 });
      if (says === atOnce) expect(result.outcome).toBe(kind === 'server' ? 'blocked' : 'applied');
      else expect(result).toMatchObject(kind === 'server' ? tooBig : { outcome: 'applied' });
    },
  );

  it.each(sampled(taken, 1))('is not told of one that it takes: %s', async (_, pending) => {
    const { input } = await prepare(pending);
    const { plan: planned, ready } = await plan(input);
    expect([ready, findAll(planned).filter(({ kind: told }) => told === 'blocker')]).toEqual([true, []]);
    expect(await apply(input)).toMatchObject({ outcome: 'applied', error: null });
  });
});
