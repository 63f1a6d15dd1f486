/** Finding the folder that is the project: here, above, or the only one below. Loads no config file. */

import { dirname, join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import {
  findGitRoot,
  findHome,
  isWithin,
  listAncestors,
  readKind,
  readRealPath,
  readSubfolders,
  showArgument,
  showPath,
} from '../files/paths.ts';
import { checkMigrationsFlag, checkSchemaFlag } from './flags.ts';
import { isProject, type Layout, readLayout } from './layout.ts';

export interface ProjectOptions {
  /** Absolute. */
  readonly cwd: string;
  /** A schema file or folder, relative to `cwd`. */
  readonly schema?: string | undefined;
  /** A migrations folder, relative to `cwd`. */
  readonly migrations?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a prisma.config file is loaded, which runs it; `read` when absent. */
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
  const above = findAbove(pointed === null ? cwd : dirname(pointed), cwd, home);
  if (above !== null) return { root: above, notice: null };
  if (pointed !== null) return { root: isWithin(pointed, cwd) ? cwd : dirname(pointed), notice: null };
  return findBelow(cwd, home);
}

function findAbove(start: string, cwd: string, home: string | null): string | null {
  const folders = listClimb(start, cwd, home);
  const found = folders.findIndex((folder) => isProject(readLayout(folder)));
  const nearest = folders[found];
  return nearest === undefined ? null : climbToPackage(nearest, folders.slice(found + 1));
}

/** From a folder up to the git root; a home folder only counts for somebody who stands in it. */
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
function climbToPackage(nearest: string, above: readonly string[]): string {
  if (isPackage(nearest) || readLayout(nearest).config !== null) return nearest;
  for (const folder of above) {
    const layout = readLayout(folder);
    const owned = [layout.schema, ...layout.migrations].some((path) => path !== null && isWithin(path, nearest));
    if (layout.config !== null || owned) return folder;
    if (isPackage(folder)) break;
  }
  return nearest;
}

function isPackage(folder: string): boolean {
  return readKind(join(folder, 'package.json')) === 'file';
}

interface Found {
  readonly folder: string;
  readonly layout: Layout;
}

function findBelow(cwd: string, home: string | null): ProjectRoot {
  // Below a home folder lie all of somebody's projects: none of them is meant more than another.
  const found = home !== null && isWithin(home, readRealPath(cwd)) ? [] : searchBelow(cwd);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new MigrateError(
      'PROJECT_NOT_FOUND',
      `No Prisma schema, migrations folder or prisma.config file is in ${cwd}, above it or below it.`,
      'Run this in your project, or say where it is: migrate-prod status --schema path/to/prisma/schema.prisma',
    );
  }
  if (others.length > 0) throw refuseSeveral(found, cwd);
  return { root: only.folder, notice: `Using the project in ${showPath(only.folder, cwd)}.` };
}

/** Breadth first, so that a project hides what lies within it, and the bound cuts the deepest. */
function searchBelow(cwd: string): readonly Found[] {
  const found: Found[] = [];
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
        const layout = readLayout(folder);
        if (isProject(layout)) found.push({ folder, layout });
        else next.push(folder);
      }
    }
    level = next;
  }
  return found;
}

function refuseSeveral(found: readonly Found[], cwd: string): MigrateError {
  const shown = found.slice(0, 8);
  const more = found.length > shown.length ? `\n  … and ${found.length - shown.length} more` : '';
  const folders = shown.map(({ folder }) => showPath(folder, cwd)).join(', ');
  const commands = shown.map((project) => `\n  ${renderChoice(project, cwd)}`).join('');
  return new MigrateError(
    'PROJECT_AMBIGUOUS',
    `${found.length} Prisma projects are below this folder: ${folders}${more === '' ? '' : ', …'}.`,
    `Say which one:${commands}${more}`,
  );
}

function renderChoice({ folder, layout }: Found, cwd: string): string {
  // A config file can move the schema and the migrations: it is loaded only where it is the project's own.
  if (layout.config !== null) return `cd ${showArgument(resolve(folder), cwd)} && migrate-prod status`;
  if (layout.schema !== null) return `migrate-prod status --schema ${showArgument(layout.schema, cwd)}`;
  return `migrate-prod status --migrations ${showArgument(layout.migrations[0] ?? folder, cwd)}`;
}
