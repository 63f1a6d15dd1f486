/** Pairs of schemas that differ in one constraint or option of a table. */

import type { DifferenceKind } from '../../src/schema/compare/difference.ts';
import { type DifferenceCase, key, type Texts } from './case.ts';

/** A table `T`, made in two ways, beside a table `P` that it may refer to. */
function ofTable(
  name: string,
  kind: DifferenceKind,
  written: readonly [left: string, right: string],
  [left, right]: Texts,
  prisma: DifferenceCase['prisma'],
  engine?: string,
): DifferenceCase {
  const parents = [
    'CREATE TABLE "P" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT NOT NULL UNIQUE)',
    'CREATE TABLE "Q" ("id" INTEGER NOT NULL PRIMARY KEY)',
  ];
  return {
    name,
    left: [...parents, `CREATE TABLE "T" ${written[0]}`],
    right: [...parents, `CREATE TABLE "T" ${written[1]}`],
    expected: [{ kind, object: 'table', name: 'T', table: 'T', left, right }],
    prisma,
    ...(engine === undefined ? {} : { engine }),
  };
}

export const constraintCases: readonly DifferenceCase[] = [
  ofTable(
    'one more column in the primary key',
    'primary-key',
    [
      '("a" TEXT NOT NULL, "b" TEXT NOT NULL, PRIMARY KEY ("a"))',
      '("a" TEXT NOT NULL, "b" TEXT NOT NULL, PRIMARY KEY ("a", "b"))',
    ],
    ['PRIMARY KEY ("a")', 'PRIMARY KEY ("a", "b")'],
    'sees',
  ),
  ofTable(
    'another order in the primary key',
    'primary-key',
    [
      '("a" TEXT NOT NULL, "b" TEXT NOT NULL, PRIMARY KEY ("a", "b"))',
      '("a" TEXT NOT NULL, "b" TEXT NOT NULL, PRIMARY KEY ("b", "a"))',
    ],
    ['PRIMARY KEY ("a", "b")', 'PRIMARY KEY ("b", "a")'],
    'sees',
  ),
  ofTable(
    'a primary key on one side',
    'primary-key',
    ['("a" TEXT NOT NULL PRIMARY KEY)', '("a" TEXT NOT NULL)'],
    ['PRIMARY KEY ("a")', null],
    'sees',
  ),
  ofTable(
    'a primary key with AUTOINCREMENT on one side',
    'primary-key',
    ['("a" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT)', '("a" INTEGER NOT NULL)'],
    ['PRIMARY KEY ("a" AUTOINCREMENT)', null],
    'sees',
  ),
  ofTable(
    'another name of the primary key',
    'primary-key',
    ['("a" TEXT NOT NULL, CONSTRAINT "T_pkey" PRIMARY KEY ("a"))', '("a" TEXT NOT NULL CONSTRAINT "pk" PRIMARY KEY)'],
    ['CONSTRAINT "T_pkey" PRIMARY KEY ("a")', 'CONSTRAINT "pk" PRIMARY KEY ("a")'],
    'blind',
  ),
  ofTable(
    'what happens to a second key',
    'primary-key',
    ['("a" TEXT NOT NULL PRIMARY KEY ON CONFLICT REPLACE)', '("a" TEXT NOT NULL PRIMARY KEY)'],
    ['PRIMARY KEY ("a") ON CONFLICT REPLACE', 'PRIMARY KEY ("a")'],
    'blind',
  ),
  ofTable(
    'INTEGER PRIMARY KEY DESC, which is not the rowid',
    'primary-key',
    ['("a" INTEGER NOT NULL PRIMARY KEY DESC)', '("a" INTEGER NOT NULL, PRIMARY KEY ("a" DESC))'],
    ['PRIMARY KEY ("a" DESC)', 'PRIMARY KEY ("a")'],
    'blind',
  ),
  ofTable(
    'a falling primary key',
    'primary-key',
    ['("a" TEXT NOT NULL PRIMARY KEY DESC)', '("a" TEXT NOT NULL PRIMARY KEY)'],
    ['PRIMARY KEY ("a" DESC)', 'PRIMARY KEY ("a")'],
    'blind',
  ),
  ofTable(
    'a falling INTEGER primary key of a table without rowid',
    'primary-key',
    ['("a" INTEGER PRIMARY KEY DESC) WITHOUT ROWID', '("a" INTEGER PRIMARY KEY) WITHOUT ROWID'],
    ['PRIMARY KEY ("a" DESC)', 'PRIMARY KEY ("a")'],
    'blind',
  ),
  ofTable(
    'a collated primary key',
    'primary-key',
    ['("a" TEXT NOT NULL, PRIMARY KEY ("a" COLLATE NOCASE))', '("a" TEXT NOT NULL, PRIMARY KEY ("a"))'],
    ['PRIMARY KEY ("a" COLLATE NOCASE)', 'PRIMARY KEY ("a")'],
    'blind',
  ),
  ofTable(
    'AUTOINCREMENT',
    'autoincrement',
    ['("a" INTEGER PRIMARY KEY AUTOINCREMENT)', '("a" INTEGER PRIMARY KEY)'],
    ['AUTOINCREMENT', null],
    'blind',
  ),
  ofTable(
    'UNIQUE on one side',
    'unique',
    [`(${key}, "a" TEXT UNIQUE)`, `(${key}, "a" TEXT)`],
    ['UNIQUE ("a")', null],
    'sees',
  ),
  ofTable(
    'one UNIQUE more',
    'unique',
    [`(${key}, "a" TEXT UNIQUE, "b" TEXT)`, `(${key}, "a" TEXT UNIQUE, "b" TEXT, UNIQUE ("a", "b"))`],
    [null, 'UNIQUE ("a", "b")'],
    'sees',
  ),
  ofTable(
    'UNIQUE over a generated column',
    'unique',
    [`(${key}, "a" TEXT AS ("id" * 2), UNIQUE ("a"))`, `(${key}, "a" TEXT AS ("id" * 2))`],
    ['UNIQUE ("a")', null],
    'blind',
  ),
  ofTable(
    'UNIQUE over another column',
    'unique',
    [`(${key}, "a" TEXT UNIQUE, "b" TEXT)`, `(${key}, "a" TEXT, "b" TEXT UNIQUE)`],
    ['UNIQUE ("a")', 'UNIQUE ("b")'],
    'sees',
  ),
  ofTable(
    'another order in UNIQUE',
    'unique',
    [`(${key}, "a" TEXT, "b" TEXT, UNIQUE ("a", "b"))`, `(${key}, "a" TEXT, "b" TEXT, UNIQUE ("b", "a"))`],
    ['UNIQUE ("a", "b")', 'UNIQUE ("b", "a")'],
    'sees',
  ),
  ofTable(
    'a falling UNIQUE',
    'unique',
    [`(${key}, "a" TEXT, UNIQUE ("a" DESC))`, `(${key}, "a" TEXT, UNIQUE ("a"))`],
    ['UNIQUE ("a" DESC)', 'UNIQUE ("a")'],
    'sees',
  ),
  ofTable(
    'another name of UNIQUE',
    'unique',
    [`(${key}, "a" TEXT CONSTRAINT "one" UNIQUE)`, `(${key}, "a" TEXT UNIQUE)`],
    ['CONSTRAINT "one" UNIQUE ("a")', 'UNIQUE ("a")'],
    'blind',
  ),
  ofTable(
    'what happens to a second one',
    'unique',
    [`(${key}, "a" TEXT UNIQUE ON CONFLICT IGNORE)`, `(${key}, "a" TEXT UNIQUE)`],
    ['UNIQUE ("a") ON CONFLICT IGNORE', 'UNIQUE ("a")'],
    'blind',
  ),
  ofTable(
    'a collated UNIQUE',
    'unique',
    [`(${key}, "a" TEXT, UNIQUE ("a" COLLATE NOCASE))`, `(${key}, "a" TEXT, UNIQUE ("a"))`],
    ['UNIQUE ("a" COLLATE NOCASE)', 'UNIQUE ("a")'],
    'blind',
  ),
  ofTable(
    'CHECK on one side',
    'check',
    [`(${key}, "a" REAL CHECK ("a" > 0))`, `(${key}, "a" REAL)`],
    ['CHECK ("a" > 0)', null],
    'blind',
  ),
  ofTable(
    'another CHECK',
    'check',
    [`(${key}, "a" REAL CHECK ("a" > 0))`, `(${key}, "a" REAL CHECK ("a" >= 0))`],
    ['CHECK ("a" > 0)', 'CHECK ("a" >= 0)'],
    'blind',
  ),
  ofTable(
    'another case of a string in a CHECK',
    'check',
    [`(${key}, "a" TEXT CHECK ("a" IN ('New', 'done')))`, `(${key}, "a" TEXT CHECK ("a" IN ('new', 'done')))`],
    [`CHECK ("a" IN ('New', 'done'))`, `CHECK ("a" IN ('new', 'done'))`],
    'blind',
  ),
  ofTable(
    'another CHECK of the same name, among others',
    'check',
    [
      `(${key}, "a" REAL, CHECK ("a" < 9), CONSTRAINT "low" CHECK ("a" > 0), CHECK ("id" > 0))`,
      `(${key}, "a" REAL, CHECK ("id" > 0), CHECK ("a" < 9), CONSTRAINT "low" CHECK ("a" > 1))`,
    ],
    ['CONSTRAINT "low" CHECK ("a" > 0)', 'CONSTRAINT "low" CHECK ("a" > 1)'],
    'blind',
  ),
  ofTable(
    'another name of a CHECK',
    'check',
    [
      `(${key}, CONSTRAINT "one" CHECK ("id" > 0), CHECK ("id" < 9))`,
      `(${key}, CONSTRAINT "two" CHECK ("id" > 0), CHECK ("id" < 9))`,
    ],
    ['CONSTRAINT "one" CHECK ("id" > 0)', 'CONSTRAINT "two" CHECK ("id" > 0)'],
    'blind',
  ),
  ofTable(
    'a foreign key on one side',
    'foreign-key',
    [`(${key}, "pId" INTEGER REFERENCES "P" ("id"))`, `(${key}, "pId" INTEGER)`],
    ['FOREIGN KEY ("pId") REFERENCES "P" ("id")', null],
    'sees',
  ),
  ofTable(
    'what happens when the parent is deleted',
    'foreign-key',
    [
      `(${key}, "pId" INTEGER, CONSTRAINT "T_pId_fkey" FOREIGN KEY ("pId") REFERENCES "P" ("id") ON DELETE CASCADE ON UPDATE CASCADE)`,
      `(${key}, "pId" INTEGER, CONSTRAINT "T_pId_fkey" FOREIGN KEY ("pId") REFERENCES "P" ("id") ON DELETE SET NULL ON UPDATE CASCADE)`,
    ],
    [
      'CONSTRAINT "T_pId_fkey" FOREIGN KEY ("pId") REFERENCES "P" ("id") ON DELETE CASCADE ON UPDATE CASCADE',
      'CONSTRAINT "T_pId_fkey" FOREIGN KEY ("pId") REFERENCES "P" ("id") ON DELETE SET NULL ON UPDATE CASCADE',
    ],
    'sees',
  ),
  ofTable(
    'what happens when the parent is updated',
    'foreign-key',
    [
      `(${key}, "pId" INTEGER REFERENCES "P" ("id") ON UPDATE CASCADE)`,
      `(${key}, "pId" INTEGER REFERENCES "P" ("id"))`,
    ],
    ['FOREIGN KEY ("pId") REFERENCES "P" ("id") ON UPDATE CASCADE', 'FOREIGN KEY ("pId") REFERENCES "P" ("id")'],
    'sees',
  ),
  ofTable(
    'RESTRICT and no action',
    'foreign-key',
    [
      `(${key}, "pId" INTEGER REFERENCES "P" ("id") ON DELETE RESTRICT)`,
      `(${key}, "pId" INTEGER REFERENCES "P" ("id"))`,
    ],
    ['FOREIGN KEY ("pId") REFERENCES "P" ("id") ON DELETE RESTRICT', 'FOREIGN KEY ("pId") REFERENCES "P" ("id")'],
    'sees',
  ),
  ofTable(
    'another parent',
    'foreign-key',
    [`(${key}, "pId" INTEGER REFERENCES "P" ("id"))`, `(${key}, "pId" INTEGER REFERENCES "Q" ("id"))`],
    ['FOREIGN KEY ("pId") REFERENCES "P" ("id")', 'FOREIGN KEY ("pId") REFERENCES "Q" ("id")'],
    'sees',
  ),
  {
    ...ofTable(
      'another column of the parent than its key',
      'foreign-key',
      [`(${key}, "pId" TEXT REFERENCES "P")`, `(${key}, "pId" TEXT REFERENCES "P" ("code"))`],
      ['FOREIGN KEY ("pId") REFERENCES "P"', 'FOREIGN KEY ("pId") REFERENCES "P" ("code")'],
      'sees',
    ),
    prismaRefuses: 'The type of the field `pId` in the model `T` is not matching the type of the referenced field',
  },
  ofTable(
    'a foreign key on another column',
    'foreign-key',
    [
      `(${key}, "a" INTEGER REFERENCES "P" ("id"), "b" INTEGER)`,
      `(${key}, "a" INTEGER, "b" INTEGER REFERENCES "P" ("id"))`,
    ],
    ['FOREIGN KEY ("a") REFERENCES "P" ("id")', 'FOREIGN KEY ("b") REFERENCES "P" ("id")'],
    'sees',
  ),
  ofTable(
    'another action of one foreign key among others',
    'foreign-key',
    [
      `(${key}, "a" INTEGER REFERENCES "P" ("id"), "b" INTEGER REFERENCES "Q" ("id") ON DELETE CASCADE)`,
      `(${key}, "a" INTEGER, "b" INTEGER, FOREIGN KEY ("b") REFERENCES "Q" ("id"), FOREIGN KEY ("a") REFERENCES "P" ("id"))`,
    ],
    ['FOREIGN KEY ("b") REFERENCES "Q" ("id") ON DELETE CASCADE', 'FOREIGN KEY ("b") REFERENCES "Q" ("id")'],
    'sees',
  ),
  ofTable(
    'another name of a foreign key',
    'foreign-key',
    [
      `(${key}, "pId" INTEGER CONSTRAINT "T_pId_fkey" REFERENCES "P" ("id"))`,
      `(${key}, "pId" INTEGER REFERENCES "P" ("id"))`,
    ],
    ['CONSTRAINT "T_pId_fkey" FOREIGN KEY ("pId") REFERENCES "P" ("id")', 'FOREIGN KEY ("pId") REFERENCES "P" ("id")'],
    'blind',
  ),
  ofTable(
    'a deferred foreign key',
    'foreign-key',
    [
      `(${key}, "pId" INTEGER REFERENCES "P" ("id") DEFERRABLE INITIALLY DEFERRED)`,
      `(${key}, "pId" INTEGER REFERENCES "P" ("id"))`,
    ],
    [
      'FOREIGN KEY ("pId") REFERENCES "P" ("id") DEFERRABLE INITIALLY DEFERRED',
      'FOREIGN KEY ("pId") REFERENCES "P" ("id")',
    ],
    'blind',
  ),
  ofTable('STRICT', 'options', [`(${key}) STRICT`, `(${key})`], ['STRICT', null], 'blind'),
  ofTable('WITHOUT ROWID', 'options', [`(${key})`, `(${key}) WITHOUT ROWID`], [null, 'WITHOUT ROWID'], 'blind'),
  ofTable(
    'another option',
    'options',
    [`(${key}) STRICT`, `(${key}) WITHOUT ROWID, STRICT`],
    ['STRICT', 'STRICT, WITHOUT ROWID'],
    'blind',
  ),
  ofTable(
    'a check whose text has other blanks in it',
    'check',
    [`(${key}, "a" TEXT CHECK ("a" IN ('x  y')))`, `(${key}, "a" TEXT CHECK ("a" IN ('x y')))`],
    [`CHECK ("a" IN ('x  y'))`, `CHECK ("a" IN ('x y'))`],
    'blind',
  ),
];
