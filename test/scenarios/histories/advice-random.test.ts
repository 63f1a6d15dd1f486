/** Random histories, half known to the tracker or not at all: whoever runs what `Next:` says ends well, or is told to think. */

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTracker as buildTracker, prismaTracker } from '../../../src/tracker/tracker.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { makeProject } from '../../support/folder.ts';
import { followNext } from '../../support/follow-next.ts';

const createTracker = buildTracker(prismaTracker).sql;

const runs = Number(process.env.ADVICE_RUNS ?? 15);
const seed = Number(process.env.ADVICE_SEED ?? 20260301);

type Piece =
  | 'column'
  | 'table'
  | 'index'
  | 'rows'
  | 'column-and-rows'
  | 'rows-and-column'
  | 'drop'
  | 'rebuild'
  | 'legacy'
  | 'view';

interface Story {
  readonly pieces: readonly Piece[];
  /** How many of the migrations ran by hand, and whether the tracker records these. */
  readonly ran: number;
  readonly isRecorded: boolean;
  readonly isPushed: boolean;
  readonly byHand: 'half' | 'nothing' | 'column' | 'table' | 'index' | 'ahead' | 'unfinished';
}

const pieces = fc.constantFrom<Piece>(
  'column',
  'table',
  'index',
  'rows',
  'column-and-rows',
  'rebuild',
  'legacy',
  'view',
  'rows-and-column',
  'drop',
);
const stories: fc.Arbitrary<Story> = fc.record({
  pieces: fc.array(pieces, { minLength: 1, maxLength: 6 }),
  ran: fc.nat(7),
  isRecorded: fc.boolean(),
  isPushed: fc.boolean(),
  byHand: fc.constantFrom('half', 'nothing', 'column', 'table', 'index', 'ahead', 'unfinished'),
});

interface Made {
  readonly name: string;
  readonly statements: readonly string[];
}

/** Each change of rows counts in a place of its own: the price's digits to the base of 4 say how often each was made. */
function writeFolder(list: readonly Piece[]): readonly Made[] {
  const columns = ['"id" INTEGER NOT NULL PRIMARY KEY', '"price" INTEGER NOT NULL'];
  const made: Made[] = [{ name: '0_init', statements: [`CREATE TABLE "Product" (${columns.join(', ')})`] }];
  for (const [index, piece] of list.entries()) {
    const name = `c${index + 1}`;
    const add = `ALTER TABLE "Product" ADD COLUMN "${name}" TEXT`;
    const change = `UPDATE "Product" SET "price" = "price" + ${4 ** (index + 1)}`;
    const statements: Record<Piece, () => readonly string[]> = {
      column: () => [add],
      table: () => [`CREATE TABLE "T${index}" ("id" INTEGER NOT NULL PRIMARY KEY)`],
      index: () => [`CREATE INDEX "I${index}" ON "Product" ("price")`],
      view: () => [`CREATE VIEW "V${index}" AS SELECT "price" FROM "Product"`],
      rows: () => [change],
      'column-and-rows': () => [add, change],
      'rows-and-column': () => [change, add],
      drop: () => [`DROP TABLE IF EXISTS "gone${index}"`],
      legacy: () => [`ALTER TABLE "legacy" ADD COLUMN "${name}" TEXT`],
      rebuild: () => [
        'PRAGMA foreign_keys=OFF',
        `CREATE TABLE "new_Product" (${[...columns, `"${name}" TEXT`].join(', ')})`,
        `INSERT INTO "new_Product" (${names(columns)}) SELECT ${names(columns)} FROM "Product"`,
        'DROP TABLE "Product"',
        'ALTER TABLE "new_Product" RENAME TO "Product"',
        'PRAGMA foreign_keys=ON',
      ],
    };
    made.push({ name: `${index + 1}_${piece}`, statements: statements[piece]() });
    if (piece === 'column' || piece === 'column-and-rows' || piece === 'rows-and-column' || piece === 'rebuild')
      columns.push(`"${name}" TEXT`);
  }
  return made;
}

const names = (columns: readonly string[]) => columns.map((column) => column.split(' ')[0]).join(', ');

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-prod-advice-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function prepare(path: string, story: Story, all: readonly Made[]): void {
  const database = openEmbedded(path);
  const attempt = (sql: string) => {
    try {
      database.exec(sql);
    } catch {
      // What cannot be run by hand on this database was not.
    }
  };
  const ran = Math.min(story.ran, all.length);
  if (story.isPushed) attempt('CREATE TABLE "legacy" ("id" INTEGER NOT NULL PRIMARY KEY)');
  // Views of the table keep a rebuild by hand from its RENAME.
  attempt('PRAGMA legacy_alter_table=ON');
  for (const [index, { statements }] of all.slice(0, ran).entries()) {
    statements.forEach(attempt);
    if (index === 0) attempt('INSERT INTO "Product" VALUES (1, 0)');
  }
  if (story.byHand === 'column') attempt('ALTER TABLE "Product" ADD COLUMN "fax" TEXT');
  if (story.byHand === 'table') attempt('CREATE TABLE "Import" ("id" INTEGER)');
  if (story.byHand === 'index') attempt('DROP INDEX "I0"');
  if (story.byHand === 'ahead')
    all
      .slice(ran + 1)
      .flatMap(({ statements }) => statements.slice(0, 1))
      .filter((sql) => !/UPDATE|PRAGMA/.test(sql))
      .forEach(attempt);
  // A script that stopped in the middle.
  if (story.byHand === 'half') attempt(all[ran]?.statements[0] ?? '');
  const recorded = story.isRecorded && story.byHand !== 'half' ? ran : 0;
  if (recorded > 0 || story.byHand === 'unfinished') attempt(createTracker);
  for (const one of all.slice(0, recorded)) attempt(record(one, 'finished'));
  const next = all[recorded];
  if (story.byHand === 'unfinished' && next) attempt(record(next, 'begun'));
  database.close();
}

const writeFile = ({ statements }: Made) => `${statements.join(';\n')};\n`;

function record(one: Made, state: 'finished' | 'begun'): string {
  const sum = createHash('sha256').update(writeFile(one)).digest('hex');
  const finished = state === 'finished' ? '1700000000000' : 'NULL';
  return `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('${one.name}', '${sum}', '${one.name}', ${finished}, 1)`;
}

interface Production {
  readonly digits: readonly number[];
  readonly tables: readonly string[];
  readonly recorded: readonly string[];
}

function read(path: string): Production {
  const database = openEmbedded(path);
  const list = (sql: string): readonly unknown[] => {
    try {
      return (database.prepare(sql).raw(true).all() as unknown[][]).map(([value]) => value);
    } catch {
      return [];
    }
  };
  const price = Number(list('SELECT "price" FROM "Product"')[0] ?? 0);
  const production = {
    digits: [...price.toString(4)].reverse().map(Number),
    tables: list("SELECT name FROM sqlite_schema WHERE type = 'table'").map(String),
    recorded: list(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    ).map(String),
  };
  database.close();
  return production;
}

it('no change of rows is made twice, no table is only recorded, and no advice goes in a circle', {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      count += 1;
      const path = join(folder, `${count}.db`);
      const all = writeFolder(story.pieces);
      prepare(path, story, all);
      const before = read(path);
      const project = await makeProject(Object.fromEntries(all.map((one) => [one.name, writeFile(one)])));
      try {
        const { end, steps, next } = await followNext('status', {
          cwd: project.root,
          url: `file:${path}`,
          consents: 'thought-about',
        });
        const told = steps.map(({ command, output }) => `$ ${command}\n${output}`).join('\n');
        const after = read(path);
        expect(end, `${next}\n${told}`).not.toBe('circle');
        expect(Math.max(...after.digits), told).toBeLessThan(2);
        expect(after.digits.length, told).toBeGreaterThanOrEqual(before.digits.length);
        for (const [index, { name, statements }] of all.entries()) {
          const made = /^CREATE TABLE "(\w+)"/.exec(statements[0] ?? '')?.[1];
          if (made === undefined || !after.recorded.includes(name) || before.recorded.includes(name)) continue;
          expect(after.tables, `${index} ${told}`).toContain(made);
        }
      } finally {
        await project.remove();
      }
    }),
    { numRuns: runs, seed },
  );
});
