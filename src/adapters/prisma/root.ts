/** Finding the folder that is the project: here, above, or the only one below. Loads no config file. */

import { dirname, join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { type Sayable, say, typedCommand } from '../../text/prose.ts';
import {
  findGitRoot,
  findHome,
  isWithin,
  listAncestors,
  pathFlag,
  readKind,
  readRealPath,
  readSubfolders,
  showArgument,
  showPath,
} from '../files/paths.ts';
import { checkMigrationsFlag, checkSchemaFlag } from './flags.ts';
import { hasMigrations, isProject, type Layout, mayBeProject, readLayout } from './layout.ts';

export interface ProjectOptions {
  /** Absolute. */
  readonly cwd: string;
  /** A schema file or folder, relative to `cwd`. */
  readonly schema?: string | undefined;
  /** A migrations folder, relative to `cwd`. */
  readonly migrations?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reading a prisma.config file runs it. `read` when absent. */
  readonly config?: 'read' | 'ignored' | undefined;
}

export interface ProjectRoot {
  /** Absolute. */
  readonly root: string;
  /** One line to tell people; null when there is nothing surprising. */
  readonly notice: string | null;
}

const deepest = 4;
const mostFolders = 2000;
const skipped: ReadonlySet<string> = new Set(['node_modules', 'bower_components', 'dist', 'build', 'out', 'coverage']);

/**
 * Finds the project: the current directory or the nearest one above it, up to the git root, that has a Prisma schema,
 * migrations or a config file; where there is none, the only one below. With --schema or --migrations the search
 * starts where they point.
 * @throws MigrateError PROJECT_NOT_FOUND, PROJECT_AMBIGUOUS, USAGE (--schema), MIGRATIONS_NOT_FOUND (--migrations)
 */
export function findProjectRoot(options: ProjectOptions): ProjectRoot {
  const { cwd } = options;
  const schema = options.schema === undefined ? null : checkSchemaFlag(options.schema, cwd);
  const migrations = options.migrations === undefined ? null : checkMigrationsFlag(options.migrations, cwd);
  const pointed = schema ?? migrations;
  const home = findHome(options.env);
  const folders = listClimb(pointed === null ? cwd : dirname(pointed), cwd, home);
  const above = findAbove(folders);
  if (above !== null && pointed === null) refuseHalf(above, options);
  if (above !== null) return { root: above.folder, notice: null };
  if (pointed !== null) return { root: isWithin(pointed, cwd) ? cwd : dirname(pointed), notice: null };
  return findBelow(cwd, home);
}

function findAbove(folders: readonly string[]): FoundProject | null {
  for (const [index, folder] of folders.entries()) {
    const layout = readLayout(folder);
    if (isProject(layout)) return climbToPackage({ folder, layout }, folders.slice(index + 1));
  }
  return null;
}

/** From a folder up to the git root. A home folder counts only if the command was started in it. */
function listClimb(start: string, cwd: string, home: string | null): readonly string[] {
  const gitRoot = findGitRoot(start);
  return listAncestors(start).filter(
    (folder) =>
      (gitRoot === null || isWithin(folder, gitRoot)) &&
      (folder === start || folder === cwd || readRealPath(folder) !== home),
  );
}

/**
 * The nearest folder with a schema may be a part of the project, such as its `prisma` folder: the project is then the
 * folder above, within the same package, that has the config file or whose schema or migrations these are.
 */
function climbToPackage(nearest: FoundProject, above: readonly string[]): FoundProject {
  if (isPackage(nearest.folder) || nearest.layout.config !== null) return nearest;
  for (const folder of above) {
    const layout = readLayout(folder);
    const owned = [layout.schema, ...layout.migrations].some((path) => path !== null && isWithin(path, nearest.folder));
    if (layout.config !== null || owned) return { folder, layout };
    if (isPackage(folder)) break;
  }
  return nearest;
}

function isPackage(folder: string): boolean {
  return readKind(join(folder, 'package.json')) === 'file';
}

interface FoundProject {
  readonly folder: string;
  readonly layout: Layout;
}

/**
 * Migrations without a schema, or a schema without migrations, may be what is left of a project that has moved: where
 * there is another one besides, somebody has to say which is meant.
 * @throws MigrateError PROJECT_AMBIGUOUS
 */
export function refuseHalf(half: FoundProject, { cwd, config, env }: ProjectOptions): void {
  const { folder, layout } = half;
  if (layout.config !== null && config !== 'ignored') return;
  const own = layout.schema ?? layout.migrations[0];
  if (own === undefined || (layout.schema !== null && hasMigrations(folder, layout))) return;
  const home = findHome(env);
  const others = own === layout.schema ? findWhole(half, home) : findOthers(half, listClimb(folder, cwd, home), home);
  if (others.length === 0) return;
  const [lacks, flag] =
    own === layout.schema ? (['migrations', '--schema'] as const) : (['schema', '--migrations'] as const);
  throw refuse(
    `${showPath(own, cwd)} has no ${lacks} beside it, and another Prisma project is in ${listFolders(others, cwd)}: it is unclear which is production's.`,
    [typedCommand([pathFlag(flag, own, cwd)]), ...others.map((project) => renderChoice(project, cwd))],
  );
}

/** Besides migrations: any project below, and the nearest above. @param folders nearest first. */
function findOthers(half: FoundProject, folders: readonly string[], home: string | null): readonly FoundProject[] {
  const above = folders
    .filter((folder) => folder !== half.folder)
    .map((folder) => ({ folder, layout: readLayout(folder) }))
    .filter(({ layout }) => isProject(layout) && !sharesPaths(layout, half.layout));
  const below = searchBelow(half.folder, home).filter(({ layout }) => !sharesPaths(layout, half.layout));
  return [...above.slice(0, 1), ...below];
}

/** Besides a schema, which may be new: a project below that is whole, or has a config file. */
function findWhole(half: FoundProject, home: string | null): readonly FoundProject[] {
  return findOthers(half, [], home).filter(
    ({ folder, layout }) => layout.config !== null || (layout.schema !== null && hasMigrations(folder, layout)),
  );
}

/** Seen from its own `prisma` folder a project is itself. */
function sharesPaths(left: Layout, right: Layout): boolean {
  const [one, other] = [left, right].map(({ schema, migrations }) =>
    [schema, ...migrations].flatMap((path) => (path === null ? [] : [readRealPath(path)])),
  );
  return one?.some((path) => other?.includes(path)) ?? false;
}

function findBelow(cwd: string, home: string | null): ProjectRoot {
  const found = searchBelow(cwd, home);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new MigrateError(
      'PROJECT_NOT_FOUND',
      `No Prisma schema, migrations folder or prisma.config file is in ${cwd}, above it or below it.`,
      say`Run this in your project, or say where it is: ${typedCommand([['--schema', 'path/to/prisma/schema.prisma']])}`,
    );
  }
  if (others.length > 0) throw refuseSeveral(found, cwd);
  return { root: only.folder, notice: `Using the project in ${showPath(only.folder, cwd)}.` };
}

/** Breadth first, so that a project hides what lies within it, and the bound cuts the deepest. */
function searchBelow(cwd: string, home: string | null): readonly FoundProject[] {
  // Below a home folder lie all of somebody's projects: none of them is meant more than another.
  if (home !== null && isWithin(home, readRealPath(cwd))) return [];
  const found: FoundProject[] = [];
  let level: readonly string[] = [cwd];
  let seen = 0;
  for (let depth = 1; depth <= deepest; depth += 1) {
    const next: string[] = [];
    for (const parent of level) {
      for (const name of readSubfolders(parent)) {
        if (name.startsWith('.') || skipped.has(name)) continue;
        seen += 1;
        if (seen > mostFolders) return found;
        const folder = join(parent, name);
        const layout = mayBeProject(folder) ? readLayout(folder) : null;
        if (layout !== null && isProject(layout)) found.push({ folder, layout });
        else next.push(folder);
      }
    }
    level = next;
  }
  return found;
}

function refuseSeveral(found: readonly FoundProject[], cwd: string): MigrateError {
  return refuse(
    `${found.length} Prisma projects are below this folder: ${listFolders(found, cwd)}.`,
    found.map((project) => renderChoice(project, cwd)),
  );
}

const mostShown = 8;

function listFolders(found: readonly FoundProject[], cwd: string): string {
  const shown = found.slice(0, mostShown).map(({ folder }) => showPath(folder, cwd));
  return `${shown.join(', ')}${found.length > mostShown ? ', …' : ''}`;
}

function refuse(message: string, choices: readonly Sayable[]): MigrateError {
  const shown = choices.slice(0, mostShown).map((choice) => say`\n  ${choice}`);
  const more = choices.length > mostShown ? `\n  … and ${choices.length - mostShown} more` : '';
  return new MigrateError('PROJECT_AMBIGUOUS', message, say`Say which one:${shown.flat()}${more}`);
}

function renderChoice({ folder, layout }: FoundProject, cwd: string): Sayable {
  // A config file can move the schema and the migrations: it is loaded only where it is the project's own.
  if (layout.config !== null) return say`cd ${showArgument(resolve(folder), cwd)} && ${typedCommand()}`;
  if (layout.schema !== null) return typedCommand([pathFlag('--schema', layout.schema, cwd)]);
  return typedCommand([pathFlag('--migrations', layout.migrations[0] ?? folder, cwd)]);
}
