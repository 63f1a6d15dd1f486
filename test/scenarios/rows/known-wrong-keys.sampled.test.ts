/**
 * A key whose new type does not take its values, and the like of other columns. That no number is in a text: `rowid-keys.sampled.test.ts`;
 * a STRICT table: `on-rows.sampled.test.ts`.
 */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { redefine } from './rebuilds.ts';

const schema = 'CREATE TABLE "Person" ("id" TEXT NOT NULL PRIMARY KEY, "note" TEXT);';
const rowsOf = (id: string, note: string | null = null) => ({ Person: [[id, note]] });
const counted = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "note" TEXT';
const copy = { table: 'Person', columns: counted, into: '"id", "note"' };
const textKey = '"id" TEXT NOT NULL PRIMARY KEY, "note" TEXT';

const fails = { tells: 'blocker', code: 'fails-on-rows', at: 'INSERT', schema } as const;
const fits = { tells: 'nothing', code: 'fails-on-rows', schema } as const;
const json = `${textKey}, "name" TEXT AS ("note" ->> '$.name')`;

const cases: readonly Case[] = [
  {
    ...fails,
    title: 'a text as a number, which is no key',
    code: 'check-fails',
    rows: rowsOf('ck2f7'),
    pending: [redefine(copy)],
    count: 1,
    fails: 'datatype mismatch',
  },
  {
    ...fits,
    title: 'a text of digits as a number, which is one',
    rows: rowsOf('12'),
    pending: [redefine(copy)],
    after: { Person: [[12, null]] },
  },
  {
    ...fits,
    title: 'a text as a number, in a key that need not be a row id',
    rows: rowsOf('ck2f7'),
    pending: [redefine({ ...copy, columns: '"id" INT NOT NULL PRIMARY KEY, "note" TEXT' })],
  },
  {
    ...fails,
    title: 'a text as a number, in a key of a STRICT table that need not be a row id',
    rows: rowsOf('ck2f7'),
    pending: [redefine({ ...copy, columns: '"id" INT NOT NULL PRIMARY KEY, "note" TEXT', options: 'STRICT' })],
    fails: 'cannot store TEXT value in INT column',
  },
  {
    ...fits,
    title: 'a text of digits in a key of a STRICT table',
    rows: rowsOf('12'),
    pending: [redefine({ ...copy, columns: '"id" INT NOT NULL PRIMARY KEY, "note" TEXT', options: 'STRICT' })],
    after: { Person: [[12, null]] },
  },
  {
    ...fails,
    title: 'a generated column of which a STRICT table takes no text',
    rows: rowsOf('a', 'x'),
    pending: [redefine({ ...copy, columns: `${textKey}, "size" INTEGER AS ("note" || '') STORED`, options: 'STRICT' })],
    fails: 'cannot store TEXT value in INTEGER column',
  },
  {
    ...fails,
    title: 'a generated column that takes no NULL',
    rows: rowsOf('a'),
    pending: [redefine({ ...copy, columns: `${textKey}, "loud" TEXT NOT NULL AS (upper("note")) STORED` })],
    fails: 'NOT NULL constraint failed: new_Person.loud',
  },
  {
    ...fits,
    title: 'a generated column that takes no NULL and meets none',
    rows: rowsOf('a', 'x'),
    pending: [redefine({ ...copy, columns: `${textKey}, "loud" TEXT NOT NULL AS (upper("note")) STORED` })],
    after: { Person: [['a', 'x', 'X']] },
  },
  {
    ...fails,
    title: 'a stored column out of JSON that is none',
    rows: rowsOf('a', 'x'),
    pending: [redefine({ ...copy, columns: `${json} STORED` })],
    fails: 'malformed JSON',
  },
  {
    ...fits,
    title: 'a stored column out of JSON that is some',
    rows: rowsOf('a', '{"name":"Ada"}'),
    pending: [redefine({ ...copy, columns: `${json} STORED` })],
    after: { Person: [['a', '{"name":"Ada"}', 'Ada']] },
  },
  {
    ...fails,
    title: 'a generated column that a CHECK speaks of',
    rows: rowsOf('a', 'x'),
    pending: [
      redefine({ ...copy, columns: `${textKey}, "size" INTEGER AS (length("note")) STORED CHECK ("size" > 1)` }),
    ],
    code: 'check-fails',
    fails: 'CHECK constraint failed',
  },
];

describeCases('a key and columns whose values do not fit', sampled(cases, 4));

describeTargets('beside a failing copy', (fresh) => {
  const told = async (columns: string, options: string, pending = redefine({ ...copy, columns, options })) => {
    const story = { title: '', schema, rows: rowsOf('ck2f7', 'x'), pending: [pending] };
    const { url } = await begin(await fresh(), story);
    const findings = findAll((await plan({ url, migrations: migrationsOf(story) })).plan);
    return findings
      .filter(({ code }) => code !== 'rebuild')
      .map(({ kind, code, message }) => ({ kind, code, message }));
  };

  it.each([
    ['a key', counted, ''],
    ['a STRICT table', '"id" TEXT NOT NULL PRIMARY KEY, "note" INTEGER', 'STRICT'],
    ['a generated column', `${json} STORED`, ''],
  ])('no note says that all is well, or that nobody looked: %s', async (_, columns, options) => {
    const findings = await told(columns, options);
    expect(findings.map(({ kind }) => kind)).toContain('blocker');
    expect(findings.filter(({ kind }) => kind === 'note')).toEqual([]);
  });
});
