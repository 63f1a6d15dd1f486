/** A random database and random migrations for it, as texts, and what the migrations say themselves of production's values. */

import fc from 'fast-check';
import { rarely } from './columns.ts';
import { textOf } from './dump.ts';
import { productionSeed, writeProduction } from './production.ts';
import { anyRebuild } from './rebuild-seed.ts';
import { writeRebuild } from './rebuilds.ts';
import { anyStatement } from './statement-seed.ts';
import { writeStatement } from './statements.ts';
import { type OwnWords, quote, type Table, type World } from './world.ts';

const dialects = ['brackets', 'bare', 'upper', 'lower keywords', 'main', 'comments'] as const;
const keys = [
  'as they are',
  'off at the top',
  'off around',
  'off in the middle',
  'off, never on',
  'deferred',
  'lower case',
] as const;

const anyPart = fc.oneof(anyRebuild, anyStatement);

const anyMigration = (parts: number) =>
  fc.record({
    parts: fc.array(anyPart, { minLength: 1, maxLength: parts }),
    dialect: rarely(fc.constantFrom(...dialects), 3),
    keys: fc.constantFrom(...keys, 'as they are', 'as they are', 'as they are', 'deferred'),
    focus: rarely(fc.nat(3), 3),
  });

const seed = fc.record({
  production: productionSeed,
  migrations: fc.oneof(
    fc.array(anyMigration(1), { minLength: 1, maxLength: 1 }),
    fc.array(anyMigration(4), { minLength: 1, maxLength: 1 }),
    fc.array(anyMigration(2), { minLength: 2, maxLength: 3 }),
  ),
});

export interface FuzzStory {
  readonly schema: readonly string[];
  readonly rows: readonly string[];
  /** Statements of each pending migration. */
  readonly pending: readonly (readonly string[])[];
  /** How many rebuilds and other statements these are. */
  readonly parts: number;
  /** What became of the tables of production. */
  readonly after: readonly Table[];
  readonly before: readonly Table[];
  readonly named: ReadonlySet<string>;
  readonly spoken: ReadonlySet<string>;
  readonly computed: ReadonlySet<string>;
  readonly filled: ReadonlySet<string>;
  /** What statements delete or overwrite by their own words, by their text. */
  readonly ownWords: ReadonlyMap<string, OwnWords>;
  /** What tables of production are called on the way, by the name they have there. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

export const anyStory: fc.Arbitrary<FuzzStory> = seed.map(({ production, migrations }) => {
  const { schema, rows, world } = writeProduction(production);
  const before = world.tables;
  for (const table of before) world.call(table, table.name);
  const pending = migrations.map((migration) => writeMigration(world, migration));
  return {
    schema,
    rows,
    pending,
    parts: migrations.flatMap(({ parts }) => parts).length,
    before,
    after: world.tables,
    named: world.named,
    spoken: world.spoken,
    computed: world.computed,
    filled: world.filled,
    ownWords: world.ownWords,
    names: world.names,
  };
});

type MigrationSeed = ReturnType<typeof anyMigration> extends fc.Arbitrary<infer Seed> ? Seed : never;

/** Names that are not written as they are stored. */
function speak(sql: string, dialect: MigrationSeed['dialect']): string {
  switch (dialect) {
    case 'brackets':
      return sql.replace(/"(\w+)"/g, '[$1]');
    case 'bare':
      return sql.replace(/"(\w+)"/g, (quoted, name: string) =>
        /^(?:order|group)$/i.test(name) ? quoted : name.toLowerCase(),
      );
    case 'upper':
      return sql.replace(/"(\w+)"/g, (quoted) => quoted.toUpperCase());
    case 'lower keywords':
      return sql.replace(/\b[A-Z]{2,}\b(?=[^']*(?:'[^']*'[^']*)*$)/g, (word) => word.toLowerCase());
    case 'main':
      return sql.replace(/\b(FROM|INTO|UPDATE|JOIN|ALTER TABLE|DROP TABLE) (?=")/g, '$1 main.');
    case 'comments':
      return sql.replace(/\b(FROM|SELECT|INTO|WHERE|TABLE)\b/g, '$1 /* "id" FROM */');
    default:
      return sql;
  }
}

/** What it says by its own words it says in every dialect. */
function speakAs(world: World, sql: string, dialect: MigrationSeed['dialect']): string {
  const words = world.ownWords.get(sql);
  const spoken = speak(sql, dialect);
  return words === undefined ? spoken : world.say(spoken, words);
}

function writeMigration(world: World, { parts, keys, dialect, focus }: MigrationSeed): readonly string[] {
  if (focus !== null) world.focus = world.tables[focus % Math.max(1, world.tables.length)]?.origin ?? null;
  const dropped = world.emptied.map((name) => `DROP TABLE ${quote(name)}`);
  for (const name of world.emptied) world.drop(name);
  const written = parts.map((part) =>
    part.type === 'rebuild' ? writeRebuild(world, part) : writeStatement(world, part),
  );
  const say = (statements: readonly string[]) => statements.map((sql) => speakAs(world, sql, dialect));
  const all = say([...dropped, ...written.flat()]);
  const [off, on] = ['PRAGMA foreign_keys=OFF', 'PRAGMA foreign_keys=ON'];
  switch (keys) {
    case 'off at the top':
      return ['PRAGMA defer_foreign_keys=ON', off, ...all, on, 'PRAGMA defer_foreign_keys=OFF'];
    case 'off around':
      return [
        ...say(dropped),
        ...written.flatMap((statements, index) =>
          parts[index]?.type === 'rebuild' ? [off, ...say(statements), on] : say(statements),
        ),
      ];
    case 'off in the middle':
      return [...say([...dropped, ...(written[0] ?? [])]), off, ...say(written.slice(1).flat()), on];
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

/** @returns the whole of it as SQL, for people. */
export function tell({ schema, rows, pending }: FuzzStory): string {
  const files = pending.map((sql, index) => `-- migration ${index + 1}\n${textOf(sql)}`);
  return [textOf(schema), `-- rows\n${textOf(rows)}`, ...files].join('\n');
}
