/** Safe ways that look right and are not, each beside one that is: what is shown is pasted into the file, and applied. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf, readRows, type Story, type Tables } from './cases.ts';
import { keysOff, redefine } from './rebuilds.ts';

interface Told extends Story {
  readonly code:
    | 'foreign-keys'
    | 'rehearsal-failed'
    | 'needs-default'
    | 'duplicates'
    | 'nulls'
    | 'check-fails'
    | 'data-loss'
    | 'drops-referenced'
    | 'drops-trigger';
  /** null for a finding that shows none. */
  readonly way: RegExp | null;
  readonly wayIsNot?: RegExp;
  readonly says?: RegExp;
  /** How many rows may be fetched. */
  readonly fetched?: number;
  /** Where it is pasted into the last file: at its beginning, at its end, in its place, or in place of the line that begins so. */
  readonly paste?: 'first' | 'last' | 'instead' | { readonly line: string };
  readonly allow?: readonly string[];
  readonly after?: Tables;
}

const parents = '"P" ("id" INTEGER PRIMARY KEY)';
const keyed = `CREATE TABLE ${parents};\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "n" TEXT);`;
const names = {
  P: [[1]],
  T: [
    [1, 'a'],
    [2, 'b'],
  ],
};
const referring = '"p" INTEGER NOT NULL DEFAULT 7 REFERENCES "P" ("id")';
const addMissing = /^-- before it, add the missing rows to "P", or let the rows refer to some that are there$/;

const orphans: readonly Told[] = [
  {
    title: 'a default that no parent has: to delete the rows would empty the table',
    schema: keyed,
    rows: names,
    pending: [`PRAGMA foreign_keys=OFF;\nALTER TABLE "T" ADD COLUMN ${referring};`],
    code: 'foreign-keys',
    way: addMissing,
  },
  {
    title: 'the same in a rebuild',
    schema: keyed,
    rows: names,
    pending: [redefine({ table: 'T', columns: `"id" INTEGER PRIMARY KEY, "n" TEXT, ${referring}`, into: '"id", "n"' })],
    code: 'foreign-keys',
    way: addMissing,
  },
  {
    title: 'the same with foreign keys on',
    schema: keyed,
    rows: names,
    pending: [`ALTER TABLE "T" ADD COLUMN ${referring};`],
    code: 'needs-default',
    way: /ADD COLUMN "p" INTEGER REFERENCES "P" \("id"\);\nUPDATE "T" SET "p" = …;$/,
  },
  {
    title: 'a default that no parent has, of a column that may be NULL: it is there only at the end',
    schema: keyed,
    rows: names,
    pending: [`PRAGMA foreign_keys=OFF;\nALTER TABLE "T" ADD COLUMN "p" INTEGER DEFAULT 7 REFERENCES "P" ("id");`],
    code: 'foreign-keys',
    way: /^-- at the end of the file:\nUPDATE "T" SET "p" = NULL/,
    paste: 'last',
    after: {
      P: [[1]],
      T: [
        [1, 'a', null],
        [2, 'b', null],
      ],
    },
  },
  {
    title: 'rows without a parent, and others with one: those may be deleted',
    schema: `CREATE TABLE ${parents};\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "p" INTEGER NOT NULL);`,
    rows: {
      P: [[1]],
      T: [
        [1, 1],
        [2, 9],
      ],
    },
    pending: [
      redefine({
        table: 'T',
        columns: '"id" INTEGER PRIMARY KEY, "p" INTEGER NOT NULL REFERENCES "P" ("id")',
        into: '"id", "p"',
      }),
    ],
    code: 'foreign-keys',
    way: /or delete these:\nDELETE FROM "T" WHERE/,
    paste: 'first',
    after: { P: [[1]], T: [[1, 1]] },
  },
  {
    title: 'rows without a parent, and none with one',
    schema: `CREATE TABLE ${parents};\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "p" INTEGER NOT NULL);`,
    rows: { P: [[1]], T: [[1, 9]] },
    pending: [
      redefine({
        table: 'T',
        columns: '"id" INTEGER PRIMARY KEY, "p" INTEGER NOT NULL REFERENCES "P" ("id")',
        into: '"id", "p"',
      }),
    ],
    code: 'foreign-keys',
    way: addMissing,
  },
  {
    title: 'rows without a parent that nobody looked at are not to be deleted',
    schema: `CREATE TABLE ${parents};\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "p" INTEGER NOT NULL);`,
    rows: { P: [[1]], T: [[1, 9]] },
    fetched: 0,
    pending: [
      redefine({
        table: 'T',
        columns: '"id" INTEGER PRIMARY KEY, "p" INTEGER NOT NULL REFERENCES "P" ("id")',
        into: '"id", "p"',
      }),
    ],
    code: 'foreign-keys',
    way: addMissing,
  },
  {
    title: 'a copy with foreign keys on: the rows are changed in the old table, where they are',
    schema: `CREATE TABLE ${parents};\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "p" INTEGER);`,
    rows: {
      P: [[1]],
      T: [
        [1, 9],
        [2, 1],
      ],
    },
    pending: [
      'CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P" ("id"));\nINSERT INTO "new_T" ("id", "p") SELECT "id", "p" FROM "T";\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";',
    ],
    code: 'foreign-keys',
    way: /^-- before it, in the same file:\nUPDATE "T" SET "p" = NULL/,
    paste: 'first',
    after: {
      P: [[1]],
      T: [
        [1, null],
        [2, 1],
      ],
    },
  },
  {
    title: 'a new column that the file fills itself: it is mended at the end',
    schema: `CREATE TABLE ${parents};\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" INTEGER);`,
    rows: {
      P: [[1]],
      T: [
        [1, 9],
        [2, 1],
      ],
    },
    pending: [
      keysOff(
        'CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "a" INTEGER, "b" INTEGER REFERENCES "P" ("id"));\nINSERT INTO "new_T" ("id", "a") SELECT "id", "a" FROM "T";\nUPDATE "new_T" SET "b" = "a";\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";',
      ),
    ],
    code: 'foreign-keys',
    way: /^-- at the end of the file:\nUPDATE "T" SET "b" = NULL/,
    paste: 'last',
    after: {
      P: [[1]],
      T: [
        [1, 9, null],
        [2, 1, 1],
      ],
    },
  },
];

const users = 'CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "n" TEXT);';
const twoUsers = {
  User: [
    [1, 'a'],
    [2, 'b'],
  ],
};
const withCode = (type: string, insert: string) =>
  redefine({ table: 'User', columns: `"id" INTEGER PRIMARY KEY, "n" TEXT, "code" ${type}`, insert });
const leftOut =
  /^-- without a value for the new column:\nINSERT INTO "new_User" \("id", "n"\) SELECT "id", "n" FROM "User";$/;

const texts: readonly Told[] = [
  {
    title: 'a copy that reads the new column from the old table: no text is meant',
    schema: users,
    rows: twoUsers,
    pending: [withCode('TEXT', 'INSERT INTO "new_User" SELECT "id", "n", "code" FROM "User";')],
    code: 'rehearsal-failed',
    way: leftOut,
    paste: { line: 'INSERT' },
    after: {
      User: [
        [1, 'a', null],
        [2, 'b', null],
      ],
    },
  },
  {
    title: 'the same with the columns named, and a default',
    schema: users,
    rows: twoUsers,
    pending: [
      withCode(
        "TEXT NOT NULL DEFAULT 'none'",
        'INSERT INTO "new_User" ("id", "n", "code") SELECT "id", "n", "code" FROM "User";',
      ),
    ],
    code: 'rehearsal-failed',
    way: leftOut,
    paste: { line: 'INSERT' },
    after: {
      User: [
        [1, 'a', 'none'],
        [2, 'b', 'none'],
      ],
    },
  },
  {
    title: 'the same where the new column takes no NULL: nobody knows the value',
    schema: users,
    rows: twoUsers,
    pending: [withCode('TEXT NOT NULL', 'INSERT INTO "new_User" SELECT "id", "n", "code" FROM "User";')],
    code: 'rehearsal-failed',
    way: null,
  },
  {
    title: 'a copy that writes a text in double quotes',
    schema: users,
    rows: twoUsers,
    pending: [withCode('TEXT', 'INSERT INTO "new_User" ("id", "n", "code") SELECT "id", "n", "guest" FROM "User";')],
    code: 'rehearsal-failed',
    way: /^-- if it is a text:\nINSERT INTO "new_User" \("id", "n", "code"\) SELECT "id", "n", 'guest' FROM "User";$/,
    paste: { line: 'INSERT' },
    after: {
      User: [
        [1, 'a', 'guest'],
        [2, 'b', 'guest'],
      ],
    },
  },
];

const numbers = 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "n" INTEGER);';
const twoNumbers = {
  T: [
    [1, 1],
    [2, null],
  ],
};
const add = (definition: string) => `ALTER TABLE "T" ADD COLUMN ${definition};`;

const added: readonly Told[] = [
  {
    title: 'a computed column that is stored',
    schema: numbers,
    rows: twoNumbers,
    pending: [add('"d" INTEGER GENERATED ALWAYS AS ("n" * 2) STORED')],
    code: 'needs-default',
    way: /ADD COLUMN "d" INTEGER GENERATED ALWAYS AS \("n" \* 2\) VIRTUAL;$/,
    wayIsNot: /DEFAULT/,
    paste: 'instead',
    after: {
      T: [
        [1, 1, 2],
        [2, null, null],
      ],
    },
  },
  {
    title: 'a computed column that is stored, and NULL for a row where it must not be',
    schema: numbers,
    rows: twoNumbers,
    pending: [add('"d" INTEGER NOT NULL AS ("n" * 2) STORED')],
    code: 'needs-default',
    way: /^-- rebuild the table with this column: [^\n]*$/,
  },
  {
    title: 'a column with a collation and a CHECK, which are kept',
    schema: numbers,
    rows: twoNumbers,
    pending: [add(`"d" TEXT NOT NULL COLLATE NOCASE CHECK ("d" <> 'x')`)],
    code: 'needs-default',
    way: /ADD COLUMN "d" TEXT NOT NULL COLLATE NOCASE CHECK \("d" <> 'x'\) DEFAULT '';$/,
    paste: 'instead',
    after: {
      T: [
        [1, 1, ''],
        [2, null, ''],
      ],
    },
  },
  {
    title: 'a column whose CHECK the constant breaks',
    schema: numbers,
    rows: twoNumbers,
    pending: [add(`"d" TEXT NOT NULL CHECK ("d" IN ('x', 'y'))`)],
    code: 'needs-default',
    way: /passes its CHECK:\nALTER TABLE "T" ADD COLUMN "d" TEXT NOT NULL CHECK \("d" IN \('x', 'y'\)\) DEFAULT …;$/,
  },
  {
    title: 'a column beside another one that cannot be added either',
    schema: numbers,
    rows: twoNumbers,
    pending: [`${add('"d" TEXT NOT NULL')}\n${add('"e" INTEGER NOT NULL')}`],
    code: 'needs-default',
    way: /ADD COLUMN "d" TEXT NOT NULL DEFAULT '';$/,
  },
  {
    title: 'a column that the copy leaves out',
    schema: numbers,
    rows: twoNumbers,
    pending: [
      redefine({ table: 'T', columns: '"id" INTEGER PRIMARY KEY, "n" INTEGER, "s" TEXT NOT NULL', into: '"id", "n"' }),
    ],
    code: 'needs-default',
    way: /^-- give it a value where the rows are copied:\nINSERT INTO "new_T" \("id", "n", "s"\) SELECT "id", "n", '' AS "s" FROM "T";$/,
    paste: { line: 'INSERT' },
    after: {
      T: [
        [1, 1, ''],
        [2, null, ''],
      ],
    },
  },
];

const texted = (column: string) => `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, ${column});`;
const rebuilt = (column: string) =>
  redefine({ table: 'T', columns: `"id" INTEGER PRIMARY KEY, ${column}`, into: '"id", "s"' });
const oneNull = {
  T: [
    [1, 'a'],
    [2, null],
  ],
};

const checked: readonly Told[] = [
  {
    title: 'NULLs that the old CHECK keeps from being filled first',
    schema: texted('"s" TEXT CHECK (length("s") > 0)'),
    rows: oneNull,
    pending: [rebuilt('"s" TEXT NOT NULL')],
    code: 'nulls',
    way: /^-- where the rows are copied, a value that fits:\nINSERT INTO "new_T" \("id", "s"\) SELECT "id", coalesce\("s", ''\) FROM "T";$/,
    paste: { line: 'INSERT' },
    after: {
      T: [
        [1, 'a'],
        [2, ''],
      ],
    },
  },
  {
    title: 'the same behind a file that fails, and is mended',
    schema: texted('"s" TEXT CHECK (length("s") > 0)'),
    rows: oneNull,
    pending: [
      'CREATE TABLE "U" ("id" INTEGER PRIMARY KEY);\nINSERT INTO "U" VALUES (1);\nALTER TABLE "T" ADD COLUMN "x" INTEGER NOT NULL;',
      redefine({
        table: 'T',
        columns: '"id" INTEGER PRIMARY KEY, "s" TEXT NOT NULL, "x" INTEGER NOT NULL DEFAULT 0',
        into: '"id", "s", "x"',
      }),
    ],
    code: 'nulls',
    way: /^-- where the rows are copied, a value that fits:\nINSERT/,
  },
  {
    title: 'NULLs whose value neither CHECK takes',
    schema: texted('"s" TEXT CHECK (length("s") > 0)'),
    rows: oneNull,
    pending: [rebuilt('"s" TEXT NOT NULL CHECK (length("s") > 0)')],
    code: 'nulls',
    way: /^-- where the rows are copied, give "s" a value in place of NULL, as by coalesce\(…, …\)$/,
  },
  {
    title: 'NULLs that can be filled first',
    schema: texted('"s" TEXT'),
    rows: oneNull,
    pending: [rebuilt('"s" TEXT NOT NULL')],
    code: 'nulls',
    way: /^-- before the rebuild, in the same file, set a value that fits:\nUPDATE "T" SET "s" = '' WHERE "s" IS NULL;$/,
    paste: 'first',
    after: {
      T: [
        [1, 'a'],
        [2, ''],
      ],
    },
  },
  {
    title: 'NULLs of a join: no table has them yet',
    schema: `CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "name" TEXT);\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "c" INTEGER);`,
    rows: {
      C: [[1, 'n']],
      T: [
        [1, 1],
        [2, null],
      ],
    },
    pending: [
      redefine({
        table: 'T',
        columns: '"id" INTEGER PRIMARY KEY, "c" INTEGER, "name" TEXT NOT NULL',
        insert:
          'INSERT INTO "new_T" ("id", "c", "name") SELECT t."id", t."c", c."name" FROM "T" t LEFT JOIN "C" c ON c."id" = t."c";',
      }),
    ],
    code: 'nulls',
    way: /SELECT t\."id", t\."c", coalesce\(c\."name", ''\) FROM "T" t LEFT JOIN/,
    paste: { line: 'INSERT' },
    after: {
      C: [[1, 'n']],
      T: [
        [1, 1, 'n'],
        [2, null, ''],
      ],
    },
  },
  {
    title: 'a CHECK that takes other values than the old one',
    schema: texted(`"s" TEXT CHECK ("s" IN ('a', 'b'))`),
    rows: { T: [[1, 'a']] },
    pending: [rebuilt(`"s" TEXT CHECK ("s" IN ('x', 'y'))`)],
    code: 'check-fails',
    way: /would refuse it there:\nINSERT INTO "new_T" \(…, "s"\) SELECT …, CASE WHEN NOT/,
    wayIsNot: /UPDATE/,
  },
  {
    title: 'a CHECK of a column that had none',
    schema: texted('"s" TEXT'),
    rows: { T: [[1, 'a']] },
    pending: [rebuilt(`"s" TEXT CHECK ("s" IN ('x', 'y'))`)],
    code: 'check-fails',
    way: /^-- before it, in the same file, set values that pass:\nUPDATE "T" SET "s" = … WHERE NOT/,
  },
  {
    title: 'values of a new table that occur twice: they are there only right before the index',
    schema: numbers,
    rows: {
      T: [
        [1, 5],
        [2, 5],
      ],
    },
    pending: [
      keysOff(
        'CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "n" INTEGER, "m" INTEGER);\nINSERT INTO "new_T" ("id", "n") SELECT "id", "n" FROM "T";\nUPDATE "new_T" SET "m" = "n";\nCREATE UNIQUE INDEX "u" ON "new_T"("m");\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";',
      ),
    ],
    code: 'duplicates',
    way: /keeps one of each, right before the statement:\nDELETE FROM "new_T"/,
  },
  {
    title: 'values that occur twice, and take the rows of another table along',
    schema:
      'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "n" INTEGER);\nCREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "t" INTEGER);\nCREATE TRIGGER "along" AFTER DELETE ON "T" BEGIN DELETE FROM "C" WHERE "t" = OLD."id"; END;',
    rows: {
      T: [
        [1, 5],
        [2, 5],
      ],
      C: [[1, 2]],
    },
    pending: ['CREATE UNIQUE INDEX "u" ON "T"("n");'],
    code: 'duplicates',
    way: /^-- look at the rows first; then keep one of each, or make them differ$/,
  },
];

const nicks = `CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "name" TEXT);\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "nick" TEXT, "c" INTEGER);`;
const twoNicks = {
  C: [[1, 'n']],
  T: [
    [1, 'a', 1],
    [2, 'b', null],
  ],
};
const handles = (insert: string, c = 'INTEGER') =>
  redefine({ table: 'T', columns: `"id" INTEGER PRIMARY KEY, "handle" TEXT, "c" ${c}`, insert });
const rename = /^ALTER TABLE "T" RENAME COLUMN "nick" TO "handle";$/m;

const renamed: readonly Told[] = [
  {
    title: 'a column that the copy fills from another table is no rename',
    schema: nicks,
    rows: twoNicks,
    pending: [
      handles(
        'INSERT INTO "new_T" ("id", "handle", "c") SELECT t."id", c."name", t."c" FROM "T" t LEFT JOIN "C" c ON c."id" = t."c";',
      ),
    ],
    code: 'data-loss',
    way: /^-- keep a copy/,
    wayIsNot: rename,
  },
  {
    title: 'a column that a table made of a query gets from another one is no rename',
    schema: 'CREATE TABLE "C" ("id" INT, "name" TEXT);\nCREATE TABLE "T" ("id" INT, "nick" TEXT, "c" INT);',
    rows: twoNicks,
    pending: [
      'CREATE TABLE "new_T" AS SELECT t."id", c."name" AS "handle", t."c" FROM "T" t LEFT JOIN "C" c ON c."id" = t."c";\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";',
    ],
    code: 'data-loss',
    says: /values in 2 rows\.$/,
    way: /^-- keep a copy/,
    wayIsNot: rename,
  },
  {
    title: 'a column that nothing fills may be one',
    schema: nicks,
    rows: twoNicks,
    pending: [handles('INSERT INTO "new_T" ("id", "c") SELECT "id", "c" FROM "T";')],
    code: 'data-loss',
    way: rename,
    paste: 'instead',
    after: twoNicks,
  },
  {
    title: 'a rename in place of a rebuild that does more',
    schema: nicks,
    rows: twoNicks,
    pending: [handles('INSERT INTO "new_T" ("id", "c") SELECT "id", "c" FROM "T";', 'INTEGER DEFAULT 3')],
    code: 'data-loss',
    way: /^-- keep a copy/,
    wayIsNot: rename,
  },
];

const referredTo = `CREATE TABLE "P" ("id" INTEGER PRIMARY KEY, "n" TEXT);
CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P" ("id") ON DELETE CASCADE);`;
const referred = { P: [[1, 'a']], C: [[1, 1]] };
const logged = `CREATE TABLE "L" ("x");\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "n" TEXT);
CREATE TRIGGER "T_log" AFTER INSERT ON "T" BEGIN INSERT INTO "L" VALUES (NEW."n"); END;`;

const dropped: readonly Told[] = [
  {
    title: 'a table that goes, and rows that refer to it: with keys off they would point nowhere',
    schema: referredTo,
    rows: referred,
    pending: ['DROP TABLE "P";'],
    code: 'drops-referenced',
    says: /Today this changes 1 row\.$/,
    way: /^-- before it, let the rows that must stay refer to others, or to none$/,
  },
  {
    title: 'a rebuild, and rows that refer to it: with keys off they stay',
    schema: referredTo,
    rows: referred,
    pending: [
      'CREATE TABLE "new_P" ("id" INTEGER PRIMARY KEY, "n" TEXT NOT NULL);\nINSERT INTO "new_P" ("id", "n") SELECT "id", "n" FROM "P";\nDROP TABLE "P";\nALTER TABLE "new_P" RENAME TO "P";',
    ],
    code: 'drops-referenced',
    says: /put PRAGMA foreign_keys=OFF; first in the file\.$/,
    way: /^-- around the statements of the file:\nPRAGMA foreign_keys=OFF;/,
  },
  {
    title: 'a trigger that fits the table that is made anew',
    schema: logged,
    rows: { L: [], T: [] },
    pending: ['DROP TABLE "T";\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "n" TEXT NOT NULL);'],
    code: 'drops-trigger',
    says: /To keep it, add this at the end of the file:$/,
    way: null,
  },
  {
    title: 'a trigger that names a column which is gone',
    schema: logged,
    rows: { L: [], T: [] },
    pending: ['DROP TABLE "T";\nCREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "m" TEXT);'],
    code: 'drops-trigger',
    says: /If you still need it, add it at the end of the file in a form that works\.$/,
    way: null,
  },
];

/** All on each target; `npm test` takes every fourth on each. */
function describeWays(name: string, cases: readonly Told[]): void {
  const takesAll = process.env.TESTS === 'slow';
  describeTargets(name, (fresh, kind) => {
    for (const told of cases.filter((_, index) => takesAll || index % 4 === (kind === 'server' ? 0 : 2)))
      it.concurrent(told.title, async () => {
        const target = await begin(await fresh(), told);
        const { plan: planned } = await plan({
          url: target.url,
          migrations: migrationsOf(told),
          ...(told.fetched === undefined ? {} : { rows: told.fetched }),
        });
        const finding = findAll(planned).find(({ code }) => code === told.code);
        if (finding === undefined) throw new Error('no finding');
        if (told.way === null) expect(finding.way).toBeUndefined();
        else expect(finding.way).toMatch(told.way);
        if (told.says) expect(finding.message).toMatch(told.says);
        if (told.wayIsNot) expect(finding.way).not.toMatch(told.wayIsNot);
        if (told.paste === undefined) return;
        const mended = { ...told, pending: told.pending.map((sql) => paste(sql, finding.way ?? '', told.paste)) };
        const result = await apply({ url: target.url, migrations: migrationsOf(mended), allow: told.allow ?? [] });
        expect(result).toMatchObject({ outcome: 'applied', error: null });
        expect(await readRows(target)).toEqual(told.after);
      });
  });
}

function paste(sql: string, way: string, place: Told['paste']): string {
  if (place === 'first') return `${way}\n${sql}`;
  if (place === 'last') return `${sql}\n${way}`;
  if (typeof place !== 'object') return way;
  const lines = sql.split('\n').map((line) => (line.startsWith(place.line) ? way : line));
  return lines.join('\n');
}

describeWays('a way for rows without a parent', orphans);
describeWays('a way for a text in double quotes', texts);
describeWays('a way for a new column', added);
describeWays('a way past a CHECK and a key', checked);
describeWays('a way to rename', renamed);
describeWays('a way to drop a table', dropped);
