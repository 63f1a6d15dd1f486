/** Histories that cannot be replayed as a whole: drift still tells what it can, and claims nothing of the rest. */

import { readdir } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { defineSchema, init } from '../../support/schemas.ts';
import { describeTargets } from '../../support/targets.ts';
import { histories, listFolder, old, type UnreplayableHistory } from './unreplayable-histories.ts';

interface Said {
  readonly inSync: boolean;
  readonly next: string | null;
  readonly pairs: readonly {
    readonly differences: readonly { readonly kind: string; readonly object: string; readonly name: string }[];
    readonly incomparable: string | null;
    readonly unsure: readonly string[];
  }[];
  readonly unreplayed: readonly {
    readonly migration: string;
    readonly line: number;
    readonly instead: string | null;
  }[];
  readonly error?: { readonly code: string; readonly message: string };
}

const later = {
  name: '29990103000000_later',
  sql: 'CREATE TABLE "Later" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);\n',
};
const laterModel = 'model Later {\n  id Int @id @default(autoincrement())\n}\n';

describeTargets('a history that cannot be replayed as a whole', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  /** Production as its owner has it: every migration recorded, and made by hand where libSQL refused one. */
  async function open(history: UnreplayableHistory) {
    const target = await fresh();
    const project = await makeProject(listFolder(history), { schema: history.schema });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    await target.sql(...init.sql.split(';').slice(0, 3), ...history.production);
    const recorded = await run('backfill', '--yes', '--allow', 'unproven', '--allow', 'rows-unseen');
    expect(recorded).toMatchObject({ code: 0 });
    const drift = async () => (await run('drift', '--json')).json<Said>();
    return { target, project, run, drift };
  }
  const listNames = ({ pairs }: Said) => pairs.map(({ differences }) => differences.map(({ name }) => name));

  it.each(histories)('with $what is in sync as far as it can be told', async (history) => {
    const { run, drift } = await open(history);
    const said = await drift();
    expect(listNames(said)).toEqual([[], [], []]);
    expect(said.unreplayed).toContainEqual(expect.objectContaining({ migration: old, line: history.line }));
    expect([said.inSync, said.pairs[0]?.unsure, said.pairs[1]?.unsure]).toEqual([
      history.unsure.length === 0,
      history.unsure,
      history.unsure,
    ]);
    const { stdout } = await run('drift');
    if (history.unsure.length === 0) expect(stdout).toContain('In sync: production, 2 migrations and schema.prisma.');
    else expect(stdout.replace(/\s+/g, ' ')).toContain(`cannot be compared: ${history.unsure.join(', ')}, because`);
    expect(stdout).toContain(`${old}/migration.sql:${history.line}`);
    expect((await run('drift', '--exit-code')).code).toBe(said.inSync ? 0 : 3);
  });

  it.each(histories)('with $what shows a real difference, and --fix settles that one', async (history) => {
    const { target, project, run, drift } = await open(history);
    await target.sql('ALTER TABLE "Order" ADD COLUMN "fax" TEXT');
    const said = await drift();
    expect(listNames(said)).toEqual([['Order.fax'], [], ['Order.fax']]);
    expect(said.next).toContain('--fix');
    const fixed = await run('drift', '--fix', '--name', 'fax', '--yes');
    expect(fixed).toMatchObject({ code: 0 });
    expect(await readdir(project.migrationsFolder)).toHaveLength(4);
    expect(listNames(await drift())).toEqual([[], ['Order.fax'], ['Order.fax']]);
  });

  it.each(histories)('with $what gets its next migration', async (history) => {
    const { target, project, run, drift } = await open(history);
    await project.write(later.name, later.sql);
    await project.writeFile('prisma/schema.prisma', `${history.schema}\n${laterModel}`);
    expect(await drift()).toMatchObject({ inSync: history.unsure.length === 0, pending: [later.name] });
    const applied = await run('apply', '--yes');
    expect(applied).toMatchObject({ code: 0 });
    expect(await target.sql(`SELECT count(*) FROM sqlite_schema WHERE name = 'Later'`)).toEqual([[1]]);
    expect(listNames(await drift())).toEqual([[], [], []]);
  });

  it.each(histories)(
    'with $what is proven by backfill where its equivalent is certain, and not otherwise',
    async (history) => {
      const target = await fresh();
      const project = await makeProject(listFolder(history), { schema: history.schema });
      projects.push(project);
      await target.sql(...init.sql.split(';').slice(0, 3), ...history.production);
      const args = ['backfill', '--yes', '--allow', 'rows-unseen', '--json', '--url', target.url];
      const said = (await runInProcess(args, { cwd: project.root })).json<{ readonly outcome: string }>();
      expect(said.outcome).toBe(history.unsure.length === 0 ? 'recorded' : 'unproven');
    },
  );

  it('takes one index that nobody can tell for that, and tells of its table', async () => {
    const made = 'CREATE INDEX "sounds" ON "Customer"(soundslike("email"));';
    const history = { what: '', sql: made, line: 1, production: [], schema: defineSchema(), unsure: ['sounds'] };
    const { target, run, drift } = await open(history);
    expect((await drift()).pairs[0]).toMatchObject({ differences: [], unsure: ['sounds'] });
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "fax" TEXT');
    expect(listNames(await drift())).toEqual([['Customer.fax'], [], ['Customer.fax']]);
    const text = (await run('drift')).stdout.replace(/\s+/g, ' ');
    expect(text).toContain('also, this cannot be compared: sounds, because');
  });

  const rebuild = (more: string) => `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL);
INSERT INTO "new_Customer" SELECT * FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");
PRAGMA foreign_keys=ON;
${more}`;
  const sounds = 'CREATE INDEX "sounds" ON "Customer"(soundslike("email"));';
  const since = 'ALTER TABLE "Customer" ADD COLUMN "since" TEXT DEFAULT now();';

  it.each([
    ['drops the index', sounds, 'DROP INDEX IF EXISTS "sounds";', true],
    ['rebuilds the table', since, rebuild(''), true],
    ['rebuilds the table, which keeps such an index where there is one', sounds, rebuild(''), false],
    ['rebuilds the table and drops the index', sounds, rebuild('DROP INDEX IF EXISTS "sounds";'), true],
  ])('may be in sync again once a new migration %s', async (_, made, sql, inSync) => {
    const history = { what: '', sql: made, line: 1, production: [], schema: defineSchema(), unsure: [''] };
    const { project, run, drift } = await open(history);
    expect(await drift()).toMatchObject({ inSync: false });
    await project.write(later.name, sql);
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ inSync });
    const settled = 'what it makes was dropped or created again later';
    expect((await run('drift')).stdout.replace(/\s+/g, ' ').includes(settled)).toBe(inSync);
  });

  it('leaves a table as it was where its rebuild cannot be run, and does not lose it', async () => {
    const sql = `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL DEFAULT now());
INSERT INTO "new_Customer" SELECT "id", "email" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
PRAGMA foreign_keys=ON;
CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);`;
    const production = ['CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT)'];
    const schema = defineSchema('', 'model Log {\n  id Int @id @default(autoincrement())\n}\n');
    const { drift } = await open({ what: '', sql, line: 2, production, schema, unsure: [] });
    const said = await drift();
    expect(listNames(said)).toEqual([[], [], []]);
    expect(said.pairs[0]?.unsure).toEqual(['Customer']);
    expect(said.unreplayed).toHaveLength(1);
  });

  it('takes a DEFAULT in double quotes as it is', async () => {
    const sql =
      'CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" TEXT NOT NULL DEFAULT "a b");';
    const target = await fresh();
    const schema = defineSchema(
      '',
      'model Note {\n  id   Int    @id @default(autoincrement())\n  kind String @default("a b")\n}\n',
    );
    const project = await makeProject({ [init.name]: init.sql, [old]: sql }, { schema });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    expect((await run('drift', '--json')).json<Said>()).toMatchObject({ inSync: true, unreplayed: [] });
    expect(await runInProcess(['check'], { cwd: project.root })).toMatchObject({ code: 0 });
  });
});
