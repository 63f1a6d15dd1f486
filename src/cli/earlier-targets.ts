/** The targets that come before this one (`"after"` in package.json): each is asked what it has applied, by its own credentials. */

import { readTargetFile } from '../adapters/files/credential-sources.ts';
import { readCredentials } from '../adapters/files/credentials.ts';
import { listTargets } from '../adapters/files/other-env-files.ts';
import { listProjectFolders } from '../adapters/files/paths.ts';
import { refuseSettings, type Settings } from '../adapters/files/settings.ts';
import { parseTarget, sameTarget } from '../adapters/files/target.ts';
import { MigrateError } from '../errors.ts';
import type { EarlierTarget } from '../history/earlier.ts';
import { readEarlierRows } from '../history/read-earlier.ts';
import { envFileOf, foldTargetName } from '../target/names.ts';
import { findMisspelt, listBefore, type TargetOrder } from '../target/order.ts';
import { describeTarget, type Target } from '../target/target.ts';
import { endless } from '../text/sentence.ts';
import { openDatabase } from '../wiring.ts';
import type { Run } from './context.ts';
import type { TokenFiles } from './token-files.ts';

/** The target of this run, and where its project is. */
export interface ChosenTarget {
  /** The name that rules go by. */
  readonly name: string;
  readonly target: Target;
  /** Of the project, absolute. */
  readonly root: string;
  readonly tokenFiles: TokenFiles;
}

/** Seconds: a plan does not wait for a target that does not answer as long as for its own. */
const longest = 30;

/**
 * Begins to ask them, at the same time. What keeps one from answering is its answer.
 * @returns undefined if none comes before this one.
 * @throws MigrateError SETTINGS_INVALID
 */
export function readEarlier(
  run: Run,
  chosen: ChosenTarget,
  settings: Settings,
): Promise<readonly EarlierTarget[]> | undefined {
  const { after, path } = settings;
  if (after.size === 0) return undefined;
  const folders = listProjectFolders(chosen.root, run.context.cwd);
  const misspelt = findMisspelt(after, listTargets(folders));
  if (misspelt !== null) {
    throw refuseSettings(
      path,
      `"after" names ${misspelt.name}, and there is no ${envFileOf(misspelt.name)}; did you mean ${misspelt.meant}?`,
    );
  }
  const names = listAllBefore(after, chosen, folders, run.context.cwd);
  if (names.length === 0) return undefined;
  const reading = Promise.all(names.map((name) => readOne(run, chosen, name)));
  // Whoever needs the answers awaits them; until then a bug must not end the process.
  reading.catch(() => {});
  return reading;
}

/** Those before its name, and before every target whose file names this same database: another name lifts no rule. */
function listAllBefore(
  after: TargetOrder,
  { name, target }: ChosenTarget,
  folders: readonly string[],
  cwd: string,
): readonly string[] {
  const others = listTargets(folders).filter(
    (other) => listBefore(after, other).length > 0 && isFileOf(target, other, folders, cwd),
  );
  const before = [name, ...others].flatMap((one) => listBefore(after, one));
  return [...new Map(before.map((one) => [foldTargetName(one), one])).values()];
}

/** What cannot be read, or names no database, names not this one. */
function isFileOf(target: Target, name: string, folders: readonly string[], cwd: string): boolean {
  try {
    const url = readTargetFile(name, folders, cwd)?.url ?? null;
    return url !== null && sameTarget(parseTarget(url, cwd).target, target);
  } catch (error) {
    if (error instanceof MigrateError) return false;
    throw error;
  }
}

async function readOne(run: Run, chosen: ChosenTarget, name: string): Promise<EarlierTarget> {
  try {
    return { name, type: 'asked', rows: await ask(run, chosen, name) };
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    return { name, type: 'not-asked', why: endless(error.message).replace(/\s*\n\s*/g, ' ') };
  }
}

async function ask(run: Run, { root, target: own, tokenFiles }: ChosenTarget, name: string) {
  const { cwd, signal } = run.context;
  // The environment, and the options of this run, are for its own target.
  const { target, token, tokenFile } = await readCredentials({
    cwd,
    root,
    env: {},
    targetName: name,
    create: 'must-exist',
  });
  if (token !== null) run.hide(token);
  if (tokenFile !== null) tokenFiles.add(tokenFile, target);
  if (sameTarget(target, own)) {
    throw new MigrateError('USAGE', `${envFileOf(name)} names this same database`, 'Correct the address in it.');
  }
  const timeoutSeconds = Math.min(run.timeoutSeconds, longest);
  const database = await openDatabase({ target, token, timeoutSeconds, create: 'must-exist' });
  const stopShowing = showWaiting(run, describeTarget({ ...target, called: name }));
  try {
    return await readEarlierRows(database, { signal });
  } finally {
    stopShowing();
    await database.close();
  }
}

/** Says what is waited for while nothing else does: this run's own database mostly answers as fast. */
function showWaiting({ progress }: Run, name: string): () => void {
  let owned = false;
  const timer = setInterval(() => {
    owned = progress.begin(`Waiting for ${name}`) || owned;
  }, 500);
  return () => {
    clearInterval(timer);
    if (owned) progress.done();
  };
}
