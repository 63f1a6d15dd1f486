/** Prisma's tracker in the place of a table of another shape, on the real engine. */

import { expect, it } from 'vitest';
import { buildTransaction } from '../../src/apply/conditions.ts';
import type { SchemaObject } from '../../src/schema/model/objects.ts';
import { chooseKeptName, replaceTracker } from '../../src/tracker/replace.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';
import { openProduction } from '../apply/production.ts';

const object = (name: string): SchemaObject => ({ type: 'table', name, table: name, sql: null });
const choose = (...names: readonly string[]) =>
  chooseKeptName({ objects: names.map(object), kinds: new Map(), tracker: prismaTracker });

it('keeps the other table under a name that nothing has', () => {
  expect(choose()).toBe('_prisma_migrations_replaced');
  expect(choose('_Prisma_Migrations_REPLACED')).toBe('_prisma_migrations_replaced_2');
  expect(choose('_prisma_migrations_replaced', '_prisma_migrations_replaced_2')).toBe('_prisma_migrations_replaced_3');
});

it('keeps its rows and indexes, and makes the new one only where it is as it was read', async () => {
  const open = () =>
    openProduction(
      'CREATE TABLE "_PRISMA_migrations" ("name" TEXT)',
      'CREATE INDEX "_prisma_migrations_name" ON "_prisma_migrations" ("name")',
      `INSERT INTO "_prisma_migrations" VALUES ('a'), ('b')`,
    );
  const production = await open();
  const seen = await production.read();
  expect(seen.tracker).toBe('other-shape');
  const replies = await production.execute(buildTransaction(replaceTracker(seen)));
  expect(replies.at(-2)?.type).toBe('rows');
  expect(await production.rows('SELECT * FROM "_prisma_migrations_replaced"')).toEqual([['a'], ['b']]);
  expect((await production.read()).tracker).toBe('prisma');
  const moved = await open();
  await moved.run(`INSERT INTO "_prisma_migrations" VALUES ('c')`);
  expect((await moved.execute(buildTransaction(replaceTracker(seen)))).some(({ type }) => type === 'error')).toBe(true);
  expect((await moved.read()).tracker).toBe('other-shape');
});

it('takes the name that it is given', () => {
  const steps = replaceTracker(
    { schema: { objects: [], kinds: new Map(), tracker: prismaTracker }, trackerRowCount: 0 } as never,
    'kept "so"',
  );
  expect(steps.map(({ sql }) => sql)).toContain('ALTER TABLE "_prisma_migrations" RENAME TO "kept ""so"""');
});
