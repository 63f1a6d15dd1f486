/** A random database and random migrations for it, as texts, and what the migrations say themselves of production's values. */

import fc from 'fast-check';
import { productionSeed, writeProduction } from './fuzz-production.ts';
import { anyRebuild, writeRebuild } from './fuzz-rebuilds.ts';
import { anyStatement, writeStatement } from './fuzz-statements.ts';
import type { Table, World } from './fuzz-world.ts';

const anyMigration = fc.record({
  parts: fc.array(fc.oneof(anyRebuild, anyRebuild, anyStatement, anyStatement, anyStatement), {
    minLength: 1,
    maxLength: 4,
  }),
  keys: fc.constantFrom(
    'as they are',
    'off at the top',
    'off around',
    'off in the middle',
    'off, never on',
    'deferred',
    'lower case',
  ),
});

const seed = fc.record({
  production: productionSeed,
  migrations: fc.array(anyMigration, { minLength: 1, maxLength: 3 }),
});

export interface FuzzStory {
  readonly schema: readonly string[];
  readonly rows: readonly string[];
  /** Statements of each pending migration. */
  readonly pending: readonly (readonly string[])[];
  /** What became of the tables of production. */
  readonly after: readonly Table[];
  readonly before: readonly Table[];
  readonly named: ReadonlySet<string>;
  readonly spoken: ReadonlySet<string>;
  readonly computed: ReadonlySet<string>;
  readonly extra: string | null;
}

export const anyStory: fc.Arbitrary<FuzzStory> = seed.map(({ production, migrations }) => {
  const { schema, rows, world } = writeProduction(production);
  const before = world.tables;
  if (production.extra?.includes('trigger')) for (const { name } of before) world.named.add(name);
  const pending = migrations.map((migration) => writeMigration(world, migration));
  return {
    schema,
    rows,
    pending,
    before,
    after: world.tables,
    named: world.named,
    spoken: world.spoken,
    computed: world.computed,
    extra: production.extra,
  };
});

type MigrationSeed = typeof anyMigration extends fc.Arbitrary<infer Seed> ? Seed : never;

function writeMigration(world: World, { parts, keys }: MigrationSeed): readonly string[] {
  const written = parts.map((part) =>
    part.type === 'rebuild' ? writeRebuild(world, part) : writeStatement(world, part),
  );
  const all = written.flat();
  const [off, on] = ['PRAGMA foreign_keys=OFF', 'PRAGMA foreign_keys=ON'];
  switch (keys) {
    case 'off at the top':
      return ['PRAGMA defer_foreign_keys=ON', off, ...all, on, 'PRAGMA defer_foreign_keys=OFF'];
    case 'off around':
      return written.flatMap((statements, index) =>
        parts[index]?.type === 'rebuild' ? [off, ...statements, on] : statements,
      );
    case 'off in the middle':
      return [...(written[0] ?? []), off, ...written.slice(1).flat(), on];
    case 'off, never on':
      return [off, ...all];
    case 'deferred':
      return ['PRAGMA defer_foreign_keys=ON', ...all];
    case 'lower case':
      return ['PRAGMA foreign_keys=off', ...all, 'PRAGMA foreign_keys=on'];
    default:
      return all;
  }
}
