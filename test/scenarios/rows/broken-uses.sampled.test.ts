/** What a migration leaves that nobody can use any more, and its nearest harmless twin. */

import { expect, it } from 'vitest';
import { apply, type Finding, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { type Case, describeCases, findAll } from './cases.ts';
import { anyOfRebuild, keysOff, redefine } from './rebuilds.ts';

const code = 'leaves-broken';

const indexed = 'CREATE UNIQUE INDEX "Country_code_key" ON "Country"("code");';
const countries = `CREATE TABLE "Country" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL);\n${indexed}`;
const cities = `CREATE TABLE "City" ("id" INTEGER NOT NULL PRIMARY KEY, "country" TEXT, CONSTRAINT "City_country_fkey" FOREIGN KEY ("country") REFERENCES "Country" ("code") ON DELETE SET NULL ON UPDATE CASCADE);`;
const world = { schema: `${countries}\n${cities}`, rows: { Country: [[1, 'fr']], City: [[1, 'fr']] } };
const lonely = { schema: countries, rows: { Country: [[1, 'fr']] } };
const mismatch = /nothing can be written to "City".*foreign key mismatch - "City" referencing "Country"/;
const unique = /CREATE UNIQUE INDEX "Country_code_key" ON "Country" \("code"\);$/;

const wide = {
  schema: `CREATE TABLE "W" ("id" INTEGER NOT NULL PRIMARY KEY, "y" INTEGER, "harness" TEXT);
CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);`,
  rows: { W: [[1, 2, 'a']], Log: [] },
};
const empty = { ...wide, rows: { W: [], Log: [] } };
const ownTrigger = `CREATE TRIGGER "W_own" AFTER UPDATE OF "y" ON "W" BEGIN UPDATE "W" SET "harness" = 'x' WHERE "id" = NEW."id"; END;`;
const otherTrigger = `CREATE TRIGGER "Log_w" AFTER INSERT ON "Log" BEGIN UPDATE "W" SET "harness" = NEW."text"; END;`;
const positional = `CREATE TRIGGER "W_log" AFTER INSERT ON "W" BEGIN INSERT INTO "Log" VALUES (NEW."id", 'new'); END;`;
const upsert = `CREATE TRIGGER "W_log" AFTER INSERT ON "W" BEGIN INSERT INTO "Log" ("text") VALUES ('new') ON CONFLICT ("text") DO NOTHING; END;`;

const noteColumns = '"id" INTEGER NOT NULL PRIMARY KEY, "body" TEXT, "title" TEXT';
const note = `CREATE TABLE "Note" (${noteColumns});`;
const fts5 = `CREATE VIRTUAL TABLE "Note_fts" USING fts5("body", content='Note', content_rowid='id');`;
const fts4 = `CREATE VIRTUAL TABLE "Note_fts" USING fts4("body", content='Note');`;

function keyed(columns: string, last = '') {
  return redefine({ table: 'Country', columns, into: '"id", "code"', last });
}

const keys: readonly Case[] = [
  {
    ...world,
    title: 'the index that makes a referenced column unique is dropped',
    pending: ['DROP INDEX "Country_code_key";'],
    tells: 'hazard',
    code,
    at: 'DROP INDEX',
    says: mismatch,
    way: unique,
    after: world.rows,
  },
  {
    ...world,
    title: 'the index is made again under another name',
    pending: ['DROP INDEX "Country_code_key";\nCREATE UNIQUE INDEX "Country_unique" ON "Country"("code");'],
    tells: 'nothing',
    code,
  },
  ...['"code" COLLATE NOCASE', '"code", "id"', '"code") WHERE ("id" > 0'].map(
    (columns): Case => ({
      ...world,
      title: `the index is made again as (${columns})`,
      pending: [`DROP INDEX "Country_code_key";\nCREATE UNIQUE INDEX "Country_code_key" ON "Country"(${columns});`],
      tells: 'hazard',
      code,
      at: 'DROP INDEX',
      says: mismatch,
      way: /CREATE UNIQUE INDEX "Country_code_key_2" ON "Country" \("code"\);$/,
      after: world.rows,
    }),
  ),
  {
    ...world,
    title: 'an index of other columns goes',
    schema: `${world.schema}\nCREATE INDEX "Country_id_code_idx" ON "Country"("id", "code");`,
    pending: ['DROP INDEX "Country_id_code_idx";'],
    tells: 'nothing',
    code,
  },
  {
    ...lonely,
    title: 'an index goes to which no key refers',
    pending: ['DROP INDEX "Country_code_key";'],
    tells: 'nothing',
    code,
  },
  {
    ...lonely,
    title: 'a new table refers to a column that is not unique',
    schema: 'CREATE TABLE "Country" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL);',
    pending: [cities],
    tells: 'hazard',
    code,
    at: 'CREATE TABLE',
    says: mismatch,
    way: unique,
    after: { ...lonely.rows, City: [] },
  },
  {
    ...lonely,
    title: 'a new table refers to a column that the same file makes unique, after it',
    schema: 'CREATE TABLE "Country" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL);',
    pending: [`${cities}\nCREATE UNIQUE INDEX "Country_code_key" ON "Country"("code");`],
    tells: 'nothing',
    code,
    after: { ...lonely.rows, City: [] },
  },
  {
    ...lonely,
    title: 'a new table refers to a table that nobody makes',
    pending: ['CREATE TABLE "Port" ("id" INTEGER NOT NULL PRIMARY KEY, "sea" INTEGER REFERENCES "Sea" ("id"));'],
    tells: 'hazard',
    code,
    at: 'CREATE TABLE',
    says: /nothing can be written to "Port".*no such table: main\.Sea/,
    after: { ...lonely.rows, Port: [] },
  },
  {
    ...lonely,
    title: 'new tables refer to each other, and to themselves',
    pending: [
      'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "b" INTEGER REFERENCES "B", "a" INTEGER REFERENCES "A" ("id"));\nCREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY, "a" INTEGER REFERENCES "A");',
    ],
    tells: 'nothing',
    code,
    after: { ...lonely.rows, A: [], B: [] },
  },
  {
    ...lonely,
    title: 'a new column refers to a column that is not unique',
    schema: `CREATE TABLE "Country" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL);\nCREATE TABLE "City" ("id" INTEGER NOT NULL PRIMARY KEY);`,
    pending: ['ALTER TABLE "City" ADD COLUMN "country" TEXT REFERENCES "Country" ("code");'],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: mismatch,
    way: unique,
    after: { ...lonely.rows, City: [] },
  },
  {
    ...lonely,
    title: 'a new column refers to one that is',
    schema: `${countries}\nCREATE TABLE "City" ("id" INTEGER NOT NULL PRIMARY KEY);`,
    pending: ['ALTER TABLE "City" ADD COLUMN "country" TEXT REFERENCES "Country" ("code");'],
    tells: 'nothing',
    code,
    after: { ...lonely.rows, City: [] },
  },
  {
    ...world,
    title: 'an empty table goes to which another refers',
    rows: { Country: [], City: [] },
    pending: [keysOff('DROP TABLE "Country";')],
    tells: 'hazard',
    code,
    at: 'DROP TABLE',
    says: /nothing can be written to "City".*no such table: main\.Country/,
    way: /CREATE TABLE "new_City"/,
    after: { City: [] },
  },
  {
    ...world,
    title: 'both go',
    rows: { Country: [], City: [] },
    pending: [keysOff('DROP TABLE "Country";\nDROP TABLE "City";')],
    tells: 'nothing',
    code,
    after: {},
  },
  {
    ...world,
    title: 'a rebuild forgets what a key refers to',
    schema: `CREATE TABLE "Country" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL UNIQUE);\n${cities}`,
    pending: [keyed('"id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL')],
    tells: 'hazard',
    code,
    at: anyOfRebuild,
    says: mismatch,
    way: unique,
    after: world.rows,
  },
  {
    ...world,
    title: 'a rebuild whose new column compares in another way',
    pending: [keyed('"id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL COLLATE NOCASE', indexed)],
    tells: 'nothing',
    code,
  },
  {
    ...world,
    title: 'a rebuild that keeps it',
    pending: [keyed('"id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL', indexed)],
    tells: 'nothing',
    code,
  },
  {
    ...world,
    title: 'what could not be satisfied before',
    byHand: ['DROP INDEX "Country_code_key"'],
    pending: ['ALTER TABLE "City" ADD COLUMN "mayor" TEXT;\nALTER TABLE "City" RENAME TO "Town";'],
    tells: 'nothing',
    code,
    after: { Country: [[1, 'fr']], Town: [[1, 'fr', null]] },
  },
];

const alsoByName = `CREATE TABLE "Capital" ("id" INTEGER NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "Country" ("name"));`;

const others: readonly Case[] = [
  {
    ...world,
    title: 'a key breaks beside one that was broken before',
    schema: `${countries.replace('"code" TEXT NOT NULL', '"code" TEXT NOT NULL, "name" TEXT')}\n${cities}`,
    rows: { Country: [[1, 'fr', null]], City: [[1, 'fr']], Capital: [] },
    byHand: [alsoByName],
    pending: ['DROP INDEX "Country_code_key";'],
    tells: 'hazard',
    code,
    at: 'DROP INDEX',
    says: mismatch,
    after: { Country: [[1, 'fr', null]], City: [[1, 'fr']], Capital: [] },
  },
  {
    ...lonely,
    title: 'a new table refers to one that the next migration makes',
    pending: [
      'CREATE TABLE "Port" ("id" INTEGER NOT NULL PRIMARY KEY, "sea" INTEGER REFERENCES "Sea" ("id"));\nCREATE VIEW "Seas" AS SELECT * FROM "Sea";',
      'CREATE TABLE "Sea" ("id" INTEGER NOT NULL PRIMARY KEY);',
    ],
    tells: 'nothing',
    code,
    after: { ...lonely.rows, Port: [], Sea: [] },
  },
  {
    ...lonely,
    title: 'the next migration only gives the new table another name',
    pending: [
      'CREATE TABLE "Port" ("id" INTEGER NOT NULL PRIMARY KEY, "sea" INTEGER REFERENCES "Sea" ("id"));',
      'ALTER TABLE "Port" RENAME TO "Harbour";',
    ],
    of: 0,
    tells: 'hazard',
    code,
    at: 'CREATE TABLE',
    says: /no such table: main\.Sea/,
    after: { ...lonely.rows, Harbour: [] },
  },
  {
    ...world,
    title: "what production has breaks until the plan's next migration",
    pending: ['DROP INDEX "Country_code_key";', indexed],
    of: 0,
    tells: 'hazard',
    code,
    at: 'DROP INDEX',
    says: mismatch,
    after: world.rows,
  },
  {
    title: 'a row id that rises, in a table without one and with a generated column',
    schema: `CREATE TABLE "A" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "b" TEXT, "c" TEXT AS ("b" || 'x') STORED);
CREATE TABLE "B" ("id" TEXT NOT NULL PRIMARY KEY, "a" INTEGER REFERENCES "A" ("id")) WITHOUT ROWID;`,
    rows: {},
    pending: ['ALTER TABLE "A" RENAME TO "A2";\nALTER TABLE "B" RENAME TO "B2";'],
    tells: 'nothing',
    code,
    after: { A2: [], B2: [] },
    next: { sql: `SELECT count(*) FROM "sqlite_sequence"`, rows: [[0]] },
  },
];

const triggers: readonly Case[] = [
  {
    ...wide,
    title: "a column that the table's own trigger writes",
    schema: `${wide.schema}\n${ownTrigger}`,
    pending: ['ALTER TABLE "W" DROP COLUMN "harness";'],
    allow: ['data-loss'],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: /trigger "W_own" of "W" does not work: no such column: harness/,
    way: /DROP TRIGGER "W_own";$/,
    after: { ...wide.rows, W: [[1, 2]] },
  },
  {
    ...wide,
    title: 'a column that no trigger names',
    schema: `${wide.schema}\n${ownTrigger}`.replace('"harness" TEXT', '"harness" TEXT, "belt" TEXT'),
    rows: { W: [[1, 2, 'a', null]], Log: [] },
    pending: ['ALTER TABLE "W" DROP COLUMN "belt";'],
    tells: 'nothing',
    code,
    after: wide.rows,
  },
  {
    ...empty,
    title: "a column that another table's trigger writes, said once although a third fires that one",
    schema: `${wide.schema}\n${otherTrigger}\n${positional}`,
    pending: ['ALTER TABLE "W" DROP COLUMN "harness";'],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: /trigger "Log_w" of "Log" does not work: no such column: harness/,
    after: empty.rows,
  },
  {
    ...wide,
    title: 'the file replaces the trigger',
    schema: `${wide.schema}\n${otherTrigger}`,
    pending: [
      `DROP TRIGGER "Log_w";\nALTER TABLE "W" DROP COLUMN "y";\n${otherTrigger.replace('"harness" = NEW."text"', '"harness" = NULL')}`,
    ],
    allow: ['data-loss'],
    tells: 'nothing',
    code,
    after: { ...wide.rows, W: [[1, 'a']] },
  },
  {
    ...empty,
    title: 'a new column for which a trigger has no value',
    schema: `${wide.schema}\n${positional}`,
    pending: ['ALTER TABLE "Log" ADD COLUMN "at" TEXT;'],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: /trigger "W_log" of "W" does not work: table Log has 3 columns but 2 values were supplied/,
    after: empty.rows,
  },
  {
    ...empty,
    title: 'a new column that a trigger need not fill',
    schema: `${wide.schema}\n${positional.replace('"Log"', '"Log" ("id", "text")')}`,
    pending: ['ALTER TABLE "Log" ADD COLUMN "at" TEXT;'],
    tells: 'nothing',
    code,
    after: empty.rows,
  },
  {
    ...empty,
    title: 'an index that an upsert of a trigger goes by',
    schema: `${wide.schema}\nCREATE UNIQUE INDEX "Log_text_key" ON "Log"("text");\n${upsert}`,
    pending: ['DROP INDEX "Log_text_key";'],
    tells: 'hazard',
    code,
    at: 'DROP INDEX',
    says: /trigger "W_log" of "W" does not work: ON CONFLICT clause does not match/,
    after: empty.rows,
  },
  {
    ...wide,
    title: 'a trigger made for what is not there',
    pending: [otherTrigger.replace('"harness"', '"belt"')],
    tells: 'hazard',
    code,
    at: 'CREATE TRIGGER',
    says: /^The trigger "Log_w" of "Log" does not work: no such column: belt/,
    after: wide.rows,
  },
  {
    ...wide,
    title: 'a trigger made before what it names',
    pending: [`${otherTrigger.replace('"harness"', '"belt"')}\nALTER TABLE "W" ADD COLUMN "belt" TEXT;`],
    tells: 'nothing',
    code,
    after: { ...wide.rows, W: [[1, 2, 'a', null]] },
  },
  {
    ...wide,
    title: 'a trigger that was broken before, on a table that changes',
    byHand: [ownTrigger.replace('"harness"', '"belt"')],
    pending: ['ALTER TABLE "W" ADD COLUMN "z" TEXT;\nCREATE INDEX "W_z_idx" ON "W"("z");'],
    tells: 'nothing',
    code,
    after: { ...wide.rows, W: [[1, 2, 'a', null]] },
  },
];

const views: readonly Case[] = [
  {
    ...wide,
    title: 'a new column that makes the halves of a view unequal',
    schema: `${wide.schema}\nCREATE TABLE "Old" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);\nCREATE VIEW "All" AS SELECT * FROM "Log" UNION ALL SELECT * FROM "Old";`,
    rows: { ...wide.rows, Old: [] },
    pending: ['ALTER TABLE "Log" ADD COLUMN "at" TEXT;'],
    tells: 'hazard',
    code,
    at: 'ALTER TABLE',
    says: /view "All" does not work: SELECTs to the left and right of UNION ALL do not have the same number/,
    after: { ...wide.rows, Old: [] },
  },
  {
    ...wide,
    title: 'both tables get it',
    schema: `${wide.schema}\nCREATE TABLE "Old" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);\nCREATE VIEW "All" AS SELECT * FROM "Log" UNION ALL SELECT * FROM "Old";`,
    rows: { ...wide.rows, Old: [] },
    pending: ['ALTER TABLE "Log" ADD COLUMN "at" TEXT;\nALTER TABLE "Old" ADD COLUMN "at" TEXT;'],
    tells: 'nothing',
    code,
    after: { ...wide.rows, Old: [] },
  },
  {
    ...wide,
    title: 'a view made for what is not there',
    pending: ['CREATE VIEW "Belts" AS SELECT "belt" FROM "W";'],
    tells: 'hazard',
    code,
    at: 'CREATE VIEW',
    says: /^The view "Belts" does not work: no such column: belt/,
    after: wide.rows,
  },
  {
    ...wide,
    title: 'a view made before what it reads',
    pending: ['CREATE VIEW "Belts" AS SELECT "id" FROM "Belt";\nCREATE TABLE "Belt" ("id" INTEGER PRIMARY KEY);'],
    tells: 'nothing',
    code,
    after: { ...wide.rows, Belt: [] },
  },
];

describeTargets('a full-text index that cannot be read', (fresh) => {
  for (const index of [fts5, fts4]) {
    const module = index === fts5 ? 'fts5' : 'fts4';
    const tell = async (pending: string, first = index): Promise<readonly Finding[]> => {
      const target = await fresh();
      const init = { name: '0_init', sql: `${note}\n${first}` };
      expect(await apply({ url: target.url, migrations: [init] })).toMatchObject({ outcome: 'applied' });
      await target.sql(`INSERT INTO "Note" VALUES (1, 'abc', 't')`);
      const migrations = [init, { name: '1_next', sql: pending }];
      const { plan: planned } = await plan({ url: target.url, migrations });
      const found = findAll(planned).filter((finding) => finding.code === code);
      const allow = found.map(({ code }) => code);
      expect(await apply({ url: target.url, migrations, allow })).toMatchObject({ outcome: 'applied' });
      const search = target.sql('SELECT * FROM "Note_fts"').then(
        () => 'works',
        () => 'fails',
      );
      expect(await search).toBe(found.length > 0 ? 'fails' : 'works');
      return found;
    };
    const fill = `INSERT INTO "Note_fts"("Note_fts") VALUES ('rebuild');`;

    it.each([
      ['a table', 'ALTER TABLE "Note" RENAME TO "Memo";', 1],
      ['a column', '-- the text\nALTER TABLE "Note" RENAME COLUMN "body" TO "text";', 2],
    ])(`${module}: %s`, async (_, pending, line) => {
      const [found, ...more] = await tell(pending);
      expect(found).toMatchObject({ kind: 'hazard', line, sql: expect.stringContaining('CREATE VIRTUAL TABLE') });
      expect(found?.message).toMatch(
        /full-text index "Note_fts" does not work: (?:no such table: main\.|no such column: |SQL logic error)/,
      );
      expect(found?.way).toContain(fill);
      expect(more).toEqual([]);
    });

    it(`${module}: a table that is not there when the index is made`, async () => {
      const [found] = await tell(index.replace("'Note'", "'Memo'"), '');
      expect(found).toMatchObject({ kind: 'hazard', line: 1 });
    });

    it.each([
      ['another column', 'ALTER TABLE "Note" RENAME COLUMN "title" TO "heading";'],
      ['a new column', 'ALTER TABLE "Note" ADD COLUMN "at" TEXT;'],
      [
        'an index that is made again',
        `DROP TABLE "Note_fts";\nALTER TABLE "Note" RENAME TO "Memo";\n${index.replace("'Note'", "'Memo'")}\n${fill}`,
      ],
      ['a rebuild', redefine({ table: 'Note', columns: noteColumns, into: '"id", "body", "title"', last: fill })],
    ])(`${module}: nothing of %s`, async (_, pending) => {
      expect(await tell(pending)).toEqual([]);
    });
  }
});

describeCases('a foreign key that cannot be satisfied', keys);
describeCases('a foreign key that is not alone', others);
describeCases('a trigger that cannot run', triggers);
describeCases('a view that cannot be read', views);
