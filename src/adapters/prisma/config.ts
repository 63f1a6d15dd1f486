/** Loading a prisma.config file, without needing or loading the user's own `prisma` package. */

import { basename, dirname, join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { quoteArgument } from '../../text/shell.ts';
import { readKind } from '../files/paths.ts';
import { checkRegularFile, largest, UnreadableFile } from '../files/regular-file.ts';
import { findProperty } from './layout.ts';

/** The settings of a config file that matter here. Paths are absolute; null where the file does not set it. */
export interface PrismaConfig {
  readonly schema: string | null;
  readonly migrations: string | null;
  /** `tables.external`: tables that Prisma leaves to others. */
  readonly externalTables: readonly string[];
}

type ConfigEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Runs the config file in this process and reads `tables.external`, and `schema` and `migrations.path`, which are
 * relative to the file (Prisma's `transformPathsInConfigToAbsolute`).
 * @param file absolute
 * @param shown the same, as shown to people
 * @param env what `env()` of prisma/config answers from; what is missing there is empty, since Prisma's own `env()`
 * would throw for a development database's URL that this program never needs
 * @throws MigrateError PRISMA_CONFIG_INVALID
 */
export async function loadConfig(file: string, shown: string, env: ConfigEnvironment): Promise<PrismaConfig> {
  const content = await runConfig(file, shown, env);
  // Without a default export the loader gives the module itself, and the mark of one with it.
  if (typeof content !== 'object' || content === null || findProperty(content, '__esModule') === true) {
    throw refuse(shown, 'it has no default export that is an object', undefined);
  }
  const folder = dirname(file);
  const parsePath = (name: string, value: unknown): string | null => {
    if (value === undefined || value === null || value === '') return null;
    if (typeof value !== 'string') throw refuse(shown, `${name} is not a string`, undefined);
    return resolve(folder, value);
  };
  return {
    schema: parsePath('schema', findProperty(content, 'schema')),
    migrations: parsePath('migrations.path', findProperty(findProperty(content, 'migrations'), 'path')),
    externalTables: parseExternalTables(findProperty(findProperty(content, 'tables'), 'external'), shown),
  };
}

function parseExternalTables(value: unknown, shown: string): readonly string[] {
  if (value === undefined || value === null) return [];
  const names: readonly unknown[] = Array.isArray(value) ? value : [null];
  return names.map((name) => {
    if (typeof name === 'string') return name;
    throw refuse(shown, 'tables.external is not a list of table names', undefined);
  });
}

/** The loader would wait for a pipe, and read a device without an end. */
function refuseOthers(file: string, shown: string): void {
  try {
    checkRegularFile(file, largest.config);
  } catch (error) {
    if (error instanceof UnreadableFile) throw refuse(shown, `it ${error.message}`, error);
    throw error;
  }
}

async function runConfig(file: string, shown: string, env: ConfigEnvironment): Promise<unknown> {
  refuseOthers(file, shown);
  const { createJiti } = await import('jiti');
  const prismaConfig = {
    defineConfig: (config: unknown) => config,
    env: (name: string) => env[name] ?? '',
  };
  const jiti = createJiti(file, {
    moduleCache: false,
    interopDefault: true,
    fsCache: findCacheFolder(file),
    virtualModules: { 'prisma/config': prismaConfig, '@prisma/config': prismaConfig },
  });
  try {
    return await withQuietConsole(() => jiti.import(file, { default: true }));
  } catch (cause) {
    throw refuse(shown, describe(cause), cause);
  }
}

/**
 * Compiling costs 150 ms, so the result is kept, in the project's own node_modules only: the loader's other choice is a
 * folder for temporary files, where on a shared machine anybody could leave code to be run with production's token.
 */
function findCacheFolder(file: string): string | false {
  const folder = dirname(file);
  const modules = join(basename(folder) === '.config' ? dirname(folder) : folder, 'node_modules');
  return readKind(modules) === 'folder' ? join(modules, '.cache', 'migrate-prod') : false;
}

/** Standard output is this program's answer: what a config prints (dotenv does, on every load) must not get into it. */
async function withQuietConsole<Result>(run: () => Promise<Result>): Promise<Result> {
  const { log, info, debug } = console;
  const silent = () => {};
  Object.assign(console, { log: silent, info: silent, debug: silent });
  try {
    return await run();
  } finally {
    Object.assign(console, { log, info, debug });
  }
}

function describe(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? 'it threw something without a message';
  return line.trim().replace(/[.\s]+$/, '');
}

function refuse(shown: string, reason: string, cause: unknown): MigrateError {
  return new MigrateError(
    'PRISMA_CONFIG_INVALID',
    `${shown} cannot be used: ${reason}.`,
    `Correct it, or pass both --schema and --migrations: then ${quoteArgument(shown)} is not loaded.`,
    { cause },
  );
}
