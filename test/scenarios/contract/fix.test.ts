/** The contract of `drift --fix`: it writes what it has proven, records it, and leaves all three in sync. */

import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../cli/in-process.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { openPrismaEngine } from '../../support/prisma-engine.ts';
import { defineSchema, init, phone } from '../../support/schemas.ts';
import { describeTargets } from '../../support/targets.ts';

interface Said {
  readonly inSync: boolean;
  readonly fix?: {
    readonly outcome: string;
    readonly names: readonly string[];
    readonly path: string | null;
    readonly sql: string | null;
  };
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

const withPhone = defineSchema('  phone  String?\n');

describeTargets('drift --fix', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  async function open(schema: string, migrations: readonly { name: string; sql: string }[]) {
    const target = await fresh();
    const project = await makeProject(Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])), { schema });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    const fix = async (...args: string[]) => (await run('drift', '--fix', '--json', ...args)).json<Said>();
    return { target, project, run, fix, isInSync: async () => (await run('drift', '--json')).json<Said>().inSync };
  }
  const listFolder = async (project: Project) =>
    (await readdir(project.migrationsFolder)).filter((name) => name !== 'migration_lock.toml');

  it('writes the migration that production is ahead by, records it, and all three are in sync', async () => {
    const { target, project, run, fix, isInSync } = await open(withPhone, [init]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    const said = await fix('--name', 'Customer phone', '--yes');
    expect(said.fix).toMatchObject({ outcome: 'written', sql: phone.sql });
    const [name = ''] = said.fix?.names ?? [];
    expect(name).toMatch(/^\d{14}_customer_phone$/);
    expect(said.fix?.path).toBe(`prisma/migrations/${name}/migration.sql`);
    expect(await readFile(join(project.migrationsFolder, name, 'migration.sql'), 'utf8')).toBe(phone.sql);
    expect(await isInSync()).toBe(true);
    // What `prisma migrate diff --from-migrations --to-schema` says, from Prisma's own replay.
    const database = openEmbedded();
    const prisma = await openPrismaEngine(database);
    const diff = await prisma.diff(
      { type: 'migrations', folder: project.migrationsFolder },
      { type: 'schema', text: withPhone },
    );
    expect(diff).toMatchObject({ empty: true });
    prisma.close();
    database.close();
    expect((await run('status')).stdout).toMatch(new RegExp(`● ${name}\\s+backfilled`));
    expect(await readdir(join(project.root, 'prisma'))).toEqual(['migrations', 'schema.prisma']);
    expect((await fix('--name', 'again', '--yes')).fix).toMatchObject({ outcome: 'nothing-to-do', names: [] });
  });

  it('is the second half of the first-time set-up on a database that was pushed by hand', async () => {
    const { target, project, run, fix, isInSync } = await open(withPhone, [init]);
    await target.sql(
      'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "phone" TEXT)',
      ...init.sql.split(';').slice(1, 3),
      'CREATE INDEX "by_hand" ON "Customer" ("email") WHERE "phone" IS NOT NULL',
      `INSERT INTO "Customer" ("email") VALUES ('ada@example.com')`,
    );
    expect((await run('backfill', '--yes')).code).toBe(1);
    expect((await run('backfill', '--yes', '--allow', 'unproven')).code).toBe(0);
    const said = await fix('--name', 'by_hand', '--yes');
    expect(said).toMatchObject({ fix: { outcome: 'written' } });
    expect(await isInSync()).toBe(true);
    expect(await listFolder(project)).toHaveLength(2);
    expect(await target.sql('SELECT count(*) FROM "Customer"')).toEqual([[1]]);
  });

  it('drops by name what a rebuild would keep, and makes again what it drops just once', async () => {
    const trigger = 'CREATE TRIGGER "seen" AFTER INSERT ON "Customer" BEGIN SELECT 1; END';
    const view = 'CREATE VIEW "emails" AS SELECT "email" FROM "Customer"';
    const made = {
      name: '20260102000000_made',
      sql: `CREATE INDEX "lower_email" ON "Customer" (lower("email"));\n${trigger};\n${view};`,
    };
    const { target, project, run, fix, isInSync } = await open(
      defineSchema().replace('email  String ', `email  String @default("")`),
      [init, made],
    );
    await run('apply', '--yes');
    await target.sql(
      ...['DROP VIEW "emails"', 'DROP TABLE "Customer"'],
      `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL DEFAULT '')`,
      ...['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")', trigger, view],
    );
    expect(await fix('--name', 'fix', '--yes', '--allow', 'drops')).toMatchObject({ fix: { outcome: 'written' } });
    expect(await isInSync()).toBe(true);
    const empty = await fresh();
    const applied = await runInProcess(['apply', '--yes', '--url', empty.url], { cwd: project.root });
    expect(applied.stderr + applied.code).toMatch(/0$/);
    const objects = `SELECT name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY name`;
    expect(await empty.sql(objects)).toEqual(await target.sql(objects));
  });

  it("makes a project's first migration from production", async () => {
    const { target, project, run, fix, isInSync } = await open(defineSchema(), []);
    await target.sql(...init.sql.split(';').slice(0, 3));
    expect((await run('drift')).stdout).toContain('+ table Customer  only in production');
    expect(await fix('--name', 'baseline', '--yes')).toMatchObject({ fix: { outcome: 'written' } });
    expect(await isInSync()).toBe(true);
    expect(await listFolder(project)).toHaveLength(1);
  });

  it('comes after the last migration, also when that one is dated in the future', async () => {
    const future = { name: '29990101000000_init', sql: init.sql };
    const { target, run, fix } = await open(withPhone, [future]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    expect((await fix('--name', 'phone', '--yes')).fix?.names).toEqual(['29990101000001_phone']);
  });

  it('writes nothing without a y, or without a name', async () => {
    const { target, project, run, fix } = await open(withPhone, [init]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    expect(await fix('--name', 'phone')).toMatchObject({
      error: { code: 'CONFIRMATION_MISSING' },
      fix: { outcome: 'declined', sql: phone.sql },
    });
    expect((await fix('--name', 'phone')).error?.next).toMatch(/^migrate-prod drift .*--fix .*--yes$/);
    expect((await fix('--yes')).error?.message).toContain('needs a name');
    expect(await fix('--yes', '--name', '///')).toMatchObject({ error: { code: 'USAGE' } });
    expect(await listFolder(project)).toEqual([init.name]);
    expect(await target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[1]]);
  });

  it('refuses while migrations are pending that production does not have', async () => {
    const { target, project, run, fix } = await open(withPhone, [init, phone]);
    await run('apply', '--yes', '--to', init.name);
    await target.sql('CREATE INDEX by_hand ON "Customer" ("email")');
    expect(await fix('--name', 'x', '--yes')).toMatchObject({ error: { code: 'FIX_IMPOSSIBLE' } });
    expect(await listFolder(project)).toEqual([init.name, phone.name]);
  });

  it('records no pending migration that only changes rows: production is ahead by nothing', async () => {
    const lower = { name: '20260102000000_lower', sql: 'UPDATE "Customer" SET "email" = lower("email");' };
    const { target, run, fix } = await open(defineSchema(), [init, lower]);
    await run('apply', '--yes', '--to', init.name);
    expect(await fix('--yes', '--name', 'x')).toMatchObject({ fix: { outcome: 'nothing-to-do', names: [] } });
    expect((await run('drift', '--fix', '--yes', '--name', 'x')).stdout).toContain('1 migration yet to apply.');
    const mixed = `${phone.sql}UPDATE "Customer" SET "phone" = '-' WHERE "phone" IS NULL;`;
    const other = await open(withPhone, [init, { ...phone, sql: mixed }]);
    await other.run('apply', '--yes', '--to', init.name);
    await other.target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    expect(await other.fix('--yes', '--name', 'x')).toMatchObject({
      error: { code: 'FIX_IMPOSSIBLE' },
      fix: { outcome: 'refused', names: [] },
    });
    expect(await target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[1]]);
    expect(await other.target.sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[1]]);
  });

  it('takes nothing away that production lacks without consent to that', async () => {
    const { target, project, run, fix, isInSync } = await open(defineSchema(), [init, phone]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" DROP COLUMN "phone"');
    const refused = await fix('--yes', '--name', 'x');
    expect(refused).toMatchObject({ error: { code: 'CONSENT_MISSING' }, fix: { outcome: 'declined' } });
    expect(refused.error?.message).toContain('column Customer.phone is only in the migrations');
    expect(await listFolder(project)).toEqual([init.name, phone.name]);
    expect(await fix('--yes', '--name', 'x', '--allow', 'drops')).toMatchObject({ fix: { outcome: 'written' } });
    expect(await isInSync()).toBe(true);
  });

  it('settles what an interrupted run left: a folder that production has, and no record', async () => {
    const { target, project, run, fix, isInSync } = await open(withPhone, [init]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    await project.write('20260103000000_phone', phone.sql);
    await project.writeFile('prisma/.migrate-prod-staged-1/20260104000000_x/migration.sql', 'SELECT 1');
    await utimes(join(project.root, 'prisma/.migrate-prod-staged-1'), new Date(0), new Date(0));
    expect(await fix('--yes')).toMatchObject({ fix: { outcome: 'recorded', names: ['20260103000000_phone'] } });
    expect(await isInSync()).toBe(true);
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "fax" TEXT');
    expect(await fix('--yes', '--name', 'fax')).toMatchObject({ fix: { outcome: 'written' } });
    expect(await readdir(join(project.root, 'prisma'))).toEqual(['migrations', 'schema.prisma']);
  });

  it('says where schema.prisma still differs, and how to tell a local database', async () => {
    const { target, run } = await open(defineSchema(), [init]);
    await run('apply', '--yes');
    await target.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT');
    const { stdout } = await run('drift', '--fix', '--name', 'phone', '--yes');
    expect(stdout).toContain(
      'schema.prisma still differs from production:\n    column Customer.phone is only in production',
    );
    expect(stdout).toMatch(/npx prisma migrate resolve --applied \d{14}_phone\n$/);
  });
});
