/** An UPDATE that breaks a unique index which is there already. In a UNIQUE index that the plan makes: `duplicates.sampled.test.ts`. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';

const person = 'CREATE TABLE "Person" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "team" INTEGER);';
const unique = `${person}\nCREATE UNIQUE INDEX "Person_email_key" ON "Person"("email");`;
const lower = 'UPDATE "Person" SET "email" = lower("email");';
const pairOf = (first: string | null, second: string | null) => ({
  Person: [
    [1, first, 1],
    [2, second, 1],
  ],
});
const same = pairOf('A@shop.example', 'a@shop.example');

const meets = {
  tells: 'blocker',
  code: 'duplicates',
  at: 'UPDATE',
  schema: unique,
  rows: same,
  pending: [lower],
  count: 2,
  fails: 'UNIQUE constraint failed: Person.email',
} as const;
const apart = { tells: 'nothing', code: 'duplicates', schema: unique, pending: [lower] } as const;

const cases: readonly Case[] = [
  { ...meets, title: 'texts that are the same in small letters' },
  {
    ...apart,
    title: 'texts that are not',
    rows: pairOf('A@shop.example', 'b@shop.example'),
    after: pairOf('a@shop.example', 'b@shop.example'),
  },
  { ...apart, title: 'NULL, which is unlike NULL', rows: pairOf(null, null) },
  {
    ...apart,
    title: 'texts of which the index holds one',
    schema: `${person}\nCREATE UNIQUE INDEX "Person_email_key" ON "Person"("email") WHERE "id" > 1;`,
    rows: same,
    after: pairOf('a@shop.example', 'a@shop.example'),
  },
  {
    ...meets,
    title: 'texts that only an expression of the index makes the same',
    schema: `${person}\nCREATE UNIQUE INDEX "Person_email_key" ON "Person"(trim("email"));`,
    rows: pairOf(' a@shop.example', 'A@shop.example'),
    fails: `UNIQUE constraint failed: index 'Person_email_key'`,
  },
  {
    ...meets,
    title: 'two columns of a key, of which one is set',
    schema: `${person}\nCREATE UNIQUE INDEX "Person_team_email_key" ON "Person"("team", "email");`,
    fails: 'UNIQUE constraint failed: Person.team, Person.email',
  },
  {
    ...apart,
    title: 'two columns of a key, whose other one differs',
    schema: `${person}\nCREATE UNIQUE INDEX "Person_team_email_key" ON "Person"("team", "email");`,
    rows: { Person: same.Person.map(([id = null, email = null]) => [id, email, id]) },
    after: {
      Person: [
        [1, 'a@shop.example', 1],
        [2, 'a@shop.example', 2],
      ],
    },
  },
  {
    ...apart,
    title: 'rows of which an earlier statement deletes one',
    rows: same,
    pending: [`DELETE FROM "Person" WHERE "id" = 1;\n${lower}`],
    after: { Person: [[2, 'a@shop.example', 1]] },
  },
];

describeCases('an UPDATE under a unique index that is there', sampled(cases, 3));
