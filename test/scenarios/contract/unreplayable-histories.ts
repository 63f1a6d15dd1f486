/** Histories with a statement that ran where Prisma's own SQLite was, and that libSQL refuses: each with what production has instead. */

import { defineSchema, init } from '../../support/schemas.ts';

export interface UnreplayableHistory {
  /** As it follows "with". */
  readonly what: string;
  /** The old migration that cannot be replayed as it stands. */
  readonly sql: string;
  /** The line of its statement, in that file. */
  readonly line: number;
  /** What production ran in its place; `{init}` stands for the first migration. */
  readonly production: readonly string[];
  readonly schema: string;
  /** Tables of which nobody can tell what the migrations make; none where the equivalent is certain. */
  readonly unsure: readonly string[];
}

const note = 'model Note {\n  id   Int    @id @default(autoincrement())\n  kind String\n}\n';
const createNote = (rest: string) =>
  `CREATE TABLE "Note" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    "kind" TEXT NOT NULL${rest}\n);`;
const uniqueNote = (map: string) => note.replace('kind String', `kind String @unique(map: "${map}")`);

export const histories: readonly UnreplayableHistory[] = [
  {
    what: 'a text in double quotes in an UPDATE',
    sql: 'UPDATE "Customer" SET "email" = "none" WHERE "email" = "";',
    line: 1,
    production: [],
    schema: defineSchema(),
    unsure: [],
  },
  {
    what: 'a text in double quotes in an INSERT and its SELECT',
    sql: 'INSERT INTO "Customer" ("email")\nSELECT "a@example.com" WHERE NOT EXISTS (SELECT 1 FROM "Customer" WHERE "email" = "a@example.com");',
    line: 1,
    production: [],
    schema: defineSchema(),
    unsure: [],
  },
  {
    what: 'a CHECK with texts in double quotes',
    sql: createNote(' CHECK ("kind" IN ("paid", "Open"))'),
    line: 1,
    production: [createNote(` CHECK ("kind" IN ('paid', 'Open'))`)],
    schema: defineSchema('', note),
    unsure: [],
  },
  {
    what: 'a DEFAULT and a CHECK in double quotes, added, and a rebuild behind it',
    sql: `${createNote('')}
ALTER TABLE "Customer" ADD COLUMN "state" TEXT NOT NULL DEFAULT "new" CHECK ("state" <> "");
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Note" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" TEXT NOT NULL);
INSERT INTO "new_Note" ("id", "kind") SELECT "id", "kind" FROM "Note";
DROP TABLE "Note";
ALTER TABLE "new_Note" RENAME TO "Note";
PRAGMA foreign_keys=ON;`,
    line: 5,
    production: [
      createNote(''),
      `ALTER TABLE "Customer" ADD COLUMN "state" TEXT NOT NULL DEFAULT 'new' CHECK ("state" <> '')`,
    ],
    schema: defineSchema('  state  String  @default("new")\n', note),
    unsure: [],
  },
  {
    what: 'a trigger and a view with texts in double quotes, and a rebuild behind them',
    sql: `CREATE TRIGGER "watch" AFTER INSERT ON "Customer" WHEN NEW."email" = "none" BEGIN SELECT "told"; END;
CREATE VIEW "Nobody" AS SELECT "id" FROM "Customer" WHERE "email" = "none";
INSERT INTO "Customer" ("email") VALUES ('x@example.com');
${createNote('')}
ALTER TABLE "Note" RENAME TO "Remark";`,
    line: 1,
    production: [
      `CREATE TRIGGER "watch" AFTER INSERT ON "Customer" WHEN NEW."email" = 'none' BEGIN SELECT 'told'; END`,
      `CREATE VIEW "Nobody" AS SELECT "id" FROM "Customer" WHERE "email" = 'none'`,
      createNote('').replace('Note', 'Remark'),
    ],
    schema: defineSchema('', note.replace('Note', 'Remark')),
    unsure: [],
  },
  {
    what: 'a partial index and a generated column with texts in double quotes',
    sql: `CREATE INDEX "known" ON "Customer"("email") WHERE "email" <> "none";\n${createNote(', "shown" TEXT AS ("kind" || "!")')}`,
    line: 1,
    production: [
      `CREATE INDEX "known" ON "Customer"("email") WHERE "email" <> 'none'`,
      createNote(`, "shown" TEXT AS ("kind" || '!')`),
    ],
    schema: defineSchema('', note),
    unsure: [],
  },
  {
    what: "a UNIQUE that Prisma rebuilt behind PRAGMA writable_schema, and production's under a name of its own",
    sql: `${createNote(' UNIQUE')}
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Note" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" TEXT NOT NULL);
INSERT INTO "new_Note" ("id", "kind") SELECT "id", "kind" FROM "Note";
DROP TABLE "Note";
ALTER TABLE "new_Note" RENAME TO "Note";
Pragma writable_schema=1;
CREATE UNIQUE INDEX "sqlite_autoindex_Note_1" ON "Note"("kind");
Pragma writable_schema=0;
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;`,
    line: 13,
    production: [createNote(''), 'CREATE UNIQUE INDEX "Note_kind_key" ON "Note"("kind")'],
    schema: defineSchema('', uniqueNote('Note_kind_key')),
    unsure: [],
  },
  {
    what: "the same, and production's inline",
    sql: `${createNote('')}
Pragma writable_schema=1;
CREATE UNIQUE INDEX "sqlite_autoindex_Note_1" ON "Note"("kind");
Pragma writable_schema=0;`,
    line: 6,
    production: [createNote(' UNIQUE')],
    schema: defineSchema('', uniqueNote('sqlite_autoindex_Note_1')),
    unsure: [],
  },
  {
    what: 'an index by a name that SQLite keeps for itself',
    sql: `${createNote('')}\nCREATE UNIQUE INDEX "sqlite_autoindex_Note_1" ON "Note"("kind");`,
    line: 5,
    production: [createNote(''), 'CREATE UNIQUE INDEX "Note_kind_key" ON "Note"("kind")'],
    schema: defineSchema('', uniqueNote('sqlite_autoindex_Note_1')),
    unsure: [],
  },
  {
    what: 'the index of an inline UNIQUE dropped, as Prisma writes it where the name changes',
    sql: `${createNote(' UNIQUE')}\nDROP INDEX "sqlite_autoindex_Note_1";\nCREATE UNIQUE INDEX "Note_kind_key" ON "Note"("kind");`,
    line: 5,
    production: [createNote(''), 'CREATE UNIQUE INDEX "Note_kind_key" ON "Note"("kind")'],
    schema: defineSchema('', uniqueNote('Note_kind_key')),
    unsure: ['Note'],
  },
  {
    what: 'a row of sqlite_schema deleted, and nothing else of it',
    sql: `PRAGMA writable_schema=ON;\nDELETE FROM sqlite_master WHERE type = 'index' AND name = 'sqlite_autoindex_Note_1';\nPRAGMA writable_schema=OFF;`,
    line: 2,
    production: [],
    schema: defineSchema(),
    unsure: ['Note'],
  },
  {
    what: 'a table that no SQLite makes, and others that refer to it',
    sql: `CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL DEFAULT now());
CREATE UNIQUE INDEX "Tag_name_key" ON "Tag"("name");
${createNote(`,\n    "tagId" INTEGER,\n    CONSTRAINT "Note_tagId_fkey" FOREIGN KEY ("tagId") REFERENCES "Tag" ("id") ON DELETE SET NULL ON UPDATE CASCADE`)}`,
    line: 1,
    production: [
      'CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL)',
      'CREATE UNIQUE INDEX "Tag_name_key" ON "Tag"("name")',
      createNote(
        ',\n    "tagId" INTEGER,\n    CONSTRAINT "Note_tagId_fkey" FOREIGN KEY ("tagId") REFERENCES "Tag" ("id") ON DELETE SET NULL ON UPDATE CASCADE',
      ),
    ],
    schema: defineSchema(
      '',
      `${note.replace('kind String', 'kind String\n  tagId Int?\n  tag Tag? @relation(fields: [tagId], references: [id])')}
model Tag {\n  id    Int    @id @default(autoincrement())\n  name  String @unique\n  notes Note[]\n}\n`,
    ),
    unsure: ['Tag'],
  },
  {
    what: 'a column for a table that no migration makes',
    sql: 'ALTER TABLE "Gone" ADD COLUMN "fax" TEXT;\nCREATE INDEX "Gone_fax_idx" ON "Gone"("fax");',
    line: 1,
    production: ['CREATE TABLE "Gone" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "fax" TEXT)'],
    schema: defineSchema('', 'model Gone {\n  id  Int @id @default(autoincrement())\n  fax String?\n}\n'),
    unsure: ['Gone'],
  },
];

export const old = '20260102000000_old';

/** The whole folder of a history, without what comes after it. */
export function listFolder({ sql }: UnreplayableHistory): Readonly<Record<string, string>> {
  return { [init.name]: init.sql, [old]: sql };
}
