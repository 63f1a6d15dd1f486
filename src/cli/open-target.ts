/** Which target a command works on, by which name, and with which token: known before a database is opened. */

import { basename } from 'node:path';
import { type Credentials, readCredentials } from '../adapters/files/credentials.ts';
import { listTargets } from '../adapters/files/other-env-files.ts';
import { listProjectFolders } from '../adapters/files/paths.ts';
import type { ProjectRoot } from '../adapters/prisma/project.ts';
import { defaultTargetName, findTargetOfFile, parseTargetName } from '../target/names.ts';
import type { Target } from '../target/target.ts';
import type { GlobalOptions, Run } from './context.ts';
import type { ChosenTarget } from './earlier-targets.ts';
import { openTokenFiles } from './token-files.ts';

/** For a `file:` target. */
export type Create = 'create' | 'must-exist';

/** A target and its token, before the database is opened. */
export interface OpenedTarget extends ChosenTarget {
  readonly token: Credentials['token'];
}

/**
 * Finds the target, and says what is surprising about it. @throws MigrateError USAGE, and those of `readCredentials`
 */
export async function readTarget(run: Run, { root, notice }: ProjectRoot, create: Create): Promise<OpenedTarget> {
  if (notice !== null) run.notice(notice);
  const { name, token, tokenFile, ...credentials } = await chooseCredentials(run, root, create);
  const tokenFiles = openTokenFiles(run);
  if (tokenFile !== null) tokenFiles.add(tokenFile, credentials.target);
  const target = callTarget(credentials.target, run, root);
  run.setTarget(target);
  if (target.type === 'file') run.notice(describeFile(run, target));
  return { name, target, token, root, tokenFiles };
}

/** Those that the options of this run choose. Their token is in no output from then on. */
export async function chooseCredentials(
  run: Run,
  root: string,
  create: Create,
): Promise<Credentials & { readonly name: string }> {
  const { context, options } = run;
  const named = findNamed(options);
  const name = named ?? defaultTargetName;
  run.nameTarget(name);
  const credentials = await readCredentials({
    cwd: context.cwd,
    root,
    env: context.env,
    create,
    targetName: named ?? undefined,
    envFile: options.envFile,
    url: options.url,
  });
  if (credentials.token !== null) run.hide(credentials.token);
  return { ...credentials, name };
}

/** With its name where one was given, or where the project has several. */
export function callTarget(target: Target, run: Run, root: string): Target {
  const { options } = run;
  const named = findNamed(options);
  const tells = named !== null || (options.url === undefined && hasOthers(root, run));
  return tells ? { ...target, called: named ?? defaultTargetName } : target;
}

/** The name that the user gave, also as a part of the file's. @throws MigrateError USAGE */
function findNamed({ target, envFile }: GlobalOptions): string | null {
  if (target !== undefined) return parseTargetName(target);
  return typeof envFile === 'string' ? findTargetOfFile(basename(envFile)) : null;
}

/** True if the project has credentials of several targets: then the name of the one that is meant is worth a word. */
function hasOthers(root: string, { context }: Run): boolean {
  return listTargets(listProjectFolders(root, context.cwd)).some((name) => name !== defaultTargetName);
}

/** In text, the title has the path already. */
function describeFile({ format }: Run, { path }: Target & { readonly type: 'file' }): string {
  const text = 'A local file, not a server';
  return format === 'json' ? `${text}: ${path}` : `${text}.`;
}
