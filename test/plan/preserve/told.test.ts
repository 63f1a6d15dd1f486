/** What is told of what hangs on a table that is rebuilt, dropped or renamed: which object, in whose words, and where. */

import { describe, expect, it } from 'vitest';
import { analyseMigration } from '../../../src/plan/analyse.ts';
import { findKnownIndexes } from '../../../src/plan/preserve/known-indexes.ts';
import { buildCounterCarry, findWord, isRebuildDrop } from '../../../src/plan/preserve/taken-along.ts';
import { openProduction } from '../../apply/production.ts';
import { type Files, migrationsOf, openApplied, planOn } from '../plan-on.ts';
import { rebuild } from '../stories.ts';

const init = {
  '1_init': [
    'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)',
    'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY);\n',
  ].join(';\n'),
};
const narrower = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT', '"id", "x"');
const wider = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT, "z" TEXT', '"id", "x", "y"');

const besides = ['rebuild', 'data-loss', 'breaks-running-code'];

/** What is told of `2_next`, without what is told of its rows, and of code that runs. @param there what production has besides. */
async function tell(statements: readonly string[], there: readonly string[] = [], files: Files = init) {
  const text = statements.map((sql) => `${sql};\n`).join('');
  const { plan } = await planOn(await openApplied(files, there), { ...files, '2_next': text });
  return plan.migrations.flatMap(({ findings }) =>
    findings
      .filter(({ code }) => !besides.includes(code))
      .map(({ kind, code, place: { line, sql }, args }) => ({ at: `${kind} ${code}@${line}`, sql, ...args })),
  );
}

const trigger = 'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT 1; END';
const ofOther = 'CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "x" = 1; END';
const view = 'CREATE VIEW "v" AS SELECT "x" FROM "A"';
const index = 'CREATE INDEX "k" ON "A"("x") WHERE "x" > 1';

const objectOf = (type: string, name: string, table: string, sql: string) => ({ type, name, table, sql });
const failed = (line: number) => `blocker rehearsal-failed@${line}`;

describe('a rebuild', () => {
  it('names what it preserves: the table’s own, and what stands around it', async () => {
    const nameOf = (type: string, name: string, table: string) => ({ type, name, table });
    expect(await tell(wider, [trigger, view, index, ofOther])).toEqual([
      {
        at: 'note kept@4',
        sql: null,
        what: 'objects',
        table: 'A',
        own: [nameOf('index', 'k', 'A'), nameOf('trigger', 't', 'A')],
        around: [nameOf('view', 'v', 'v'), nameOf('trigger', 'u', 'B')],
      },
    ]);
  });

  it('that comes twice names it once, at the first', async () => {
    expect(await tell([...wider, ...wider.slice(1)], [trigger])).toMatchObject([
      { at: 'note kept@4', own: [{ name: 't' }], around: [] },
    ]);
  });

  it('names for each table what is on it', async () => {
    const ofB = rebuild('B', '"id" INTEGER NOT NULL PRIMARY KEY, "n" TEXT', '"id"').slice(1);
    const onB = 'CREATE TRIGGER "b" AFTER DELETE ON "B" BEGIN SELECT 1; END';
    expect(await tell([...wider, ...ofB], [trigger, onB])).toMatchObject([
      { at: 'note kept@4', table: 'A', own: [{ name: 't' }] },
      { at: 'note kept@8', table: 'B', own: [{ name: 'b' }] },
    ]);
  });

  it('names what has no place any more, with the reason', async () => {
    const onY = 'CREATE INDEX "k" ON "A"("y") WHERE "y" > 1';
    const ofY = 'CREATE TRIGGER "t" AFTER UPDATE ON "A" BEGIN SELECT NEW."y"; END';
    const shared = { sql: narrower[3], what: 'no-place', anew: null, reason: expect.stringMatching(/no such column/) };
    expect(await tell(narrower, [onY, ofY])).toEqual([
      { ...shared, at: 'hazard drops-index@4', object: objectOf('index', 'k', 'A', onY) },
      { ...shared, at: 'hazard drops-trigger@4', object: objectOf('trigger', 't', 'A', ofY) },
    ]);
    // An index that does the same under another name is as good.
    const again = [...wider, 'CREATE INDEX "other" ON "A"("x") WHERE "x" > 1'];
    expect(await tell(again, [index])).toMatchObject([{ at: 'note kept@4' }]);
  });

  it('is blocked by what reads it and works no more, and not by what was broken before', async () => {
    const ofY = 'CREATE VIEW "v" AS SELECT "y" FROM "A"';
    const writes = 'CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "y" = 1; END';
    const shared = { at: failed(4), sql: narrower[3], what: 'breaks-reader', rebuilt: 'A' };
    const reason = expect.stringContaining('no such column');
    expect(await tell(narrower, [ofY])).toEqual([{ ...shared, object: objectOf('view', 'v', 'v', ofY), reason }]);
    expect(await tell(narrower, [writes])).toEqual([
      { ...shared, object: objectOf('trigger', 'u', 'B', writes), reason },
    ]);
  });

  it('is blocked by a view, also where the migration makes a trigger of its name', async () => {
    const ofY = 'CREATE VIEW "v" AS SELECT "y" FROM "A"';
    const called = trigger.replace('"t"', '"v"');
    const told = await tell([...narrower, called], [ofY, called]);
    expect(told.filter(({ at }) => !at.startsWith('note'))).toMatchObject([
      { at: failed(4), what: 'breaks-reader', object: { type: 'view' } },
    ]);
  });

  it('may leave broken what the migration mends later, and not what it does not', async () => {
    const ofY = 'CREATE VIEW "v" AS SELECT "y" FROM "A"';
    const ofV = 'CREATE VIEW "w" AS SELECT * FROM "v"';
    const onV = 'CREATE TRIGGER "i" INSTEAD OF INSERT ON "v" BEGIN SELECT 1; END';
    const mended = ['DROP VIEW "v"', 'CREATE VIEW "v" AS SELECT "x" AS "y" FROM "A"'];
    expect((await tell([...narrower, ...mended], [ofY])).map(({ at }) => at)).toEqual([]);
    // Dropped for good; what reads it is left with nothing.
    const dropped = await tell([...narrower, 'DROP VIEW "v"'], [ofY, ofV]);
    expect(dropped.map(({ at }) => at)).toEqual([failed(4)]);
    // What is on a view that the migration replaces goes with it.
    const replaced = ['DROP VIEW IF EXISTS "v"', 'CREATE VIEW "v" AS SELECT "x" AS "y" FROM "A"'];
    expect(await tell([...narrower, ...replaced], [ofY, onV])).toMatchObject([
      { at: 'hazard drops-trigger@4', what: 'no-place', object: { name: 'i' } },
    ]);
    expect(await tell([...narrower, ...replaced, onV], [ofY, onV])).toEqual([]);
  });

  it('is blocked where what it left broken is not mended when it ends', async () => {
    const ofY = 'CREATE VIEW "v" AS SELECT "y" FROM "A"';
    const ofV = 'CREATE VIEW "w" AS SELECT "y" FROM "v"';
    const broken = (type: string, name: string, sql: string) => [
      { at: failed(4), what: 'breaks-reader', object: objectOf(type, name, name, sql) },
    ];
    expect(await tell([...narrower, 'DROP VIEW "v"', ofY], [ofY])).toMatchObject(broken('view', 'v', ofY));
    const replaced = (select: string) => ['DROP VIEW IF EXISTS "v"', `CREATE VIEW "v" AS SELECT ${select} FROM "A"`];
    const left = await tell([...narrower, ...replaced('"x"')], [ofY, ofV]);
    expect(left.filter(({ at }) => at === failed(4))).toMatchObject(broken('view', 'w', ofV));
    expect(await tell([...narrower, ...replaced('"x" AS "y"')], [ofY, ofV])).toMatchObject([{ at: 'note kept@4' }]);
    // A column that comes back later is too late for the RENAME.
    const writes = 'CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "y" = 1; END';
    const back = await tell([...narrower, 'ALTER TABLE "A" ADD COLUMN "y" TEXT'], [writes]);
    expect(back).toMatchObject([{ at: failed(4), what: 'breaks-reader' }]);
  });

  it('says nothing of what is gone in the end with its table, or is there again', async () => {
    const onY = 'CREATE INDEX "k" ON "A"("y") WHERE "y" > 1';
    expect((await tell([...wider, 'DROP TABLE "A"'], [trigger])).map(({ at }) => at)).toEqual([]);
    expect((await tell([...narrower, 'DROP TABLE "A"'], [onY])).map(({ at }) => at)).toEqual([]);
    const again = ['ALTER TABLE "A" ADD COLUMN "y" TEXT', 'CREATE INDEX "other" ON "A"("y") WHERE "y" > 1'];
    expect((await tell([...narrower, ...again], [onY])).map(({ at }) => at)).toEqual([]);
  });

  it('leaves to the migration what that drops on the way, and what it drops afterwards', async () => {
    const [keys = '', create = '', copy = '', drop = '', rename = ''] = wider;
    expect(await tell([keys, create, copy, drop, 'DROP VIEW "v"', rename], [view])).toEqual([]);
    const ofY = 'CREATE TRIGGER "t" AFTER UPDATE ON "A" BEGIN SELECT NEW."y"; END';
    expect(await tell([...narrower, 'DROP TRIGGER "t"'], [ofY])).toEqual([]);
  });

  it('names all that it preserves, also of one name', async () => {
    const second = trigger.replace('"t"', '"s"');
    const called = index.replace('"k"', '"t"');
    expect(await tell(wider, [trigger, second, called])).toMatchObject([
      {
        own: [
          { type: 'index', name: 't' },
          { type: 'trigger', name: 't' },
          { type: 'trigger', name: 's' },
        ],
      },
    ]);
  });

  it('beside another table that is dropped and made again tells of that', async () => {
    const onB = 'CREATE TRIGGER "b" AFTER DELETE ON "B" BEGIN SELECT 1; END';
    const again = ['DROP TABLE "B"', 'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY)'];
    expect(await tell([...wider, ...again], [trigger, onB])).toMatchObject([
      { at: 'note kept@4', own: [{ name: 't' }] },
      { at: 'hazard drops-trigger@6', object: { name: 'b' } },
    ]);
  });

  it('hands a counter on, unless a statement on the way has to do with it', async () => {
    const plain = '"id" INTEGER NOT NULL PRIMARY KEY';
    const counted = `${plain} AUTOINCREMENT`;
    const before = async (old: string, made: string, ...later: readonly string[]) => {
      const files = { '1_init': `CREATE TABLE "N" (${old});\n` };
      const text = [...rebuild('N', made, '"id"'), ...later].map((sql) => `${sql};\n`).join('');
      const { plan } = await planOn(await openApplied(files), { ...files, '2_next': text });
      return plan.migrations[0]?.statements.flatMap((statement) => statement.before.length);
    };
    expect(await before(counted, counted)).toEqual([0, 0, 0, 2, 0]);
    expect(await before(plain, counted)).toEqual([0, 0, 0, 0, 0]);
    expect(await before(counted, counted, 'UPDATE sqlite_sequence SET seq = seq + 1')).toEqual([0, 0, 0, 2, 0, 0]);
  });

  it('lends for a DROP that comes later, and not where that says IF EXISTS', async () => {
    const plan = async (drop: string) => {
      const text = [...wider, drop].map((sql) => `${sql};\n`).join('');
      const planned = await planOn(await openApplied(init, [trigger]), { ...init, '2_next': text });
      return planned.plan.migrations[0]?.statements.flatMap(({ after }) => after);
    };
    expect(await plan('DROP TRIGGER "t"')).toEqual([trigger]);
    expect(await plan('DROP TRIGGER IF EXISTS "t"')).toEqual([]);
  });

  it('preserves an index that a constraint of what it makes again asks for', async () => {
    // ON CONFLICT asks for a UNIQUE index, which Prisma makes after the RENAME.
    const unique = 'CREATE UNIQUE INDEX "key" ON "A"("x")';
    const files = { '1_init': `${init['1_init']}${unique};\n` };
    const upsert = `CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN INSERT INTO "A" ("id", "x") VALUES (1, 'a') ON CONFLICT ("x") DO NOTHING; END`;
    expect(await tell([...wider, unique], [upsert], files)).toMatchObject([
      { at: 'note kept@4', around: [{ name: 'u' }] },
    ]);
    expect(await tell(wider, [upsert], files)).toMatchObject([{ at: failed(4), what: 'breaks-reader' }]);
    const text = [...wider, unique].map((sql) => `${sql};\n`).join('');
    const { plan } = await planOn(await openApplied(files, [upsert]), { ...files, '2_next': text });
    expect(plan.migrations[0]?.statements.at(-1)?.action).toBe('run');
  });
});

describe('a table that is dropped and made again', () => {
  const again = ['DROP TABLE "A"', 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)'];

  it('is without what was on it, as it was written', async () => {
    const shared = { sql: again[0], what: 'not-recreated', table: 'A', anew: null };
    expect(await tell(again, [trigger, index])).toEqual(
      [
        { ...shared, at: 'hazard drops-trigger@1', object: objectOf('trigger', 't', 'A', trigger) },
        { ...shared, at: 'hazard drops-index@1', object: objectOf('index', 'k', 'A', index) },
      ].toSorted((left, right) => left.at.localeCompare(right.at)),
    );
  });

  it('has again what the migration makes, or drops by itself', async () => {
    expect(await tell([...again, trigger, index], [trigger, index])).toEqual([]);
    expect(await tell([...again, 'DROP TRIGGER IF EXISTS "t"'], [trigger])).toEqual([]);
  });

  it('is without an index, which is not told where Prisma left it out', async () => {
    const files = { '1_init': `${init['1_init']}CREATE INDEX "known" ON "A"("x");\n` };
    expect(await tell(again, [], files)).toEqual([]);
  });

  it('is told at its DROP, and at no other statement', async () => {
    const at = async (...before: readonly string[]) =>
      (await tell([...before, ...again], [trigger, 'CREATE TRIGGER "A" AFTER INSERT ON "B" BEGIN SELECT 1; END'])).map(
        (told) => told.at,
      );
    expect(await at()).toEqual(['hazard drops-trigger@1']);
    expect(await at('REPLACE INTO "A" ("id") VALUES (1)')).toEqual(['hazard drops-trigger@2']);
    expect(await at(`CREATE TABLE IF NOT EXISTS ${again[1]?.slice('CREATE TABLE '.length)}`)).toEqual([
      'hazard drops-trigger@2',
    ]);
    expect(await at('DROP TRIGGER "A"')).toEqual(['hazard drops-trigger@2']);
  });

  it('does not count itself where it is dropped, and does where its rows are replaced', async () => {
    const self = {
      '1_init': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "up" REFERENCES "A" ("id") ON DELETE CASCADE);\n',
    };
    expect(await tell(['DROP TABLE "A"', self['1_init'].slice(0, -2)], [], self)).toEqual([]);
    expect(await tell(['REPLACE INTO "A" ("id") VALUES (1)'], [], self)).toMatchObject([
      { at: 'hazard drops-referenced@1', children: [{ table: 'A', action: 'CASCADE' }] },
    ]);
  });

  it('changes rows that refer to each other', async () => {
    const circle = [
      'CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" REFERENCES "A" ("id") ON DELETE CASCADE, "d" REFERENCES "D" ("id") ON DELETE CASCADE)',
      'CREATE TABLE "D" ("id" INTEGER PRIMARY KEY, "c" REFERENCES "C" ("id") ON DELETE CASCADE)',
    ];
    const children = ['C', 'D'].map((table) => ({ table, action: 'CASCADE' }));
    expect(await tell(again, circle)).toMatchObject([{ at: 'hazard drops-referenced@1', children }]);
  });

  it('changes the rows that refer to it, down to the last, with foreign keys on', async () => {
    const child = (name: string, parent: string, action: string) =>
      `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY, "p" REFERENCES "${parent}" ("id") ON DELETE ${action})`;
    const there = [
      child('C', 'A', 'CASCADE'),
      child('D', 'C', 'SET NULL'),
      child('E', 'D', 'CASCADE'),
      child('F', 'A', 'RESTRICT'),
      child('G', 'B', 'CASCADE'),
      'ALTER TABLE "C" ADD COLUMN "again" REFERENCES "A" ("id") ON DELETE CASCADE',
    ];
    const told = await tell(again, there);
    expect(told.filter(({ at }) => at.includes('referenced'))).toEqual([
      {
        at: 'hazard drops-referenced@1',
        sql: again[0],
        verb: 'drop',
        table: 'A',
        children: [
          { table: 'C', action: 'CASCADE' },
          { table: 'D', action: 'SET NULL' },
        ],
      },
    ]);
  });

  it('does not count rows of a table that is dropped next, as long as nobody reads them in between', async () => {
    const child = 'CREATE TABLE "C" ("p" REFERENCES "A" ("id") ON DELETE CASCADE)';
    const codes = async (...statements: readonly string[]) => (await tell(statements, [child])).map(({ at }) => at);
    expect(await codes('DROP TABLE "A"', 'DROP TABLE "C"')).toEqual([]);
    expect(await codes('INSERT INTO "C" VALUES (NULL)', 'DROP TABLE "A"', 'DROP TABLE "C"')).toEqual([]);
    expect(await codes('DROP TABLE "A"', `CREATE TABLE IF NOT EXISTS ${child.slice(13)}`, 'DROP TABLE "C"')).toEqual([
      'hazard drops-referenced@1',
    ]);
    expect(await codes('DROP TABLE "A"', 'INSERT INTO "B" SELECT "p" FROM "C"', 'DROP TABLE "C"')).toEqual([
      'hazard drops-referenced@1',
    ]);
  });

  it.each([
    ['REPLACE INTO "A" ("id") VALUES (1)', ''],
    ['INSERT INTO "A" ("id") VALUES (1)', ' ON CONFLICT REPLACE'],
    ['UPDATE "A" SET "id" = 1', ' ON CONFLICT REPLACE'],
  ])('%s, with a key%s, replaces rows with those that refer to them', async (sql, conflict) => {
    const files = {
      '1_init': `CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY${conflict});\nCREATE TABLE "C" ("p" REFERENCES "A" ON DELETE SET NULL);\n`,
    };
    const told = await tell([sql], [], files);
    expect(told.filter(({ at }) => at.includes('referenced'))).toEqual([
      {
        at: 'hazard drops-referenced@1',
        sql,
        verb: 'replace',
        table: 'A',
        children: [{ table: 'C', action: 'SET NULL' }],
      },
    ]);
    const off = await tell(['PRAGMA foreign_keys=OFF', sql], [], files);
    expect(off.filter(({ at }) => at.includes('referenced'))).toEqual([]);
  });
});

describe('a key that replaces', () => {
  const key = '"id" INTEGER NOT NULL PRIMARY KEY ON CONFLICT REPLACE';
  const child = (parent: string) => `CREATE TABLE "M" ("n" REFERENCES "${parent}" ON DELETE CASCADE)`;
  const other = ['CREATE TABLE "O" ("replaced" TEXT)'];

  it('may be one that the migration makes itself', async () => {
    const told = await tell([`CREATE TABLE "N" (${key})`, child('N'), 'INSERT INTO "N" VALUES (1)'], other);
    expect(told).toMatchObject([{ at: 'hazard drops-referenced@3', table: 'N', children: [{ table: 'M' }] }]);
  });

  it('is that of its own table: another one is replaced where the statement says so', async () => {
    const there = [`CREATE TABLE "N" (${key})`, child('A'), ...other];
    expect(await tell(['INSERT INTO "A" ("id") VALUES (1)'], there)).toEqual([]);
    expect(await tell(['REPLACE INTO "A" ("id") VALUES (1)'], there)).toMatchObject([
      { at: 'hazard drops-referenced@1', verb: 'replace', table: 'A' },
    ]);
    expect((await tell(['INSERT INTO "Nowhere" VALUES (1)'], there)).map(({ at }) => at)).toEqual([failed(1)]);
  });
});

describe('a table that is renamed out of the way and dropped', () => {
  const away = [
    'ALTER TABLE "A" RENAME TO "A_old"',
    'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)',
    'INSERT INTO "A" SELECT * FROM "A_old"',
    'DROP TABLE "A_old"',
  ];
  const gone = { sql: away[3], what: 'points-to-gone', gone: 'A_old' };

  it('leaves a view and a child that point to the name that is gone', async () => {
    const child = 'CREATE TABLE "C" ("a" INTEGER REFERENCES "A" ("id"))';
    expect(await tell(away, [view, child])).toEqual([
      { at: failed(4), ...gone, reader: { type: 'view', name: 'v' }, table: 'A' },
      { at: failed(4), ...gone, reader: { type: 'child', name: 'C' }, table: 'A' },
    ]);
  });

  it('is told once, at the DROP', async () => {
    const filled = [...away.slice(0, 3), 'REPLACE INTO "A_old" ("id") VALUES (1)', ...away.slice(3)];
    expect((await tell(filled, [view])).map(({ at }) => at)).toEqual([failed(5)]);
  });

  it('leaves a trigger that points there, which is told as it was written', async () => {
    expect(await tell(away, [ofOther])).toEqual([
      { at: 'hazard drops-trigger@4', ...gone, object: objectOf('trigger', 'u', 'B', ofOther), table: 'B' },
    ]);
  });

  it('leaves alone what does not point there', async () => {
    const named = 'CREATE VIEW "n" AS SELECT "id" AS "A_old" FROM "B"';
    const onB = 'CREATE TRIGGER "b" AFTER INSERT ON "B" BEGIN SELECT 1; END';
    expect(await tell(away, [named, onB])).toEqual([]);
  });

  it('takes all along that is its own, each as it was written', async () => {
    const second = trigger.replace('"t"', '"s"').replace('SELECT 1', 'SELECT 2');
    const called = 'CREATE INDEX "t" ON "A"("x") WHERE "x" > 1';
    const told = await tell(away, [called, second, trigger]);
    expect(
      told
        .map((one) => ('object' in one ? one.object : null))
        .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)),
    ).toEqual([
      objectOf('index', 't', 'A', called),
      objectOf('trigger', 's', 'A', second),
      objectOf('trigger', 't', 'A', trigger),
    ]);
  });

  it('gives its name back: a new table that gets it on the way is another one', async () => {
    const statements = [
      away[0] ?? '',
      'ALTER TABLE "A_old" RENAME TO "Gone"',
      away[1] ?? '',
      'CREATE TABLE "A_old" ("z")',
      'CREATE TRIGGER "n" AFTER INSERT ON "A_old" BEGIN SELECT 1; END',
      'DROP TABLE "A_old"',
      'DROP TABLE "Gone"',
    ];
    expect(await tell(statements, [trigger])).toMatchObject([{ at: 'hazard drops-trigger@7', object: { name: 't' } }]);
  });

  it('takes its own trigger along, which is told as it was written', async () => {
    expect(await tell(away, [trigger])).toEqual([
      {
        at: 'hazard drops-trigger@4',
        sql: away[3],
        what: 'not-recreated',
        object: objectOf('trigger', 't', 'A', trigger),
        table: 'A',
        anew: null,
      },
    ]);
  });

  it('is known by its first name, however often it is renamed', async () => {
    const twice = [away[0] ?? '', 'ALTER TABLE "A_old" RENAME TO "Gone"', ...away.slice(1, 2), 'DROP TABLE "Gone"'];
    const told = await tell([...twice, 'SELECT 1'], [trigger]);
    expect(told).toMatchObject([{ at: 'hazard drops-trigger@4', object: { sql: trigger }, table: 'A' }]);
  });

  it('has not broken a key that pointed to the other name before', async () => {
    const dangling = 'CREATE TABLE "C" ("a" INTEGER REFERENCES "A_old" ("id"))';
    expect((await tell(away, [dangling])).filter(({ at }) => at === failed(4))).toEqual([]);
  });
});

describe('what a DROP leaves', () => {
  it('is named where it worked until then: a view, and a trigger of another table', async () => {
    const drop = 'DROP TABLE "A"';
    const told = (await tell([drop], [view, ofOther, trigger])).filter(({ at }) => at.includes('leaves-broken'));
    const reason = expect.stringContaining('no such table');
    const shared = { at: 'hazard leaves-broken@1', sql: drop, what: 'object', reason };
    expect(told).toEqual([
      { ...shared, object: objectOf('view', 'v', 'v', view) },
      { ...shared, object: objectOf('trigger', 'u', 'B', ofOther) },
    ]);
  });

  it('is not named where it is dropped too, or was broken before', async () => {
    expect((await tell(['DROP TABLE "A"', 'DROP VIEW "v"'], [view])).map(({ at }) => at)).toEqual([]);
    const broken = 'CREATE VIEW "v" AS SELECT "x" FROM "A", "Nowhere"';
    expect((await tell(['DROP TABLE "A"'], [broken])).map(({ at }) => at)).not.toContain('hazard leaves-broken@1');
  });

  it('is named once, without the triggers of a view that is named', async () => {
    const onView = 'CREATE TRIGGER "i" INSTEAD OF INSERT ON "v" BEGIN UPDATE "A" SET "x" = 1; END';
    const both = 'CREATE VIEW "v" AS SELECT "A"."x" FROM "A", "B"';
    const told = await tell(['DROP TABLE "A"', 'DROP TABLE "B"'], [both, onView]);
    expect(told.map(({ at }) => at)).toEqual(['hazard leaves-broken@1']);
  });

  it('is named at the DROP, once, though rows were replaced before, or it is dropped again', async () => {
    const at = async (...statements: readonly string[]) => (await tell(statements, [view])).map((told) => told.at);
    const made = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT)';
    expect(await at('REPLACE INTO "A" ("id") VALUES (1)', 'DROP TABLE "A"')).toEqual(['hazard leaves-broken@2']);
    expect(await at('DROP TABLE "A"', made, 'DROP TABLE "A"')).toEqual(['hazard leaves-broken@1']);
  });

  it('is not what the migration itself makes anew: that is told as its own', async () => {
    const made = 'CREATE VIEW "v" AS SELECT "x", "v" FROM "Nowhere"';
    expect(await tell(['DROP VIEW "v"', made], [view])).toMatchObject([
      { at: 'hazard leaves-broken@2', object: objectOf('view', 'v', 'v', made), isMade: true },
    ]);
    const again = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)';
    const own = 'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN INSERT INTO "Nowhere" VALUES (NEW."x"); END';
    expect(await tell(['DROP TABLE "A"', again, own], [trigger])).toMatchObject([
      { at: 'hazard leaves-broken@3', object: { type: 'trigger', name: 't' }, isMade: true },
    ]);
  });

  it('is told of a trigger that the migration makes, beside a view of its name', async () => {
    const called = 'CREATE TRIGGER "v" AFTER INSERT ON "B" BEGIN DELETE FROM "A"; END';
    const told = await tell(['DROP TABLE "A"', called], [view]);
    expect(told.map((one) => ['object' in one ? one.object?.type : null, 'isMade' in one])).toEqual([
      ['view', false],
      ['trigger', false],
    ]);
  });

  it('may be a view and a trigger of one name', async () => {
    const called = 'CREATE TRIGGER "v" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "x" = 1; END';
    const told = await tell(['DROP TABLE "A"'], [view, called]);
    expect(told).toMatchObject([{ object: { type: 'view' } }, { object: { type: 'trigger' } }]);
  });

  it('may be of a column: what writes it is not seen by SQLite', async () => {
    const writes = 'CREATE TRIGGER "u" AFTER INSERT ON "B" BEGIN UPDATE "A" SET "y" = 1; END';
    const told = await tell(['ALTER TABLE "A" DROP COLUMN "y"'], [writes]);
    expect(told).toMatchObject([{ at: 'hazard leaves-broken@1', what: 'object', object: { name: 'u' } }]);
  });

  it('may be of a view', async () => {
    const reads = 'CREATE VIEW "w" AS SELECT * FROM "v"';
    expect((await tell(['DROP VIEW "v"'], [view, reads])).map(({ at }) => at)).toEqual(['hazard leaves-broken@1']);
  });
});

it.each<[index: string | null, files: readonly string[], known: boolean]>([
  ['CREATE INDEX "k" ON "A"("x")', ['CREATE INDEX k ON A (x)'], true],
  ['CREATE INDEX "k" ON "A"("x", "y")', ['CREATE INDEX "k" ON "A"("x")', 'CREATE INDEX "k" ON "A"("x", "y")'], true],
  ['CREATE INDEX "k" ON "A"("x")', ['CREATE INDEX "k" ON "A"("y")'], false],
  ['CREATE INDEX "k" ON "A"("x")', [], false],
  ...['("x") WHERE "x" > 1', '(lower("x"))', '("x" COLLATE NOCASE)', '("x" collate nocase)'].map(
    (on): [string, readonly string[], boolean] => [
      `CREATE INDEX "k" ON "A"${on}`,
      [`CREATE INDEX "k" ON "A"${on}`],
      false,
    ],
  ),
  // What SQLite makes for a constraint has no text.
  [null, ['CREATE INDEX "k" ON "A"("x")'], false],
])('Prisma knows %s, where the folder has %j: %s', (sql, files, known) => {
  const folder = migrationsOf({ '1_a': 'SELECT 1;\n', '2_b': files.map((one) => `${one};\n`).join('') });
  expect(findKnownIndexes(folder)({ type: 'index', name: 'k', table: 'A', sql })).toBe(known);
});

it('a DROP is that of a rebuild only where it drops the old table, between the copy and the RENAME', () => {
  const at = (...statements: readonly string[]) => {
    const [migration] = migrationsOf({ '1': statements.join(';\n') });
    const analysed = analyseMigration(migration ?? ({} as never));
    return statements.flatMap((_, place) => (isRebuildDrop(analysed, place) ? [place] : []));
  };
  const [, create = '', copy = '', drop = '', rename = ''] = wider;
  expect(at('SELECT 1', create, copy, drop, rename, 'SELECT 2')).toEqual([3]);
  expect(at(create, 'DROP TABLE "B"', 'DROP VIEW "A"', drop, rename, drop)).toEqual([3]);
  expect(at(create, drop, 'DROP VIEW "A"', rename)).toEqual([1]);
  expect(at(drop, rename)).toEqual([]);
  expect(at(drop, create, rename)).toEqual([]);
  expect(at(create, drop)).toEqual([]);
});

it('the migration’s own word on an object is the first behind the rebuild', () => {
  const word = (...statements: readonly string[]) => {
    const [migration] = migrationsOf({ '1': statements.join(';\n') });
    return findWord(analyseMigration(migration ?? ({} as never)).statements, 0, { type: 'view', name: 'v' });
  };
  expect(word('DROP VIEW "v"', 'SELECT 1')).toBeNull();
  expect(word('SELECT 1', 'DROP VIEW IF EXISTS "V"', 'CREATE VIEW "v" AS SELECT 1')).toEqual({
    type: 'drops',
    index: 1,
    ifExists: true,
  });
  expect(word('SELECT 1', 'SELECT 2', 'CREATE VIEW "v" AS SELECT 1', 'DROP VIEW "v"')).toEqual({
    type: 'makes',
    index: 2,
  });
});

it.each([
  [
    'a used table’s',
    [['old', 70]],
    [
      ['new', 70],
      ['old', 70],
    ],
  ],
  [
    'a higher one of the copy stays',
    [
      ['old', 7],
      ['new', 9],
    ],
    [
      ['new', 9],
      ['old', 7],
    ],
  ],
  [
    'a lower one of the copy goes',
    [
      ['old', 70],
      ['new', 9],
    ],
    [
      ['new', 70],
      ['old', 70],
    ],
  ],
  ['an unused table has none', [], []],
  ['only the copy has one', [['new', 9]], [['new', 9]]],
])('the counter of AUTOINCREMENT is handed on: %s', async (_, before, after) => {
  const production = await openProduction(
    'CREATE TABLE "old" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)',
    ...before.map(([name, seq]) => `INSERT INTO sqlite_sequence (name, seq) VALUES ('${name}', ${seq})`),
    ...buildCounterCarry('old', 'new'),
  );
  expect(await production.rows('SELECT name, seq FROM sqlite_sequence ORDER BY name')).toEqual(after);
});
