/** Every single difference on a real server: `drift` sees it in the right pair, and `drift --fix` ends it. */

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMigrations } from '../../../src/adapters/files/migrations.ts';
import { openMigrationsFolder } from '../../../src/adapters/files/write-migration.ts';
import { readDrift } from '../../../src/drift/drift.ts';
import { fixDrift } from '../../../src/drift/fix.ts';
import { apply, backfill } from '../../../src/index.ts';
import type { PrismaSchema, SchemaEngine } from '../../../src/ports.ts';
import { compareSchemas } from '../../../src/schema/compare/compare.ts';
import { parseSchema, schemaQueries } from '../../../src/schema/model/objects.ts';
import { selectSchema } from '../../../src/schema/model/selection.ts';
import { prismaTracker } from '../../../src/tracker/tracker.ts';
import { createOutside, startSchemaEngine } from '../../../src/wiring.ts';
import { differences, harmless, type SchemaCase } from '../../schema/cases.ts';
import { withDatabase } from '../../support/database.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { openPrismaEngine } from '../../support/prisma-engine.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';

const outside = createOutside('test', '0');
const recorded = '20260101000000_init';
const someSchema = 'datasource db {\n  provider = "sqlite"\n}\n\nmodel Any {\n  id Int @id\n}\n';

describeWithServer('on a real server', () => {
  let server: Server;
  let started: Awaited<ReturnType<typeof startSchemaEngine>>;
  /** Its schema.prisma is of no consequence: production and migrations are looked at. */
  let any: SchemaEngine;
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    server = await startServer();
    started = await startSchemaEngine({});
    any = started.open(defineSchema(someSchema));
    folder = await mkdtemp(join(tmpdir(), 'migrate-prod-drift-'));
  });
  afterAll(async () => {
    await started.close();
    await rm(folder, { recursive: true, force: true });
    await server.stop();
  });

  function defineSchema(content: string): PrismaSchema {
    return { files: [{ path: 'schema.prisma', content }], externalTables: [] };
  }

  /** Production is the left side; the migrations make the right one, and are recorded. */
  async function begin({ left, right }: SchemaCase) {
    const url = await freshDatabase(server);
    await server.sql([...left], url);
    count += 1;
    const migrationsFolder = join(folder, String(count));
    await mkdir(migrationsFolder);
    const sql = right.map((statement) => `${statement};\n`).join('');
    const staged = await openMigrationsFolder(migrationsFolder, folder).stage(recorded, sql);
    await staged.publish();
    await backfill({ url, migrations: migrationsFolder, allow: ['unproven', 'rows-unseen'] });
    return { url, migrationsFolder };
  }

  type Begun = Awaited<ReturnType<typeof begin>>;

  async function drift({ url, migrationsFolder }: Begun, using: SchemaEngine = any) {
    const migrations = await readMigrations(migrationsFolder, folder);
    const input = { migrations, outside, engine: using, externalTables: [] };
    return withDatabase(url, async (database) => (await readDrift({ ...input, database })).drift);
  }

  async function fix({ url, migrationsFolder }: Begun) {
    const migrations = await readMigrations(migrationsFolder, folder);
    return withDatabase(url, (database) =>
      fixDrift({
        database,
        migrations,
        outside,
        engine: any,
        externalTables: [],
        folder: openMigrationsFolder(migrationsFolder, folder),
        name: 'fix',
        consents: ['drops'],
        confirm: async () => ({ type: 'yes', name: null }),
      }),
    );
  }

  async function readObjects(url: string) {
    const [objects = [], kinds = []] = await server.sql(
      schemaQueries.map(({ sql }) => sql),
      url,
    );
    return selectSchema(parseSchema(objects, kinds, prismaTracker), { externalTables: [], ownTables: new Set() })
      .objects;
  }

  /** An engine whose schema is what Prisma itself writes down of this database. */
  async function pullEngine(url: string): Promise<SchemaEngine> {
    return started.open(await pullSchema(url));
  }

  /** What Prisma itself would write down of this database. */
  async function pullSchema(url: string): Promise<PrismaSchema> {
    const copy = openEmbedded();
    for (const { sql, type } of await readObjects(url)) {
      if (type !== 'view' && type !== 'trigger' && !/^CREATE VIRTUAL/i.test(sql ?? '')) copy.exec(sql ?? '');
    }
    const prisma = await openPrismaEngine(copy);
    try {
      return defineSchema(await prisma.introspect());
    } finally {
      prisma.close();
      copy.close();
    }
  }

  test.concurrent.each(differences)('drift sees, and --fix ends: $name', async (single) => {
    const begun = await begin(single);
    const [applied] = (await drift(begun)).pairs;
    expect(applied).toEqual({
      pair: 'production-migrations',
      differences: single.expected,
      incomparable: null,
      unsure: [],
    });

    const fixed = await fix(begun);
    expect(fixed).toMatchObject({ outcome: 'written', error: null });
    const pulled = await pullEngine(begun.url);
    const refusal = single.prismaRefuses;
    if (refusal !== undefined) await expect(pulled.diff([])).rejects.toThrow(refusal);
    const after = await drift(begun, refusal === undefined ? pulled : any);
    expect(after.pending).toEqual([]);
    const compared = refusal === undefined ? after.pairs : after.pairs.slice(0, 1);
    expect(compared.map((pair) => pair.differences)).toEqual(compared.map(() => []));

    const empty = await freshDatabase(server);
    const replayed = await apply({ url: empty, migrations: begun.migrationsFolder, allow: everyHazard });
    expect(replayed.error).toBeNull();
    expect(compareSchemas(await readObjects(empty), await readObjects(begun.url), 'everything')).toEqual([]);
    expect(await readFile(join(begun.migrationsFolder, fixed.names[0] ?? '', 'migration.sql'), 'utf8')).toBe(fixed.sql);
  });

  test.concurrent.each(harmless)('drift sees nothing in: $name', async (single) => {
    const begun = await begin({ ...single, expected: [] });
    expect((await drift(begun)).pairs[0]?.differences).toEqual([]);
    expect(await fix(begun)).toMatchObject({ outcome: 'nothing-to-do' });
  });
});

/** The folder is applied to an empty database: there is nothing to lose. */
const everyHazard = ['drops-referenced', 'drops-trigger', 'drops-index', 'exists-different', 'out-of-order'];
