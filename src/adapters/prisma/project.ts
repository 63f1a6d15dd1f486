/** The user's project: where its schema and its migrations are. */

import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { say, typedCommand } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { pathFlag, readKind, showPath } from '../files/paths.ts';
import { loadConfig, type PrismaConfig } from './config.ts';
import { checkMigrationsFlag, checkSchemaFlag } from './flags.ts';
import { findConfigFile, holdsMigrations, listBeside, readLayout } from './layout.ts';
import { type ProjectOptions, refuseHalf } from './root.ts';

export { findProjectRoot, type ProjectOptions, type ProjectRoot } from './root.ts';

export interface Project {
  /** Absolute; it need not exist, and `readMigrations` says so. */
  readonly migrationsFolder: string;
  /** The schema, a file or a folder, absolute; null where there is none. */
  readonly schema: string | null;
  /** `tables.external` of the config file: tables that Prisma leaves to others. */
  readonly externalTables: readonly string[];
  /** One line to tell people; null when there is nothing surprising. The notice of `findProjectRoot` comes besides. */
  readonly notice: string | null;
}

/**
 * Finds the schema and the migrations of the project at `root`. The flags decide, then the config file (not loaded
 * when both flags are given, or `config` says so), then the usual places: schema.prisma, prisma/schema.prisma, prisma/schema/, and
 * `migrations` beside the schema (Prisma's `getSchemaWithPath` and `inferDirectoryConfig`).
 * @throws MigrateError PRISMA_CONFIG_INVALID, PROJECT_AMBIGUOUS, MIGRATIONS_AMBIGUOUS, MIGRATIONS_NOT_FOUND (--migrations), USAGE (--schema)
 */
export async function openProject(root: string, options: ProjectOptions): Promise<Project> {
  const { cwd } = options;
  const schemaFlag = options.schema === undefined ? null : checkSchemaFlag(options.schema, cwd);
  const migrationsFlag = options.migrations === undefined ? null : checkMigrationsFlag(options.migrations, cwd);
  const bothGiven = schemaFlag !== null && migrationsFlag !== null;
  const isRead = !bothGiven && options.config !== 'ignored';
  const config = isRead ? await readConfig(root, options) : null;
  const externalTables = config?.externalTables ?? [];
  const named = schemaFlag ?? config?.schema ?? null;
  const layout = named === null ? readLayout(root) : null;
  const schema = named ?? layout?.schema ?? null;
  const decided = migrationsFlag ?? config?.migrations ?? null;
  if (decided !== null) return { migrationsFolder: decided, schema, externalTables, notice: null };
  // A folder with a config file may still lack a schema: that is known only now.
  if (config !== null && layout !== null && schema === null) {
    refuseHalf({ folder: root, layout: { ...layout, config: null } }, options);
  }
  return { ...chooseMigrations(root, schema, named === null ? 'usual' : 'named', cwd), schema, externalTables };
}

async function readConfig(root: string, options: ProjectOptions): Promise<PrismaConfig | null> {
  const file = findConfigFile(root);
  if (file === null) return null;
  const shown = showPath(file, options.cwd);
  const config = await loadConfig({ file, shown, root, cwd: options.cwd }, options.env);
  const { schema } = config;
  if (schema === null || options.schema !== undefined || readKind(schema) !== 'absent') return config;
  throw new MigrateError(
    'PRISMA_CONFIG_INVALID',
    `${shown} says that the schema is ${showPath(schema, options.cwd)}, which does not exist.`,
    `Correct "schema" in ${quoteArgument(shown)}, or pass --schema and --migrations.`,
  );
}

/**
 * The place beside the schema; where that has no migrations, another usual place that has some.
 * @param origin a schema that a flag or the config file names rules out the other places.
 */
function chooseMigrations(
  root: string,
  schema: string | null,
  origin: 'named' | 'usual',
  cwd: string,
): Pick<Project, 'migrationsFolder' | 'notice'> {
  const beside = listBeside(root, schema);
  const usual = origin === 'named' ? [] : [join(root, 'prisma', 'migrations'), join(root, 'migrations')];
  const places = [...new Set([...beside, ...usual])];
  const filled = places.filter((folder) => holdsMigrations(folder));
  if (filled.length > 1) throw refuseSeveral(filled, cwd);
  const existing = beside.find((place) => readKind(place) === 'folder');
  const folder = filled[0] ?? existing ?? beside[0] ?? join(root, 'prisma', 'migrations');
  const surprising = schema !== null && !beside.includes(folder);
  return { migrationsFolder: folder, notice: surprising ? `Using the migrations in ${showPath(folder, cwd)}.` : null };
}

function refuseSeveral(folders: readonly string[], cwd: string): MigrateError {
  const shown = folders.map((folder) => showPath(folder, cwd)).join(' and ');
  const commands = folders.map((folder) => say`\n  ${typedCommand([pathFlag('--migrations', folder, cwd)])}`);
  return new MigrateError(
    'MIGRATIONS_AMBIGUOUS',
    `Migrations are in more than one place: ${shown}.`,
    say`Say which are production's:${commands.flat()}`,
  );
}
