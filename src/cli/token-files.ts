/** The files with tokens that a run reads: whether others can open them, and whether git has them, is said once, at the end. */

import { setTimeout as wait } from 'node:timers/promises';
import { showArgument, showPath } from '../adapters/files/paths.ts';
import { askGit, findOpenMode, findWayOut, type GitState } from '../adapters/files/token-file.ts';
import { printable } from '../adapters/terminal/printable.ts';
import { MigrateError } from '../errors.ts';
import { findDatabaseName, type Target } from '../target/target.ts';
import { comment, type Flag, type Prose, say, shell, typedCommand } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import type { Run } from './context.ts';

/** What a person writes behind `--allow` to write to production nevertheless. */
const trackedCredentials = 'tracked-credentials';

export interface TrackedConsent {
  readonly consent: 'given' | 'none';
  /** The other texts of `--allow`; undefined if there are none. */
  readonly allow: readonly string[] | undefined;
  /** The option, for the next command. */
  readonly flags: readonly Flag[];
}

/** It is about no migration, so no list of consents to findings has it. @param allow as it was typed. */
export function takeTrackedConsent(allow: readonly string[] = []): TrackedConsent {
  const others = allow.flatMap((text) => {
    const parts = text.split(',');
    const rest = parts.filter((part) => part.trim() !== trackedCredentials);
    return rest.length === 0 ? [] : [rest.length === parts.length ? text : rest.join(',')];
  });
  const isGiven = others.length < allow.length || others.some((text, index) => text !== allow[index]);
  return {
    consent: isGiven ? 'given' : 'none',
    allow: others.length === 0 ? undefined : others,
    flags: isGiven ? [{ name: '--allow', value: trackedCredentials }] : [],
  };
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
  refuseTracked(consent: 'given' | 'none'): Promise<void>;
  /** Says what is known, and stops asking. */
  close(): Promise<void>;
}

interface Asked {
  readonly file: string;
  readonly target: Target;
  readonly state: Promise<GitState>;
}

/** Milliseconds for each call of git, where a command that writes waits for it. */
const longest = 5_000;
/** Milliseconds that an answer waits for git, at most. Over a network git is done before. */
const patience = 100;

export function openTokenFiles(run: Run): TokenFiles {
  const { context } = run;
  const end = new AbortController();
  const files: { readonly file: string; readonly target: Target }[] = [];
  const asked: Asked[] = [];
  /** Those that an error tells of. */
  const told = new Set<string>();
  let isAsking = false;
  const begin = (file: string, target: Target): void => {
    const state = new Promise<void>((resolve) => setImmediate(resolve)).then(() =>
      askGit(file, context.env, { timeout: longest, signal: end.signal }),
    );
    asked.push({ file, target, state });
  };
  return {
    add: (file, target) => {
      files.push({ file, target });
      if (isAsking) begin(file, target);
    },
    ask: () => {
      if (isAsking) return;
      isAsking = true;
      for (const { file, target } of files) begin(file, target);
    },
    refuseTracked: async (consent) => {
      const states = await Promise.all(asked.map(({ state }) => state));
      const tracked = asked.find((_, index) => states[index] === 'tracked');
      if (tracked === undefined && consent === 'given') {
        run.notice(`--allow ${trackedCredentials} was not needed: git tracks no file that a token was read from.`);
      }
      if (tracked !== undefined && consent === 'none') {
        told.add(tracked.file);
        throw refuse(run, tracked);
      }
    },
    close: async () => {
      const states = asked.length === 0 ? [] : await waitFor(Promise.all(asked.map(({ state }) => state)));
      end.abort();
      for (const { file } of files) {
        const known = states[asked.findIndex((one) => one.file === file)] ?? 'unknown';
        const state = told.has(file) ? 'unknown' : known;
        for (const text of describe(file, state, context.cwd)) run.notice(printable(text));
      }
    },
  };
}

async function waitFor(states: Promise<readonly GitState[]>): Promise<readonly GitState[]> {
  const late = new AbortController();
  const tooLate = wait(patience, [], { signal: late.signal }).catch(() => []);
  const first = await Promise.race([states, tooLate]);
  late.abort();
  return first;
}

function describe(file: string, state: GitState, cwd: string): readonly string[] {
  const shown = showPath(file, cwd);
  const mode = findOpenMode(file);
  const texts =
    mode === null
      ? []
      : [
          `Other users of this machine can open ${shown} (mode ${mode}), which has a token in it: chmod 600 ${showArgument(file, cwd)}`,
        ];
  if (state !== 'open' && state !== 'tracked') return texts;
  const { remove, ignoreFile, ignoreLine } = findWayOut(file, cwd);
  const ignore =
    ignoreLine === null ? 'Give the file a name of one line.' : `Add this line to ${ignoreFile}: ${ignoreLine}`;
  if (state === 'open') return [...texts, `git does not ignore ${shown}, which has a token in it. ${ignore}`];
  return [
    ...texts,
    `git has ${shown}, and so has everybody with this repository: make a new token, then ${remove}. ${ignore}`,
  ];
}

function refuse({ context: { cwd } }: Run, { file, target }: Asked): MigrateError {
  const { remove, ignoreFile, ignoreLine } = findWayOut(file, cwd);
  const ignore =
    ignoreLine === null ? 'give the file a name of one line' : `add this line to ${ignoreFile}: ${ignoreLine}`;
  return new MigrateError(
    'CREDENTIALS_TRACKED',
    `git has ${showPath(file, cwd)}, and with it the token: whoever has this repository has the database. Nothing was written.`,
    say`Make the token worthless, take the file out of git, and ${ignore}\n  ${describeRotation(target)}\n  ${shell(remove)}\nOr, for now: ${typedCommand([['--allow', trackedCredentials]])}`,
  );
}

/** Old tokens of a database at Turso end all together; a new one then goes into the file. */
function describeRotation(target: Target): Prose {
  if (target.type === 'file' || !new URL(target.url).host.endsWith('.turso.io')) {
    return say`(end the token where it was made, and put a new one into the file)`;
  }
  const name = quoteArgument(findDatabaseName(target));
  return say`${shell(`turso db tokens invalidate ${name}`)}${comment('  # every token of its group')}\n  ${shell(`turso db tokens create ${name}`)}`;
}
