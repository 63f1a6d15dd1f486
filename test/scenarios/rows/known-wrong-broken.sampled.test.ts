/**
 * What nobody can use after a migration: more ways to come there than in `broken-uses.sampled.test.ts` (keys, triggers, views, full-text
 * indexes), `impure-dates.slow.test.ts` (dates of now) and `left-out.sampled.test.ts` (tables made of a query), and rows that are only tried.
 */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { keysOff, redefine } from './rebuilds.ts';

const code = 'leaves-broken';
const indexed = 'CREATE UNIQUE INDEX "Country_code_key" ON "Country"("code");';
const countries = `CREATE TABLE "Country" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL);\n${indexed}`;
const cities = 'CREATE TABLE "City" ("id" INTEGER NOT NULL PRIMARY KEY, "country" TEXT REFERENCES "Country" ("code"));';
const world = { schema: `${countries}\n${cities}`, rows: { Country: [], City: [] } };
const mismatch = /nothing can be written to "City".*foreign key mismatch - "City" referencing "Country"/;

const keys: readonly Case[] = [
  {
    ...world,
    title: 'a view takes the name of the table that a key refers to',
    pending: [
      keysOff('ALTER TABLE "Country" RENAME TO "State";\nCREATE VIEW "Country" AS SELECT * FROM "State";').replace(
        'PRAGMA foreign_keys=OFF;',
        'PRAGMA foreign_keys=OFF;\nDROP TABLE "City";',
      ),
      cities,
    ],
    of: 1,
    tells: 'hazard',
    code,
    at: 'CREATE TABLE',
    says: mismatch,
    after: { State: [], City: [] },
  },
  {
    ...world,
    title: 'the table that a key refers to gets another name, and the key follows',
    pending: ['ALTER TABLE "Country" RENAME TO "State";'],
    tells: 'nothing',
    code,
    after: { State: [], City: [] },
  },
  {
    ...world,
    title: 'the column that a key refers to gets another name, and the key follows',
    pending: ['ALTER TABLE "Country" RENAME COLUMN "code" TO "iso";'],
    tells: 'nothing',
    code,
  },
  {
    ...world,
    title: 'an index of two columns takes the place of one that a key refers to',
    pending: ['CREATE UNIQUE INDEX "Country_code_id_key" ON "Country"("code", "id");\nDROP INDEX "Country_code_key";'],
    tells: 'hazard',
    code,
    at: 'DROP INDEX',
    says: mismatch,
    after: world.rows,
  },
  {
    ...world,
    title: 'an index of two columns in another order than those of the key',
    schema: countries,
    rows: { Country: [] },
    pending: [
      'CREATE UNIQUE INDEX "Country_id_code_key" ON "Country"("id", "code");\nCREATE TABLE "City" ("id" INTEGER NOT NULL PRIMARY KEY, "country" TEXT, "number" INTEGER, FOREIGN KEY ("country", "number") REFERENCES "Country" ("code", "id"));',
    ],
    after: world.rows,
    tells: 'nothing',
    code,
  },
  {
    ...world,
    title: 'a table is made of a query, and a key refers to it',
    pending: [
      keysOff(
        'CREATE TABLE "new_Country" AS SELECT * FROM "Country";\nDROP TABLE "Country";\nALTER TABLE "new_Country" RENAME TO "Country";',
      ),
    ],
    tells: 'hazard',
    code,
    at: 'CREATE TABLE',
    says: mismatch,
    after: world.rows,
  },
  {
    ...world,
    title: 'a table is made of a query, and gets its index again',
    pending: [
      keysOff(
        `CREATE TABLE "new_Country" AS SELECT * FROM "Country";\nDROP TABLE "Country";\nALTER TABLE "new_Country" RENAME TO "Country";\n${indexed}`,
      ),
    ],
    tells: 'nothing',
    code,
  },
];

const worn = 'CREATE TABLE "W" ("id" INTEGER NOT NULL PRIMARY KEY, "y" INTEGER, "harness" TEXT);';
const fits = { schema: worn, rows: { W: [[1, 2, null]] } };
const trigger = (does: string, of = '"y"') => `CREATE TRIGGER "tr" AFTER UPDATE OF ${of} ON "W" BEGIN ${does}; END;`;
const writes = trigger(`UPDATE "W" SET "harness" = 'x' WHERE "id" = NEW."id"`);
const drop = 'ALTER TABLE "W" DROP COLUMN "harness";';

const triggers: readonly Case[] = [
  {
    ...fits,
    title: 'a trigger of the same file writes a column that goes behind it',
    pending: [`${writes}\n${drop}`],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: /trigger "tr" of "W" does not work: no such column: harness/,
    after: { W: [[1, 2]] },
  },
  {
    ...fits,
    title: 'a trigger of the migration before writes a column that goes',
    pending: [writes, drop],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: /trigger "tr" of "W" does not work: no such column: harness/,
    after: { W: [[1, 2]] },
  },
  {
    ...fits,
    title: 'a trigger of the same file that waits for a column that goes, which it never sees again',
    pending: [`${trigger('UPDATE "W" SET "y" = 0', '"harness"')}\n${drop}`],
    tells: 'nothing',
    code,
    after: { W: [[1, 2]] },
  },
  {
    ...fits,
    title: 'a trigger reads a column that goes: the engine says so itself',
    pending: [`${trigger('UPDATE "W" SET "y" = 0 WHERE "harness" IS NULL')}\n${drop}`],
    tells: 'blocker',
    code: 'rehearsal-failed',
    at: 'ALTER TABLE',
    fails: 'no such column: harness',
  },
];

const note = 'CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT);';
const day = 'CREATE INDEX "Note_day_idx" ON "Note"(date("at", \'localtime\'));';
const dated = { schema: note, rows: { Note: [[1, '2026-01-01']] } };
const undated = { schema: note, rows: { Note: [[1, null]] } };

const dates: readonly Case[] = [
  {
    ...dated,
    title: 'an index of local days fails on a row that has one',
    pending: [day],
    tells: 'blocker',
    code: 'fails-on-rows',
    at: 'CREATE INDEX',
    fails: 'non-deterministic use of date() in an index',
  },
  {
    ...undated,
    title: 'an index of local days fails on no row, and on the next one that has a day',
    pending: [day],
    tells: 'hazard',
    code,
    at: 'CREATE INDEX',
    says: /rows cannot be written to "Note" where date\("at", 'localtime'\) is computed/,
    after: undated.rows,
  },
  { ...dated, title: 'an index of days', pending: [day.replace(", 'localtime'", '')], tells: 'nothing', code },
  {
    ...dated,
    title: 'an index of days until now fails on every row',
    pending: [`CREATE INDEX "Note_idx" ON "Note"("at") WHERE "at" > date('now');`],
    tells: 'blocker',
    code,
    at: 'CREATE INDEX',
    says: /no row can be inserted into "Note", because of date\('now'\)/,
    fails: 'non-deterministic use of date() in an index',
  },
  {
    ...dated,
    title: 'an index of days until one that is written down',
    pending: [`CREATE INDEX "Note_idx" ON "Note"("at") WHERE "at" > date('2026-01-01');`],
    tells: 'nothing',
    code,
  },
];

const log = 'CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);';
const logged = { schema: log, rows: { Log: [[1, 'a']] } };
const sound = { tells: 'nothing', code, ...logged } as const;
const strict = '"text" TEXT NOT NULL CHECK (length("text") > 3) UNIQUE';

const refused: readonly Case[] = [
  {
    ...sound,
    title: 'NOT NULL, a CHECK, a key and a foreign key of a new table, and a trigger that refuses most of its rows',
    pending: [
      `CREATE TABLE "Line" ("id" INTEGER PRIMARY KEY, ${strict}, "log" INTEGER NOT NULL REFERENCES "Log" ("id"));
CREATE TRIGGER "Line_text" BEFORE INSERT ON "Line" WHEN NEW."text" IS NULL OR NEW."text" < 'zzzz' BEGIN SELECT RAISE(ABORT, 'not so'); END;`,
    ],
    after: { ...logged.rows, Line: [] },
    next: { sql: `INSERT INTO "Line" VALUES (1, 'zzzzz', 1) RETURNING "id"`, rows: [[1]] },
  },
  {
    ...sound,
    title: 'a table that refers to itself in every row',
    pending: ['CREATE TABLE "Line" ("id" INTEGER PRIMARY KEY, "line" INTEGER NOT NULL REFERENCES "Line" ("id"));'],
    after: { ...logged.rows, Line: [] },
    next: { sql: 'INSERT INTO "Line" VALUES (1, 1) RETURNING "id"', rows: [[1]] },
  },
  {
    ...sound,
    title: 'triggers that keep a table with rows as it is',
    pending: [
      ['UPDATE', 'DELETE', 'INSERT']
        .map(
          (event, index) =>
            `CREATE TRIGGER "Log_${event}" BEFORE ${event} ON "Log" BEGIN SELECT RAISE(${['ABORT', 'FAIL', 'ROLLBACK'][index]}, 'for ever'); END;`,
        )
        .join('\n'),
    ],
    next: { sql: 'SELECT count(*) FROM "Log"', rows: [[1]] },
  },
  {
    ...sound,
    title: 'a trigger that ignores every row',
    pending: ['CREATE TRIGGER "Log_none" BEFORE INSERT ON "Log" BEGIN SELECT RAISE(IGNORE); END;'],
    next: { sql: `INSERT INTO "Log" VALUES (2, 'b') RETURNING "id"`, rows: [] },
  },
  {
    ...sound,
    title: 'a trigger whose rows a constraint of another table refuses, as long as there is no parent',
    schema: `${log}\nCREATE TABLE "Line" ("id" INTEGER PRIMARY KEY, ${strict}, "log" INTEGER NOT NULL REFERENCES "Log" ("id"));`,
    rows: { ...logged.rows, Line: [] },
    pending: [
      'CREATE TRIGGER "Log_lines" AFTER UPDATE ON "Log" BEGIN INSERT INTO "Line" ("text", "log") VALUES (NEW."text", NEW."id" + 98); END;',
    ],
  },
  {
    ...sound,
    title: 'a new column whose CHECK no row without it breaks',
    pending: [`ALTER TABLE "Log" ADD COLUMN "more" TEXT CHECK (json_extract("more", '$.a') > 0);`],
    after: { Log: [[1, 'a', null]] },
  },
  {
    ...sound,
    title: 'a STRICT table, an index of JSON, and a table that can only be empty',
    pending: [
      `CREATE TABLE "Line" ("id" INTEGER PRIMARY KEY, "text" TEXT NOT NULL CHECK (json_valid("text")), "data" BLOB) STRICT;
CREATE INDEX "Line_a_idx" ON "Line"("text" ->> '$.a');
CREATE TABLE "None" ("id" INTEGER PRIMARY KEY, "a" TEXT CHECK (0));`,
    ],
    after: { ...logged.rows, Line: [], None: [] },
    next: { sql: `INSERT INTO "Line" VALUES (1, '{"a":1}', x'00') RETURNING "id"`, rows: [[1]] },
  },
  {
    ...logged,
    title: 'beside them a trigger that names what is not there',
    pending: [
      `CREATE TRIGGER "Log_never" BEFORE DELETE ON "Log" BEGIN SELECT RAISE(ABORT, 'for ever'); END;
CREATE TRIGGER "Log_wrong" AFTER UPDATE ON "Log" BEGIN INSERT INTO "Lines" VALUES (1); END;`,
    ],
    tells: 'hazard',
    code,
    at: 'CREATE TRIGGER',
    says: /"Log_wrong" of "Log" does not work: no such table: main\.Lines/,
    after: logged.rows,
  },
  {
    ...sound,
    title: 'a rebuild of a table whose rows a trigger refuses',
    schema: `${log}\nCREATE TRIGGER "Log_never" BEFORE DELETE ON "Log" BEGIN SELECT RAISE(ABORT, 'for ever'); END;`,
    pending: [
      redefine({ table: 'Log', columns: '"id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT', into: '"id", "text"' }),
    ],
  },
];

describeCases('a foreign key that cannot be satisfied, in other ways', sampled(keys, 3));
describeCases('a trigger that cannot run, in other ways', sampled(triggers, 2));
describeCases('a date of now, over rows', sampled(dates, 2));
describeCases('a row that is only tried', sampled(refused, 4));

describeTargets('an index that fails on every row', (fresh) => {
  it('is told once', async () => {
    const story = {
      title: '',
      ...dated,
      pending: [`CREATE INDEX "Note_idx" ON "Note"("at") WHERE "at" > date('now');`],
    };
    const { url } = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url, migrations: migrationsOf(story) });
    expect(findAll(planned).filter(({ kind }) => kind === 'blocker')).toHaveLength(1);
  });
});
