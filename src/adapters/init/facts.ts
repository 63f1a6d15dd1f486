/** What `init` has to know of a project and of the running program. Nothing is changed here. */

import { existsSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { chooseManager, type LockFile } from '../../init/choose-manager.ts';
import { envFile, scriptFile, skillFile, workflowFile } from '../../init/files.ts';
import { isIgnoredBy } from '../../init/ignore.ts';
import { parsePackage } from '../../init/package-json.ts';
import { findManager, type PackageManager, packageManagers } from '../../init/package-manager.ts';
import type { Found, InitFacts, Place } from '../../init/plan.ts';
import { chooseSpec, type Origin } from '../../init/spec.ts';
import { say, shell, typedCommand } from '../../text/prose.ts';
import { readManagerSigns } from '../files/manager-signs.ts';
import {
  findGitRoot,
  isWithin,
  listAncestors,
  listProjectFolders,
  readKind,
  showPath,
  toSlashes,
} from '../files/paths.ts';
import { largest, readRegularFile, readTextIfPresent, UnreadableFile } from '../files/regular-file.ts';
import { askGit } from '../files/token-file.ts';
import { explainNotUtf8 } from '../files/utf8.ts';

export interface FactsInput {
  /** Of the Prisma project, absolute. */
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly origin: Origin;
  /** The text of the skill in this program's package. */
  readonly skill: string;
  readonly asked: PackageManager | null;
  /** The package manager that started this process. */
  readonly started: PackageManager | null;
}

/** @throws MigrateError PACKAGE_INVALID, PACKAGE_MANAGER_AMBIGUOUS */
export async function gatherFacts(input: FactsInput): Promise<InitFacts> {
  const { root, cwd, env, origin, asked, started } = input;
  const folder = findPackageFolder(root, cwd);
  const gitRoot = findGitRoot(folder);
  const own = readPackage(folder, cwd);
  const place = (parent: string, name: string): Place => readPlace(join(parent, name), cwd);
  const top = gitRoot ?? folder;
  const signs = { asked, started, ...readManagerSigns(listLockFolders(folder), cwd) };
  const manager = chooseManager(signs);
  if (manager === null) throw refuseManagers(signs.locks);
  // The program reads the nearest one: another below it would hide the credentials that are there.
  const envFolder =
    listAncestors(root).find((above) => isWithin(above, top) && isThere(join(above, envFile))) ?? folder;
  const gitignore = refuseLink(place(chooseIgnoreFolder(envFolder, gitRoot), '.gitignore'));
  return {
    package: own,
    manager,
    spec: chooseSpec(origin, toSlashes(folder)),
    isInstalled: isInstalled(folder),
    gitignore,
    isIgnored: await readIgnored(join(envFolder, envFile), gitignore.found, env),
    env: place(envFolder, envFile),
    script: place(folder, scriptFile),
    skill: { ...place(folder, skillFile), template: input.skill },
    workflow: { ...place(top, workflowFile), folder: folder === top ? '' : toSlashes(folder.slice(top.length + 1)) },
  };
}

/** Only a folder of the project may be written to. */
function findPackageFolder(root: string, cwd: string): string {
  const folders = listProjectFolders(root, cwd);
  const folder = folders.find((ancestor) => existsSync(join(ancestor, 'package.json')));
  if (folder !== undefined) return folder;
  throw new MigrateError(
    'PACKAGE_INVALID',
    `There is no package.json in ${showPath(root, cwd)}${folders.length > 1 ? ' or above it' : ''}. Nothing was written.`,
    say`Make one, for example with ${shell('npm init -y')}, then ${typedCommand()}`,
  );
}

/** Where lock files are looked for: up to the git root; without one only where a folder above says that it has workspaces. */
function listLockFolders(folder: string): readonly string[] {
  const gitRoot = findGitRoot(folder);
  return listAncestors(folder).filter(
    (ancestor) => ancestor === folder || (gitRoot === null ? hasWorkspaces(ancestor) : isWithin(ancestor, gitRoot)),
  );
}

function hasWorkspaces(folder: string): boolean {
  const text = readTextIfPresent(join(folder, 'package.json'), largest.package) ?? '';
  return text.includes('"workspaces"') || existsSync(join(folder, 'pnpm-workspace.yaml'));
}

function readPackage(folder: string, cwd: string): InitFacts['package'] {
  const place = readPlace(join(folder, 'package.json'), cwd);
  const { found, shown } = place;
  const text = found.type === 'file' ? found.text : '';
  const facts = found.type === 'file' ? parsePackage(text, 'migrate-prod') : null;
  if (facts !== null) return { ...place, text, facts };
  const reason = found.type === 'other' ? `is ${found.what}` : 'is not the JSON of a package.json';
  throw new MigrateError(
    'PACKAGE_INVALID',
    `${shown} ${reason}. Nothing was written.`,
    say`Correct it, then ${typedCommand()}`,
  );
}

/** Also a link that leads nowhere. */
function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** @returns what is there, never through a link that leads nowhere; a file that cannot be read is no file. */
function readPlace(file: string, cwd: string): Place {
  return { file, shown: showPath(file, cwd), found: readFound(file) };
}

/** git follows no link there: a line behind one would ignore nothing. */
function refuseLink(place: Place): Place {
  const isLink = lstatSync(place.file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return isLink ? { ...place, found: { type: 'other', what: 'a link, which git does not follow' } } : place;
}

function readFound(file: string): Found {
  try {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return { type: 'absent' };
  } catch {
    // Below something that is no folder. Writing it would fail.
    return { type: 'other', what: 'below something that is not a folder' };
  }
  if (readKind(file) === 'absent') return { type: 'other', what: 'a link that leads nowhere' };
  if (readKind(file) === 'folder') return { type: 'other', what: 'a folder' };
  try {
    const bytes = readRegularFile(file, largest.package);
    // Written again, it would not be what it was.
    const broken = explainNotUtf8(bytes);
    return broken === null
      ? { type: 'file', text: bytes.toString('utf8') }
      : { type: 'other', what: `not UTF-8 text (${broken})` };
  } catch (error) {
    if (error instanceof UnreadableFile) return { type: 'other', what: `a file that ${error.message}` };
    throw error;
  }
}

function refuseManagers(locks: readonly LockFile[]): MigrateError {
  const known = [...new Set(locks.map(({ manager }) => findManager(manager)))].filter((manager) => manager !== null);
  const files = locks.map(({ path }) => path).join(' and ');
  const message =
    known.length === 0
      ? `${files} ${locks.length === 1 ? 'is' : 'are'} of a package manager that init does not know.`
      : `There are lock files of more than one package manager: ${files}.`;
  const choices = (known.length === 0 ? packageManagers : known).map(
    (manager) => say`\n  ${typedCommand([['--package-manager', manager]])}`,
  );
  return new MigrateError(
    'PACKAGE_MANAGER_AMBIGUOUS',
    `${message} Nothing was written.`,
    say`Say which one the project uses:${choices.flat()}`,
  );
}

/** The nearest one of the repository, which has the last word on a file; beside the credentials where there is none. */
function chooseIgnoreFolder(folder: string, gitRoot: string | null): string {
  const folders = listAncestors(folder).filter((above) => above === folder || isWithin(above, gitRoot ?? folder));
  return folders.find((above) => isThere(join(above, '.gitignore'))) ?? folder;
}

/** git decides where it answers; a file that it has already is for its own warning. */
async function readIgnored(file: string, gitignore: Found, env: FactsInput['env']): Promise<boolean> {
  const state = await askGit(file, env, {});
  if (state === 'ignored' || state === 'open') return state === 'ignored';
  return gitignore.type === 'file' && isIgnoredBy(gitignore.text, basename(file));
}

/** True if the program is in a node_modules that this folder sees, or in Yarn's file in the place of one. */
function isInstalled(folder: string): boolean {
  return listAncestors(folder).some(
    (ancestor) =>
      existsSync(join(ancestor, 'node_modules', 'migrate-prod', 'package.json')) ||
      (readTextIfPresent(join(ancestor, '.pnp.cjs'), largest.script)?.includes('"migrate-prod"') ?? false),
  );
}
