/** What a table's rebuild would take along is there again afterwards, by the plan's own statements, on the real engine. */

import { describe, expect, it } from 'vitest';
import { rebuild, tell } from '../stories.ts';

const shop = [
  'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)',
  'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY)',
];
const wider = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT, "z" TEXT', '"id", "x", "y"');
const narrower = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT', '"id", "x"');

const trigger = 'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN UPDATE "B" SET "id" = "id"; END';
const ofOther = 'CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "x" = 1; END';
const view = 'CREATE VIEW "v" AS SELECT "x" FROM "A"';
const viewOfView = 'CREATE VIEW "w" AS SELECT * FROM "v"';
const onView = 'CREATE TRIGGER "i" INSTEAD OF INSERT ON "v" BEGIN UPDATE "B" SET "id" = "id"; END';
const index = 'CREATE INDEX "k" ON "A"("x") WHERE "x" > 1';

const kept = 'note kept@4';
const rebuilt = 'note rebuild@2';

describe('a rebuild', () => {
  it.each([
    ['its trigger', [trigger], ['t']],
    ['its index', [index], ['k']],
    ['a view that reads it', [view], ['v']],
    ['a view that reads a view that reads it', [viewOfView.replace('"w"', '"aa"'), view].reverse(), ['aa', 'v']],
    ['a trigger of another table that names it', [ofOther], ['u']],
    ['a trigger of a view', [view, onView], ['i', 'v']],
    ['all of them', [trigger, index, view, viewOfView, onView, ofOther], ['i', 'k', 't', 'u', 'v', 'w']],
  ])('keeps %s', async (_, byHand, names) => {
    const { findings, there, production } = await tell(shop, wider, byHand);
    expect(findings.toSorted()).toEqual([kept, rebuilt]);
    expect(there).toEqual(['A', 'B', ...names]);
    for (const sql of byHand) {
      expect(
        await production.rows(`SELECT name FROM sqlite_schema WHERE sql = '${sql.replaceAll("'", "''")}'`),
      ).toHaveLength(1);
    }
  });

  it('has nothing to keep where nothing is on the table', async () => {
    const { findings, statements } = await tell(shop, wider, ['CREATE VIEW "v" AS SELECT * FROM "B"']);
    expect(findings).toEqual([rebuilt]);
    expect(statements.flatMap(({ before, after }) => [...before, ...after])).toEqual([]);
  });

  it('does at the DROP what stands in its way, and makes it again after the RENAME', async () => {
    const { statements } = await tell(shop, wider, [trigger, view, onView, ofOther, index]);
    expect(statements.map(({ before }) => before)).toEqual([
      [],
      [],
      [],
      ['DROP TRIGGER "i"', 'DROP TRIGGER "u"', 'DROP VIEW "v"'],
      [],
    ]);
    expect(statements.map(({ after }) => after)).toEqual([[], [], [], [], [index, view, trigger, onView, ofOther]]);
  });

  it('leaves an index alone that Prisma knows of, and left out', async () => {
    const known = [...shop, 'CREATE INDEX "k" ON "A"("x")'];
    expect(await tell(known, wider)).toMatchObject({ findings: [rebuilt], there: ['A', 'B'] });
    // One that no file made is made again.
    expect((await tell(shop, wider, ['CREATE INDEX "k" ON "A"("x")'])).there).toEqual(['A', 'B', 'k']);
    // Prisma sees no index on an expression, even if a file made it.
    const hidden = [...shop, 'CREATE INDEX "k" ON "A"(lower("x"))'];
    expect((await tell(hidden, wider)).there).toEqual(['A', 'B', 'k']);
    expect((await tell([...shop, 'CREATE INDEX "k" ON "A"("x" COLLATE NOCASE)'], wider)).there).toEqual([
      'A',
      'B',
      'k',
    ]);
  });

  it('leaves alone what the migration itself makes again, or drops', async () => {
    const again = [...wider, index];
    expect(await tell(shop, again, [index])).toMatchObject({ findings: [rebuilt], there: ['A', 'B', 'k'] });
    const first = [wider[0] ?? '', 'DROP TRIGGER "t"', ...wider.slice(1)];
    expect((await tell(shop, first, [trigger])).there).toEqual(['A', 'B']);
    // It is there for the DROP that comes later.
    const later = [...wider, 'DROP TRIGGER "t"', 'DROP VIEW "v"'];
    expect((await tell(shop, later, [trigger, view])).there).toEqual(['A', 'B']);
    const optional = [...wider, 'DROP TRIGGER IF EXISTS "t"'];
    expect((await tell(shop, optional, [trigger])).there).toEqual(['A', 'B']);
  });

  it('loses what has no place on the new table, and says so', async () => {
    const onY = 'CREATE INDEX "k" ON "A"("y") WHERE "y" > 1';
    const { findings, there } = await tell(shop, narrower, [onY]);
    expect(findings).toContain('hazard drops-index@4');
    expect(there).toEqual(['A', 'B']);
    const ofY = 'CREATE TRIGGER "t" AFTER UPDATE OF "y" ON "A" BEGIN SELECT NEW."y"; END';
    const lost = await tell(shop, narrower, [ofY]);
    expect(lost.findings).toContain('hazard drops-trigger@4');
    expect(lost.there).toEqual(['A', 'B']);
  });

  it("is blocked by a view, or another table's trigger, that would not work any more", async () => {
    const ofY = 'CREATE VIEW "v" AS SELECT "y" FROM "A"';
    const { findings, there } = await tell(shop, narrower, [ofY]);
    expect([findings.includes('blocker rehearsal-failed@4'), there]).toEqual([true, null]);
    const writes = 'CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "y" = 1; END';
    expect((await tell(shop, narrower, [writes])).findings).toContain('blocker rehearsal-failed@4');
    // The migration may put another in its place.
    const mended = [...narrower, 'DROP VIEW "v"', 'CREATE VIEW "v" AS SELECT "x" FROM "A"'];
    expect((await tell(shop, mended, [ofY])).there).toEqual(['A', 'B', 'v']);
    const broken = 'CREATE VIEW "v" AS SELECT "nothing" FROM "A", "Nowhere"';
    const left = await tell(shop, narrower, [broken]);
    expect(left.there === null || left.there.includes('v')).toBe(true);
  });

  it('hands an AUTOINCREMENT counter on', async () => {
    const counted = ['CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "x" TEXT)'];
    const copy = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "x" TEXT, "y" TEXT', '"id", "x"');
    const used = ['INSERT INTO "A" ("id") VALUES (1), (70)', 'DELETE FROM "A" WHERE "id" = 70'];
    const seq = async (told: Awaited<ReturnType<typeof tell>>) =>
      (await told.production.rows(`SELECT seq FROM sqlite_sequence WHERE name = 'A'`)).flat();
    const carried = await tell(counted, copy, used);
    expect(await seq(carried)).toEqual([70]);
    expect(carried.statements[3]?.before).toHaveLength(2);
    // An empty one, too.
    expect(await seq(await tell(counted, copy, ['INSERT INTO "A" ("id") VALUES (70)', 'DELETE FROM "A"']))).toEqual([
      70,
    ]);
    // A copy without it has none; nor has one whose migration sets it.
    const plain = await tell(counted, rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT', '"id", "x"'), used);
    expect([await seq(plain), plain.statements[3]?.before]).toEqual([[], []]);
    const own = [
      ...copy.slice(0, 3),
      `INSERT INTO sqlite_sequence ("name", "seq") VALUES ('new_A', 500)`,
      ...copy.slice(3),
    ];
    const set = await tell(counted, own, used);
    expect(set.statements.flatMap(({ before }) => before)).toEqual([]);
  });
});

describe('a table that is dropped and made again', () => {
  const dropped = ['DROP TABLE "A"', 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)'];

  it('has lost what was on it', async () => {
    expect((await tell(shop, dropped, [trigger])).findings).toContain('hazard drops-trigger@1');
    expect((await tell(shop, dropped, [index])).findings).toContain('hazard drops-index@1');
    expect((await tell(shop, [...dropped, trigger], [trigger])).findings).not.toContain('hazard drops-trigger@1');
    // What is gone with its table is nobody's surprise.
    expect((await tell(shop, ['DROP TABLE "A"'], [trigger])).findings).not.toContain('hazard drops-trigger@1');
  });

  it('takes the rows along that refer to it, with foreign keys on', async () => {
    const child = (action: string) =>
      `CREATE TABLE "C" ("a" INTEGER REFERENCES "A" ("id") ON DELETE ${action}, "b" INTEGER)`;
    for (const action of ['CASCADE', 'SET NULL', 'SET DEFAULT']) {
      expect((await tell([...shop, child(action)], dropped)).findings, action).toContain('hazard drops-referenced@1');
    }
    expect((await tell([...shop, child('RESTRICT')], dropped)).findings).not.toContain('hazard drops-referenced@1');
    const off = ['PRAGMA foreign_keys=OFF', ...dropped];
    expect((await tell([...shop, child('CASCADE')], off)).findings.join()).not.toContain('drops-referenced');
    const both = ['DROP TABLE "A"', 'DROP TABLE "C"'];
    expect((await tell([...shop, child('CASCADE')], both)).findings.join()).not.toContain('drops-referenced');
  });

  it('is replaced row by row by REPLACE, with foreign keys on', async () => {
    const child = 'CREATE TABLE "C" ("a" INTEGER REFERENCES "A" ("id") ON DELETE CASCADE)';
    const replace = [`REPLACE INTO "A" ("id") VALUES (1)`];
    expect((await tell([...shop, child], replace)).findings).toContain('hazard drops-referenced@1');
    expect((await tell(shop, replace)).findings.join()).not.toContain('drops-referenced');
    const key = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY ON CONFLICT REPLACE)';
    expect((await tell([key, child], ['INSERT INTO "A" VALUES (1)'])).findings).toContain('hazard drops-referenced@1');
  });
});

describe('a table that is renamed out of the way', () => {
  const away = [
    'ALTER TABLE "A" RENAME TO "A_old"',
    'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)',
    'INSERT INTO "A" SELECT * FROM "A_old"',
    'DROP TABLE "A_old"',
  ];

  it('takes along what names it', async () => {
    expect((await tell(shop, away, [view])).findings.join()).toContain('blocker rehearsal-failed');
    expect((await tell(shop, away, [trigger])).findings.join()).toContain('drops-trigger');
    expect((await tell(shop, away, [ofOther])).findings.join()).toContain('drops-trigger');
    const child = 'CREATE TABLE "C" ("a" INTEGER REFERENCES "A" ("id"))';
    expect((await tell([...shop, child], away)).findings.join()).toContain('blocker rehearsal-failed');
    expect((await tell(shop, away)).there).toEqual(['A', 'B']);
  });
});
