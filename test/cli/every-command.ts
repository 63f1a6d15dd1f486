/** Every command with what makes lines long: names, wide characters, statements, findings of many kinds. */

import { join } from 'node:path';
import { afterAll } from 'vitest';
import { measureWidth } from '../../src/adapters/terminal/width.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';

const longName = 'AVeryLongTableNameThatSomebodyGaveToATableOfSubscriptionsOfTheShopOfTheTown';
const init = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "name" TEXT, "fax" TEXT, "顧客の住所と電話番号" TEXT DEFAULT '東京都');
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER NOT NULL, "total" REAL NOT NULL DEFAULT 0, CONSTRAINT "Order_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE "${longName}" ("id" INTEGER NOT NULL PRIMARY KEY, "theColumnWithALongNameThatHoldsTheNumber" TEXT NOT NULL DEFAULT 'nothing at all, which is a long default', "customerId" INTEGER REFERENCES "Customer"("id") ON DELETE SET NULL ON UPDATE CASCADE);
CREATE VIEW "big" AS SELECT "Customer"."id", "Customer"."email", "Order"."total" FROM "Customer" JOIN "Order" ON "Order"."customerId" = "Customer"."id" WHERE "Order"."total" > 100 AND "Customer"."email" LIKE '%@example.com';
CREATE TRIGGER "Order_total_check" BEFORE INSERT ON "Order" WHEN NEW."total" < 0 BEGIN SELECT RAISE(ABORT, 'the total of an order must not be negative, but it was'); END;`;
const rebuild = `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "name" TEXT NOT NULL, "顧客の住所と電話番号" TEXT DEFAULT '東京都');
INSERT INTO "new_Customer" ("id","email","name","顧客の住所と電話番号") SELECT "id","email","name","顧客の住所と電話番号" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
PRAGMA foreign_keys=ON;
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");`;
const schema = `datasource db {
  provider = "sqlite"
}
model Customer {
  id Int @id @default(autoincrement())
  email String @unique
  name String
  orders Order[]
}
model Order {
  id Int @id
  customerId Int
  customer Customer @relation(fields: [customerId], references: [id], onDelete: Cascade)
  total Float @default(0)
}
`;
const first = '20260101000000_init';
const second = '20260201000000_a_migration_with_a_very_long_name_that_says_everything_that_it_does_to_customers';
const third = '20260301000000_drop';

/** What was made by hand, and rows. */
const byHand = `INSERT INTO Customer (email, name, fax) VALUES ('a@example.com', 'Ann', '1'), ('a@example.com', NULL, '2');
INSERT INTO "Order" VALUES (1, 1, 5), (2, 2, 7);
CREATE TABLE "ByHand" ("id" INTEGER PRIMARY KEY, "note" TEXT NOT NULL DEFAULT 'made by hand, in the night, by somebody in a hurry');
CREATE INDEX "byhand_idx_with_a_long_name_that_goes_on_and_on_until_the_end_of_the_line" ON "ByHand"("note");
ALTER TABLE "Customer" ADD COLUMN "phone" TEXT;`;

async function make(files: Readonly<Record<string, string>>, record: boolean): Promise<Project> {
  const project = await makeProject({ [first]: init }, { schema });
  const file = join(project.root, 'shop.db');
  if (record) await runInProcess(['apply', '--yes', '--url', 'file:shop.db'], { cwd: project.root });
  const database = openEmbedded(file);
  for (const sql of record ? [byHand] : [init, byHand]) database.exec(sql);
  database.close();
  for (const [name, sql] of Object.entries(files)) await project.write(name, sql);
  return project;
}

/** Made for the first who needs it. */
function once(create: () => Promise<Project>): () => Promise<Project> {
  let made: Promise<Project> | null = null;
  return () => {
    made ??= create().then((project) => {
      projects.push(project);
      return project;
    });
    return made;
  };
}

const projects: Project[] = [];

/** For a file that runs them: takes away what they made. */
export function removeProjects(): void {
  afterAll(() => Promise.all(projects.splice(0).map((project) => project.remove())));
}

const overflow = `INSERT INTO "Order" ("id", "customerId", "total") SELECT abs(-9223372036854775807 - 1), "id", 0 FROM "Customer" WHERE "email" LIKE '%@example.com' AND "name" IS NOT NULL ORDER BY "id";`;
const drops = `DROP VIEW "big";\nDROP TRIGGER "Order_total_check";\nDROP TABLE "${longName}";\nALTER TABLE "Customer" DROP COLUMN "fax";\nDELETE FROM "Order" WHERE "id" = 1;`;
/** In these three, production has the first migration. */
const blocked = once(() => make({ [second]: rebuild, [third]: 'ALTER TABLE "Order" DROP COLUMN "total";' }, true));
const hazards = once(() => make({ [third]: drops }, true));
const drifted = once(() => make({}, true));
/** Its last migration fails while it runs. */
const failing = once(() => make({ [`${third}_of_numbers_that_overflow`]: overflow }, true));
const unrecorded = once(() => make({}, false));

export type EveryRun = readonly [words: string, project: () => Promise<Project>, typed?: readonly string[]];

export const runs: readonly EveryRun[] = [
  ['status', blocked],
  ['history', blocked],
  [`history ${first}`, blocked],
  ['tables --count', blocked],
  ['inspect Customer', blocked],
  ['inspect Order', blocked],
  ['inspect ByHand', blocked],
  [`inspect ${longName}`, blocked],
  ['inspect big', blocked],
  ['plan', blocked],
  ['plan', hazards],
  ['plan --show-values', blocked],
  ['apply', blocked],
  ['apply', hazards, ['n\n']],
  ['apply --yes', hazards],
  ['check', blocked],
  ['check', drifted],
  ['drift', blocked],
  ['drift', drifted],
  ['drift --fix --name by_hand --allow drops', drifted, ['n\n']],
  ['backfill', unrecorded, ['n\n']],
  ['backfill --yes', unrecorded],
  ['status', unrecorded],
  ['apply --yes --rows none', failing],
  ['status', failing],
  ['history', failing],
  [`history ${third}_of_numbers_that_overflow`, failing],
  ['inspect Nothing', blocked],
  ['plan --to nothing', blocked],
  ['plan --help', blocked],
  ['--help', blocked],
];

/** True for a line that cannot be broken: one long word, or what is copied and must stay in one piece. */
function isWhole(line: string): boolean {
  const text = line.replace(/^[\s\d│]*(?:(?:columns|indexes|refers to|referred to by) +)?/, '');
  return (
    !/\S\s+\S/.test(text) ||
    // A command.
    /^(?:Next: |Rows: )?(?:migrate-prod|sqlite3|npx) /.test(text) ||
    // A name with the kind of object before it.
    /^[~+−] (?:[a-z]+ )+\S+$/.test(text) ||
    // A path in a message, or a name with the sign before it.
    /^[✔●✖○▲+−~·?-]{1,2} \S+$/.test(text)
  );
}

/** Lines of a screen that are wider than it, though they could be broken, and lines that end with a space. */
export function listUgly(text: string, columns: number): readonly string[] {
  // What was typed is not on the screen of a test, nor its line end.
  const lines = text.replaceAll(/(\[y\/N\]|\(data-loss\):) /g, '$1\n').split('\n');
  return lines.filter((line) => (measureWidth(line) > columns && !isWhole(line)) || line.endsWith(' '));
}

/** Times of which nobody knows what o'clock they mean. */
export function listTimesWithoutZone(text: string): readonly string[] {
  return [...text.matchAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?! UTC|Z|[\d:.])/g)].map(([time]) => time);
}

export async function runOne(
  [words, project, typed = []]: EveryRun,
  columns: number,
  env: Readonly<Record<string, string>>,
) {
  const target = /check|--help/.test(words) ? [] : ['--url', 'file:shop.db'];
  return runInProcess([...words.split(' '), ...target], {
    cwd: (await project()).root,
    columns,
    env: { TERM: 'dumb', ...env },
    typed,
  });
}
