/**
 * The skill's workflows, run by an agent that takes everything it is offered: no hazard gets through, and no output ever hands
 * out a command that gives a consent.
 */

import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { notOnStaging } from '../../src/findings/not-on-staging.ts';
import { unfinished } from '../../src/findings/unfinished.ts';
import { apply, backfill, type MigrationSource, plan } from '../../src/index.ts';
import { splitStatements } from '../../src/sql/split.ts';
import { type Example, readExamples } from '../docs/findings-pages.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { describeTargets, type TestTarget } from '../support/targets.ts';
import { runGreedily } from './greedy-agent.ts';

const skill = readFileSync(new URL('../../skills/migrate-prod/SKILL.md', import.meta.url), 'utf8');

/** Every command of the skill, as the agent reads them, consents in its prose included: those are for the user. */
const workflow = [
  ...new Set(
    [...skill.matchAll(/migrate-prod ((?:status|plan|check|apply|drift|backfill|tables)[^`\n#]*)/g)].map(
      ([, line = '']) => line.trim(),
    ),
  ),
]
  .filter((line) => !/[<:*]/.test(line))
  .sort();

let projects: Project[] = [];
afterEach(async () => {
  for (const project of projects) await project.remove();
  projects = [];
});

/** All of production but the tracker: its schema, and every row. */
async function look(target: TestTarget): Promise<unknown> {
  const objects = await target.sql(
    `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%prisma_migrations%' AND name NOT LIKE 'sqlite_%' ORDER BY 1, 2`,
  );
  const rows: Record<string, unknown> = {};
  for (const [type, name] of objects) {
    if (type !== 'table') continue;
    rows[String(name)] = await target
      .sql(`SELECT * FROM "${String(name).replaceAll('"', '""')}"`)
      .catch((error: unknown) => String(error));
  }
  return { objects, rows };
}

async function begin(folder: readonly MigrationSource[]): Promise<Project> {
  const project = await makeProject(Object.fromEntries(folder.map(({ name, sql }) => [name, `${sql}\n`])));
  projects.push(project);
  return project;
}

async function runSkill(target: TestTarget, folder: readonly MigrationSource[]) {
  const project = await begin(folder);
  const fillers = [...folder.map(({ name }) => name), 'by_hand'].slice(-3);
  return runGreedily(workflow, { cwd: project.root, url: target.url, fillers });
}

/** A server refuses to make what is in its example. */
const isForFiles = ({ blocks }: Example) => blocks.some(({ text }) => text.includes('writable_schema'));

const asks = ({ kind, code }: Example) => kind === 'hazard' || (kind === 'blocker' && code === unfinished.code);
/** Two databases take part in these: `test/cli/targets.test.ts` has them. */
const isOfTargets = ({ code }: Example) => code === notOnStaging.code;
const examples = readExamples().filter(
  (example) => asks(example) && !isOfTargets(example) && example.blocks.length > 0,
);

it('knows the workflows of the skill', () => {
  expect(workflow).toEqual(expect.arrayContaining(['apply', 'backfill', 'drift', 'drift --fix', 'plan', 'status']));
});

describeTargets('an agent that takes everything it is offered', (fresh, kind) => {
  it.each(
    examples
      .filter((example) => kind === 'file' || !isForFiles(example))
      .map((example) => [`${example.code}${example.heading && `: ${example.heading}`}`, example] as const),
  )('gets no consent to %s', async (_, { code, blocks }) => {
    const target = await fresh();
    const applied: MigrationSource[] = [];
    for (const { title, name, text } of blocks) {
      if (title === 'production' || title === 'elsewhere') {
        applied.push({ name, sql: text });
        expect((await apply({ url: target.url, migrations: applied })).error).toBeNull();
      }
      if (title === 'by hand') await target.sql(...splitStatements(text).map(({ sql }) => sql));
    }
    const folder = blocks
      .filter(({ title }) => title === 'production' || title === 'pending')
      .map(({ name, text }) => ({ name, sql: text }));
    const planned = (await plan({ url: target.url, migrations: folder })).plan;
    const found = [...planned.migrations.flatMap(({ findings }) => findings), ...planned.findings];
    expect(found.map((finding) => finding.code)).toContain(code);
    const before = await look(target);
    const { ran, handedOut } = await runSkill(target, folder);
    expect(handedOut).toEqual([]);
    expect(ran).toEqual(expect.arrayContaining(['plan', 'apply', 'backfill', 'drift --fix']));
    expect(await look(target), ran.join('\n')).toEqual(before);
  });

  const customer = { name: '1_init', sql: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "fax" TEXT);' };
  const tracked = async (target: TestTarget) =>
    target
      .sql('SELECT migration_name FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY 1')
      .catch(() => 'none');

  it('records nothing that is not proven', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT)');
    const { handedOut } = await runSkill(target, [customer]);
    expect([handedOut, await tracked(target)]).toEqual([[], 'none']);
  });

  it('records no change of rows that nobody saw', async () => {
    const target = await fresh();
    await target.sql(
      'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "fax" TEXT)',
      `INSERT INTO "Customer" VALUES (1, 'x')`,
    );
    const folder = [customer, { name: '2_up', sql: 'UPDATE "Customer" SET "fax" = upper("fax");' }];
    const { handedOut } = await runSkill(target, folder);
    expect(handedOut).toEqual([]);
    expect(await target.sql('SELECT "fax" FROM "Customer"')).toEqual([['x']]);
    expect(JSON.stringify(await tracked(target))).not.toContain('2_up');
  });

  it('replaces no table in the place of the tracker', async () => {
    const target = await fresh();
    await target.sql(
      'CREATE TABLE _prisma_migrations (name TEXT)',
      `INSERT INTO _prisma_migrations VALUES ('1_init')`,
      customer.sql,
    );
    const { handedOut } = await runSkill(target, [customer]);
    expect([handedOut, await target.sql('SELECT * FROM _prisma_migrations')]).toEqual([[], [['1_init']]]);
  });

  it('writes no migration that drops what production lacks', async () => {
    const target = await fresh();
    const folder = [customer, { name: '2_points', sql: 'ALTER TABLE "Customer" ADD COLUMN "points" INTEGER;' }];
    await apply({ url: target.url, migrations: folder });
    await target.sql('ALTER TABLE "Customer" DROP COLUMN "points"');
    const { handedOut } = await runSkill(target, folder);
    expect(handedOut).toEqual([]);
    expect(JSON.stringify(await tracked(target))).not.toContain('by_hand');
  });

  it('a guard that stops a loss while it is applied hands out no consent either', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [customer] });
    await backfill({ url: target.url, migrations: [customer] });
    const folder = [
      customer,
      {
        name: '2_keys',
        sql: 'PRAGMA foreign_keys=OFF;\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "c" INTEGER REFERENCES "Customer" ("id"));\nINSERT INTO "Order" VALUES (1, 99);\nPRAGMA foreign_keys=ON;',
      },
    ];
    const { handedOut } = await runSkill(target, folder);
    expect(handedOut).toEqual([]);
    expect(await target.sql(`SELECT count(*) FROM sqlite_schema WHERE name = 'Order'`)).toEqual([[0]]);
  });
});
