/** Loading a prisma.config file, without needing or loading the user's own `prisma` package. */

import { basename, dirname, join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { type Sayable, say, shell } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { describeInstall } from '../files/install-command.ts';
import { findProperty } from '../files/package-file.ts';
import { listAncestors, readKind } from '../files/paths.ts';
import { checkRegularFile, largest, UnreadableFile } from '../files/regular-file.ts';

/** The settings of a config file that matter here. Paths are absolute; null where the file does not set it. */
export interface PrismaConfig {
  readonly schema: string | null;
  readonly migrations: string | null;
  /** `tables.external`: tables that Prisma leaves to others. */
  readonly externalTables: readonly string[];
}

interface ConfigPlace {
  /** Absolute. */
  readonly file: string;
  /** The same, as shown to people. */
  readonly shown: string;
  /** Of the project, absolute. */
  readonly root: string;
  /** Absolute. */
  readonly cwd: string;
}

type ConfigEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Runs the config file in this process and reads `tables.external`, and `schema` and `migrations.path`, which are
 * relative to the file (Prisma's `transformPathsInConfigToAbsolute`).
 * @param env what `env()` of prisma/config answers from; what is missing there is empty, since Prisma's own `env()`
 * would throw for a development database's URL that this program never needs
 * @throws MigrateError PRISMA_CONFIG_INVALID
 */
export async function loadConfig(place: ConfigPlace, env: ConfigEnvironment): Promise<PrismaConfig> {
  const { file, shown } = place;
  const content = await runConfig(place, env);
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

async function runConfig(place: ConfigPlace, env: ConfigEnvironment): Promise<unknown> {
  const { file, shown } = place;
  refuseOthers(file, shown);
  const { createJiti } = await import('jiti');
  const unset = new Set<string>();
  const prismaConfig = {
    defineConfig: (config: unknown) => config,
    env: (name: string) => {
      const value = env[name];
      if (!value) unset.add(String(name));
      return value ?? '';
    },
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
    throw explain(cause, place, [...unset]);
  }
}

/** @param unset variables that env() was asked for, and that have no value. */
function explain(cause: unknown, { shown, root, cwd }: ConfigPlace, unset: readonly string[]): MigrateError {
  const words = describe(cause);
  const missing = findMissingPackage(words, root);
  if (missing !== null) {
    const install = describeInstall(root, missing, cwd);
    return refuse(
      shown,
      `it imports ${missing}, which is not installed`,
      cause,
      say`${shell(install)}\nOr ${withoutConfig(shown)}`,
    );
  }
  if (unset.length === 0) return refuse(shown, words, cause);
  const names = unset.map((name) => quoteArgument(name)).join(', ');
  const asked = `env() for ${names}, which ${unset.length === 1 ? 'is' : 'are'} not set`;
  return refuse(
    shown,
    // An empty text in the place of an address.
    words === 'Invalid URL' ? `it asks ${asked} (${words})` : `${words}. It also asks ${asked}`,
    cause,
    `Set ${names} in the environment (this program does not use it), or ${withoutConfig(shown)}`,
  );
}

/** The package that an import did not find; null for a file, an alias, a part of a package that is there, or another error. */
function findMissingPackage(words: string, root: string): string | null {
  const specifier = /^Cannot find (?:module|package) '([^']+)'/.exec(words)?.[1] ?? '';
  const name = /^(?:@[a-z\d][\w.-]*\/)?[a-z\d][\w.-]*(?=\/|$)/.exec(specifier)?.[0];
  if (name === undefined) return null;
  const isThere = listAncestors(root).some((folder) => readKind(join(folder, 'node_modules', name)) === 'folder');
  return isThere ? null : name;
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

function refuse(shown: string, reason: string, cause: unknown, next?: Sayable): MigrateError {
  const message = `${shown} cannot be used: ${reason}.`;
  return new MigrateError('PRISMA_CONFIG_INVALID', message, next ?? `Correct it, or ${withoutConfig(shown)}`, {
    cause,
  });
}

function withoutConfig(shown: string): string {
  return `pass both --schema and --migrations: then ${quoteArgument(shown)} is not loaded.`;
}
