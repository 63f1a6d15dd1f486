/** The files with tokens that a run reads: whether others can open them, and whether git has them, is said once, at the end. */

import { setImmediate as pass, setTimeout as wait } from 'node:timers/promises';
import { showArgument, showPath } from '../adapters/files/paths.ts';
import { askGit, findOpenMode, findWayOut, type GitState, type WayOut } from '../adapters/files/token-file.ts';
import { printable } from '../adapters/terminal/printable.ts';
import { MigrateError } from '../errors.ts';
import { findTursoName, isTurso, type Target } from '../target/target.ts';
import { groupBy } from '../text/group.ts';
import { comment, flag, type Prose, say, shell } from '../text/prose.ts';
import type { Run } from './context.ts';
import { type TakenConsent, takeConsent } from './run-consents.ts';

/** What a person writes behind `--allow` to write to production nevertheless. */
const trackedCredentials = 'tracked-credentials';

/** @param allow as it was typed. */
export function takeTrackedConsent(allow: readonly string[] | undefined): TakenConsent {
  return takeConsent(allow, trackedCredentials);
}

export interface TokenFiles {
  /** @param file absolute. @param target whose token it has. */
  add(file: string, target: Target): void;
  /** Begins to ask git; called while a request is on its way. */
  ask(): void;
  /**
   * Before anything is written.
   * @throws MigrateError CREDENTIALS_TRACKED
   */
  refuseTracked({ isGiven }: Pick<TakenConsent, 'isGiven'>): Promise<void>;
  /** Says what is known, and stops asking. */
  close(): Promise<void>;
}

interface Asked {
  readonly file: string;
  readonly target: Target;
  readonly state: Promise<GitState>;
}

/** Milliseconds that a command which writes waits for git. */
const longest = 5_000;
/**
 * Milliseconds that git has while a command only reads. It answers in a few, but on a busy machine the answer of a near server can
 * come first, and the warning must not get lost for that; a git that hangs, as over a network, is not waited for longer.
 */
const patience = 1_000;

export function openTokenFiles(run: Run): TokenFiles {
  const { context } = run;
  const end = new AbortController();
  const files: { readonly file: string; readonly target: Target }[] = [];
  const asked: Asked[] = [];
  const known = new Map<string, GitState>();
  /** Those that an error tells of. */
  const told = new Set<string>();
  let askedAt: number | null = null;
  const begin = (file: string, target: Target): void => {
    const state = pass().then(() => askGit(file, context.env, { signal: end.signal }));
    state.then((said) => known.set(file, said));
    asked.push({ file, target, state });
  };
  return {
    add: (file, target) => {
      files.push({ file, target });
      if (askedAt !== null) begin(file, target);
    },
    ask: () => {
      if (askedAt !== null) return;
      askedAt = Date.now();
      for (const { file, target } of files) begin(file, target);
    },
    refuseTracked: async ({ isGiven }) => {
      const rest = (askedAt ?? 0) + longest - Date.now();
      run.progress.begin('Waiting for git');
      await waitAtMost(Math.max(0, rest), Promise.all(asked.map(({ state }) => state)));
      run.progress.done();
      if (known.size < asked.length) {
        run.notice('git does not answer: whether it tracks the file with the token is not known.', 'warning');
      }
      for (const { file } of asked.filter(({ file }) => known.get(file) === 'refused')) {
        const shown = printable(showPath(file, context.cwd));
        run.notice(
          `git does not say whether it tracks ${shown}, which has a token in it: git status says why.`,
          'warning',
        );
      }
      const tracked = asked.find(({ file }) => known.get(file) === 'tracked');
      if (tracked === undefined && isGiven) {
        run.notice(`--allow ${trackedCredentials} was not needed: git tracks no file that a token was read from.`);
      }
      if (tracked !== undefined && !isGiven) {
        told.add(tracked.file);
        throw refuse(run, tracked);
      }
    },
    close: async () => {
      const rest = (askedAt ?? 0) + patience - Date.now();
      if (rest > 0) await waitAtMost(rest, Promise.all(asked.map(({ state }) => state)));
      end.abort();
      const looked = files.map(({ file }) => ({
        file,
        mode: findOpenMode(file),
        state: told.has(file) ? 'unknown' : (known.get(file) ?? 'unknown'),
      }));
      for (const text of warn(looked, context.cwd)) run.notice(printable(text), 'warning');
    },
  };
}

async function waitAtMost(milliseconds: number, awaited: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([awaited, wait(milliseconds, null, { signal: done.signal }).catch(() => {})]);
  done.abort();
}

interface Looked {
  readonly file: string;
  readonly mode: string | null;
  readonly state: GitState;
}

/** One warning for what one command, or one line of .gitignore, mends. */
function warn(looked: readonly Looked[], cwd: string): readonly string[] {
  const listFiles = (list: readonly Looked[]) => list.map(({ file }) => showPath(file, cwd)).join(' and ');
  const has = (list: readonly Looked[]) =>
    list.length === 1 ? 'which has a token in it' : 'which have tokens in them';
  const others = looked.filter(({ mode }) => mode !== null);
  const modes = [...new Set(others.map(({ mode }) => mode))].join(', ');
  const change = `chmod 600 ${others.map(({ file }) => showArgument(file, cwd)).join(' ')}`;
  const open = groupBy(
    looked.filter(({ state }) => state === 'open'),
    ({ file }) => adviseIgnore(findWayOut(file, cwd)),
  );
  return [
    ...(others.length === 0
      ? []
      : [`Other users of this machine can open ${listFiles(others)} (mode ${modes}), ${has(others)}: ${change}`]),
    ...[...open].map(([advice, list]) => `git does not ignore ${listFiles(list)}, ${has(list)}. ${capitalize(advice)}`),
    ...looked
      .filter(({ state }) => state === 'tracked')
      .map(({ file }) => {
        const way = findWayOut(file, cwd);
        return `git tracks ${showPath(file, cwd)}: whoever has this repository has the token. Make a new one, then ${way.remove}. ${capitalize(adviseKept(way))}`;
      }),
  ];
}

function adviseIgnore({ ignoreFile, ignoreLine }: WayOut): string {
  return ignoreLine === null ? 'give the file a name of one line' : `add this line to ${ignoreFile}: ${ignoreLine}`;
}

/** Of a tracked file: the line may be there already, which git does not mind. */
function adviseKept(way: WayOut): string {
  return way.ignoreLine === null ? adviseIgnore(way) : `let ${way.ignoreFile} have this line: ${way.ignoreLine}`;
}

function capitalize(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function refuse({ context: { cwd } }: Run, { file, target }: Asked): MigrateError {
  const way = findWayOut(file, cwd);
  return new MigrateError(
    'CREDENTIALS_TRACKED',
    `git tracks ${showPath(file, cwd)}, which has the token of ${target.name}: whoever has this repository has that database. Nothing was written.`,
    say`Make the token worthless, take the file out of git, and ${adviseKept(way)}\n  ${describeRotation(target)}\n  ${shell(way.remove)}\nOnly the owner of the database can go on without that, by adding ${flag('--allow', trackedCredentials)}`,
  );
}

/** Old tokens of a database at Turso end all together; a new one then goes into the file. */
function describeRotation(target: Target): Prose {
  if (!isTurso(target)) return say`(end the token where it was made, and put a new one into the file)`;
  const name = findTursoName(target) ?? '<database>';
  return say`${shell(`turso db tokens invalidate ${name}`)}${comment("  # ends every token of its group: the application's too")}\n  ${shell(`turso db tokens create ${name}`)}`;
}
