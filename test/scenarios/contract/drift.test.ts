/** The contract of drift: which of production, the migrations and schema.prisma disagrees with which, and what to do. */

import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project, type ProjectExtra } from '../../support/folder.ts';
import { defineSchema, init, phone } from '../../support/schemas.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

interface Said {
  readonly inSync: boolean;
  readonly pairs: readonly {
    readonly pair: string;
    readonly differences: readonly { readonly kind: string; readonly object: string; readonly name: string }[];
    readonly incomparable: string | null;
  }[];
  readonly pending: readonly string[];
  readonly next: string | null;
  readonly requests: number;
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

const withPhone = defineSchema('  phone  String?\n');
const empty = { pairs: [[], [], []] };

describeTargets('drift', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  async function open(schema: string, migrations: readonly { name: string; sql: string }[], extra: ProjectExtra = {}) {
    const target = await fresh();
    const project = await makeProject(Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])), {
      ...extra,
      schema,
    });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    return { target, project, run, drift: async () => summarize((await run('drift', '--json')).json<Said>(), target) };
  }

  /** Requests are only counted on a server. */
  function summarize(said: Said, { kind }: TestTarget) {
    const pairs = said.pairs?.map(({ differences }) =>
      differences.map(({ kind, object, name }) => `${kind} of ${object} ${name}`),
    );
    const incomparable = said.pairs?.map((pair) => pair.incomparable);
    if (said.error === undefined) expect(said.requests).toBe(kind === 'server' ? 1 : 0);
    return { inSync: said.inSync, pairs, incomparable, pending: said.pending, next: said.next, error: said.error };
  }

  it('is in sync after apply, in one line', async () => {
    const { run, drift } = await open(defineSchema(), [init]);
    await run('apply', '--yes');
    expect(await drift()).toMatchObject({ inSync: true, ...empty, pending: [], next: null });
    const { stdout, code } = await run('drift', '--exit-code');
    expect([stdout, code]).toEqual(['\n  In sync: production, 1 migration and schema.prisma.\n', 0]);
  });

  it('is in sync for the example shop, whose triggers and hand-made indexes no schema.prisma knows', async () => {
    const target = await fresh();
    const root = await mkdtemp(join(tmpdir(), 'migrate-prod-shop-'));
    try {
      await cp(fileURLToPath(new URL('../../../examples/shop/prisma', import.meta.url)), join(root, 'prisma'), {
        recursive: true,
      });
      const run = (...args: string[]) => runInProcess([...args, '--url', target.url, '--json'], { cwd: root });
      const allow = ['--allow', 'drops-trigger', '--allow', 'drops-index', '--allow', 'drops-referenced'];
      expect((await run('apply', '--yes', ...allow)).json<{ outcome: string }>()).toMatchObject({ outcome: 'applied' });
      expect(summarize((await run('drift')).json<Said>(), target)).toMatchObject({ inSync: true, ...empty });
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('does not take pending migrations for drift', async () => {
    const { run, drift } = await open(withPhone, [init, phone]);
    await run('apply', '--yes', '--to', init.name);
    expect(await drift()).toMatchObject({ inSync: true, ...empty, pending: [phone.name] });
    expect((await run('drift')).stdout).toMatch(
      /In sync: .* with 1 yet to apply, and schema\.prisma\. Next: migrate-prod plan/,
    );
  });

  it('sends whoever edited schema.prisma alone to prisma migrate dev', async () => {
    const { run, drift } = await open(withPhone, [init]);
    await run('apply', '--yes');
    const column = ['existence of column Customer.phone'];
    expect(await drift()).toMatchObject({ inSync: false, pairs: [[], column, column], next: 'npx prisma migrate dev' });
    expect((await run('drift', '--exit-code')).code).toBe(3);
    expect((await run('drift')).code).toBe(0);
  });

  it('sends whoever changed production and schema.prisma to --fix', async () => {
    const { target, run, drift } = await open(withPhone, [init]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    const column = ['existence of column Customer.phone'];
    expect(await drift()).toMatchObject({ pairs: [column, column, []] });
    expect((await drift()).next).toMatch(/^migrate-prod drift --fix --url /);
    const { stdout } = await run('drift');
    expect(stdout).toContain(
      '▲ production ≠ migrations  1 difference\n    + column Customer.phone  only in production',
    );
    expect(stdout).toContain('✔ production = schema.prisma');
  });

  it('says so when production lacks what is recorded', async () => {
    const { target, run, drift } = await open(withPhone, [init, phone]);
    await run('apply', '--yes', '--to', init.name);
    await run('backfill', phone.name, '--allow', 'unproven', '--yes');
    const column = ['existence of column Customer.phone'];
    expect(await drift()).toMatchObject({ pairs: [column, [], column], next: null });
    expect((await run('drift')).stdout.replace(/\s+/g, ' ')).toMatch(/migrate-prod backfill --url \S+ --undo <name>/);
    expect(await target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[2]]);
  });

  it('knows when production has already what is pending', async () => {
    const { target, run, drift } = await open(withPhone, [init, phone]);
    await run('apply', '--yes', '--to', init.name);
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    const said = await drift();
    expect(said.pairs[0]).toEqual(['existence of column Customer.phone']);
    expect(said.next).toMatch(/^migrate-prod backfill /);
  });

  it('sends to backfill first where nothing is recorded, and says what lacks before it speaks of --fix', async () => {
    const { target, run, drift } = await open(withPhone, [init, phone]);
    await target.sql(...init.sql.split(';').slice(0, 3), 'CREATE TABLE by_hand (id)');
    expect((await drift()).next).toMatch(/^migrate-prod backfill --url/);
    await run('backfill', '--yes', '--allow', 'unproven');
    expect(await drift()).toMatchObject({ next: null });
    expect((await run('drift')).stdout).toContain('Production lacks what is recorded as applied');
  });

  it('does not send to prisma migrate dev where that would take something away', async () => {
    const { target, run, drift } = await open(defineSchema(), [init, phone]);
    await run('apply', '--yes');
    expect(await drift()).toMatchObject({ inSync: false, next: null });
    expect((await run('drift')).stdout).toContain('change schema.prisma');
    expect(await target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[2]]);
  });

  it('compares the rest when an applied migration has no folder', async () => {
    const { target, project, run, drift } = await open(withPhone, [init, phone]);
    await run('apply', '--yes');
    await rm(join(project.migrationsFolder, phone.name), { recursive: true });
    const said = await drift();
    expect(said.incomparable[0]).toContain(`no folder here (${phone.name})`);
    expect(said).toMatchObject({ inSync: false, pairs: [[], ['existence of column Customer.phone'], []] });
    expect(await target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[2]]);
  });

  it('is in sync after a squash, whose old migrations have no folder', async () => {
    const { project, run, drift } = await open(withPhone, [init, phone]);
    await run('apply', '--yes');
    await rm(project.migrationsFolder, { recursive: true });
    await mkdir(project.migrationsFolder);
    await project.write('20260103000000_squashed', `${init.sql}${phone.sql}`);
    expect(await run('backfill', '--yes')).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ inSync: true });
  });

  it('names the line at which a folder cannot be replayed from nothing, and compares the rest', async () => {
    const { target, run, drift } = await open(defineSchema(), [
      { ...init, sql: `ALTER TABLE "Gone" ADD COLUMN x;\n${init.sql}` },
    ]);
    await target.sql(...init.sql.split(';').slice(0, 3));
    await run('backfill', '--yes', '--allow', 'unproven');
    const said = await drift();
    expect(said.incomparable[0]).toContain(`${init.name}/migration.sql:1 fails: no such table: Gone`);
    expect(said.incomparable[1]).toContain('migration.sql:1 fails');
    expect(said).toMatchObject({ inSync: false, pairs: [[], [], []], next: null });
  });

  it('sees no drift in tables of the database, of other tools, and in those that the config calls external', async () => {
    const config = `export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' }, tables: { external: ['spatial_ref'] } };`;
    const { target, run, drift } = await open(defineSchema(), [init], { files: { 'prisma.config.mjs': config } });
    await run('apply', '--yes');
    await target.sql(
      'CREATE TABLE spatial_ref (id)',
      'CREATE INDEX spatial_ref_idx ON spatial_ref (id)',
      'CREATE TABLE _turso_migrations (name)',
      'CREATE TABLE _litestream_seq (id)',
    );
    expect(await drift()).toMatchObject({ inSync: true, ...empty });
    await target.sql('CREATE TABLE mine (id)');
    expect(await drift()).toMatchObject({
      inSync: false,
      pairs: [['existence of table mine'], [], ['existence of table mine']],
    });
  });

  it("takes a table that a migration makes for the user's, even where its name is one of a tool's", async () => {
    const kept = {
      name: '20260102000000_kept',
      sql: 'CREATE TABLE "_app_migrations" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL)',
    };
    const model =
      'model Kept {\n  id   Int    @id @default(autoincrement())\n  name String\n\n  @@map("_app_migrations")\n}\n';
    const { target, run, drift } = await open(defineSchema('', model), [init, kept]);
    await run('apply', '--yes', '--to', init.name);
    expect((await run('backfill', kept.name, '--yes', '--json')).json()).toMatchObject({ outcome: 'unproven' });
    expect(await target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[1]]);
    await run('backfill', kept.name, '--allow', 'unproven', '--yes');
    const table = ['existence of table _app_migrations'];
    expect(await drift()).toMatchObject({ inSync: false, pairs: [table, [], table] });
    await target.sql(kept.sql, 'CREATE TABLE _other_migrations (name)');
    expect(await drift()).toMatchObject({ inSync: true, ...empty });
    await target.sql('ALTER TABLE _app_migrations ADD COLUMN at TEXT');
    expect((await drift()).pairs[0]).toEqual(['existence of column _app_migrations.at']);
  });

  it('sees an ordinary table beside an index whose name makes it look like that of a vector index', async () => {
    const account = {
      name: '20260102000000_account',
      sql: 'CREATE INDEX "account" ON "Customer"("email");\nCREATE TABLE "account_shadow" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);',
    };
    const { target, run, drift } = await open(defineSchema('  @@index([email], map: "account")\n'), [init, account]);
    await run('apply', '--yes');
    const table = ['existence of table account_shadow'];
    expect(await drift()).toMatchObject({ inSync: false, pairs: [[], table, table] });
    await target.sql('DROP TABLE account_shadow');
    expect(await drift()).toMatchObject({ pairs: [table, table, []] });
  });

  it('shows the text of a check as it is on either side: only its blanks differ', async () => {
    const make = (value: string) => ({
      name: '20260101000000_init',
      sql: `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT CHECK ("kind"\n  IN ('${value}')));`,
    });
    const { target, run } = await open(defineSchema(), [make('x y')]);
    await target.sql(make('x  y').sql);
    await run('backfill', '--allow', 'unproven', '--yes');
    const { stdout } = await run('drift');
    expect(stdout).toContain(`production  CHECK ("kind" IN ('x  y'))`);
    expect(stdout).toContain(`migrations  CHECK ("kind" IN ('x y'))`);
  });

  it('sees no drift in the tables that full-text and vector indexes keep for themselves', async () => {
    const search = {
      name: '20260102000000_search',
      sql: `CREATE VIRTUAL TABLE "Search" USING fts5(body);
CREATE TABLE "Vector" ("id" INTEGER PRIMARY KEY, "embedding" F32_BLOB(3));
CREATE INDEX "Vector_idx" ON "Vector" (libsql_vector_idx("embedding"));`,
    };
    const { target, run, drift } = await open(defineSchema(), [init, search]);
    await run('apply', '--yes');
    const said = await drift();
    expect(said.pairs[0]).toEqual([]);
    await target.sql(
      'DROP INDEX "Vector_idx"',
      'DROP TABLE "Search"',
      'CREATE VIRTUAL TABLE "Search" USING fts5(body, title)',
    );
    expect((await drift()).pairs[0]).toEqual(['definition of virtual-table Search', 'existence of index Vector_idx']);
  });

  it('keeps code, file and line of what is wrong with schema.prisma, and writes nothing', async () => {
    const { target, project, run } = await open(defineSchema('  broken Unknown\n'), [init]);
    const error = async (...args: string[]) => (await run(...args, '--json')).json<Said>().error;
    expect(await error('drift', '--fix', '--name', 'x', '--yes')).toMatchObject({ code: 'SCHEMA_INVALID' });
    expect((await error('drift'))?.message).toMatch(/P1012[\s\S]*prisma\/schema\.prisma:9/);
    await project.writeFile('prisma/schema.prisma', 'datasource db {\n  provider = "sqlite"\n}\n');
    expect(await error('drift')).toMatchObject({ code: 'SCHEMA_INVALID' });
    await project.writeFile('prisma/schema.prisma', defineSchema().replace('sqlite', 'postgresql'));
    expect(await error('drift')).toMatchObject({ code: 'PROVIDER_UNSUPPORTED' });
    await rm(join(project.root, 'prisma', 'schema.prisma'));
    expect(await error('drift')).toMatchObject({ code: 'SCHEMA_NOT_FOUND' });
    expect(await target.sql('SELECT count(*) FROM sqlite_schema')).toEqual([[0]]);
  });
});
