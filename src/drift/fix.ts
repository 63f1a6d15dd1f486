/** `drift --fix`: writes a migration for what production has and no migration makes, and records it as backfilled. */

import { sayConsents } from '../consents/say-consents.ts';
import { MigrateError } from '../errors.ts';
import type { FixConsent } from '../findings/codes.ts';
import { type HistoryEntry, isToApply } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import type { MigrationsFolder, StagedMigration } from '../ports.ts';
import { listDifferences } from '../replay/proof.ts';
import { type Difference, isAbsentLeft } from '../schema/compare/difference.ts';
import { listSome } from '../text/list.ts';
import { type CommandPart, command, type Prose, placeholder, say } from '../text/prose.ts';
import { buildTrackerWrites, executeRecord, type RecordInput } from '../tracker/write.ts';
import { type Drift, type DriftInput, type DriftWithSides, readDrift } from './drift.ts';
import { impossible, proveFix } from './fix-proof.ts';
import { nameMigration } from './migration-name.ts';

export interface FixInput extends DriftInput {
  readonly folder: MigrationsFolder;
  /** The value of `--name`: the new migration's name without the time before it. */
  readonly name?: string | undefined;
  readonly consents: readonly FixConsent[];
  /** How long to look for the written rows if the answer is lost. */
  readonly timeoutSeconds?: number | undefined;
  /** Shows what is about to be written, and asks. */
  readonly confirm: (question: FixQuestion) => Promise<FixAnswer>;
}

export type FixQuestion =
  /** A new migration, which is also recorded. Its name is null if the user is to be asked. */
  | {
      readonly type: 'write';
      readonly differences: readonly Difference[];
      /** Tables and views that stay as they are, because it is not known what the migrations make of them. */
      readonly unsure: readonly string[];
      readonly sql: string;
      readonly name: string | null;
      /** Missing consents. */
      readonly open: readonly FixConsent[];
    }
  /** Migrations of the folder that production already has, such as one that an interrupted run left behind. */
  | { readonly type: 'record'; readonly names: readonly string[] };

export type FixAnswer =
  | { readonly type: 'yes'; readonly name: string | null }
  /** The question that was not answered with yes. */
  | { readonly type: 'no'; readonly question: 'consent' | 'name' | 'last' }
  | { readonly type: 'cannot-ask' };

export interface FixResult {
  readonly outcome: 'written' | 'recorded' | 'nothing-to-do' | 'refused' | 'declined' | 'failed' | 'unknown';
  /** The migrations that are, or would be, recorded, including the new one. */
  readonly names: readonly string[];
  /** The new migration's file as shown to people; null if none was written. */
  readonly path: string | null;
  /** The new migration's text; null if there is none. */
  readonly sql: string | null;
  /** The drift before the fix. */
  readonly drift: Drift;
  readonly error: MigrateError | null;
}

/** @throws MigrateError USAGE (an invalid name), FILE_NOT_WRITTEN, and those of `readDrift` */
export async function fixDrift(input: FixInput): Promise<FixResult> {
  const found = await readDrift(input);
  const { drift, sides } = found;
  const [applied] = drift.pairs;
  const none: FixResult = { outcome: 'nothing-to-do', names: [], path: null, sql: null, drift, error: null };
  const refuse = (error: MigrateError): FixResult => ({ ...none, outcome: 'refused', error });
  if (applied === undefined || (applied.incomparable === null && applied.differences.length === 0)) return none;
  // Production already has what they do.
  if (drift.next === 'backfill') return recordPending(input, found, none);
  if (sides.pending.length > 0) return refuse(describePending(found));
  // The compared part can be fixed even if another part is in doubt.
  if (applied.incomparable !== null && applied.differences.length === 0) {
    return refuse(impossible(`Production and the migrations cannot be compared: ${applied.incomparable}`));
  }

  const proven = await proveFix(input, found);
  if (proven.type === 'impossible') return refuse(proven.error);
  const { sql } = proven;
  const last = input.migrations.at(-1)?.name ?? null;
  const given = input.name === undefined ? null : nameMigration(input.name, input.outside.clock.now(), last);
  const { differences, unsure } = applied;
  const isOpen = differences.some(isAbsentLeft) && !input.consents.includes('drops');
  const open = isOpen ? (['drops'] as const) : [];
  const answer = await input.confirm({ type: 'write', differences, unsure, sql, name: given, open });
  if (answer.type !== 'yes') {
    const error = describeDeclined(answer, { differences, needsName: given === null, open });
    return { ...none, outcome: 'declined', sql, error };
  }
  const name = given ?? nameMigration(answer.name ?? '', input.outside.clock.now(), last);
  return writeMigration(input, found, { name, sql }, { ...none, names: [name], sql });
}

/** First the folder, then the tracker: a recorded migration always has its file. */
async function writeMigration(
  input: FixInput,
  { production }: DriftWithSides,
  { name, sql }: { readonly name: string; readonly sql: string },
  result: FixResult,
): Promise<FixResult> {
  const { folder, outside } = input;
  const path = folder.pathOf(name);
  const staged = await folder.stage(name, sql);
  const migration: Migration = {
    name,
    checksum: outside.sha256(sql),
    alternativeChecksums: [],
    consents: [],
    sql,
    path,
  };
  const writes = buildTrackerWrites([{ name, action: 'record', entry: describeNew(migration) }], [], outside);
  await staged.publish();
  const error = await tryToRecord({ ...input, production, writes });
  if (error === null) return { ...result, outcome: 'written', path };
  if (error.code === 'OUTCOME_UNKNOWN') return { ...result, outcome: 'unknown', path, error: stays(error, path) };
  return { ...result, outcome: 'failed', error: await removeAfter(staged, error) };
}

/** @returns the error; if removing fails too, with that failure added */
async function removeAfter(staged: StagedMigration, error: MigrateError): Promise<MigrateError> {
  try {
    await staged.remove();
    return error;
  } catch (cause) {
    if (!(cause instanceof MigrateError)) throw cause;
    return error.with({ message: say`${error.said} ${cause.said}`, next: cause.steps, cause });
  }
}

/** A request that was refused before it was sent is a known failure too. */
async function tryToRecord(input: RecordInput): Promise<MigrateError | null> {
  try {
    return await executeRecord(input);
  } catch (error) {
    if (error instanceof MigrateError) return error;
    throw error;
  }
}

function stays(error: MigrateError, path: string): MigrateError {
  return error.with({
    message: `${error.message} ${path} is written and stays.`,
    next: say`${fixCommand()} settles it: it records the migration if that did not happen.`,
  });
}

async function recordPending(input: FixInput, found: DriftWithSides, none: FixResult): Promise<FixResult> {
  const entries = found.history.entries.filter((entry) => isToApply(entry));
  const names = entries.map(({ name }) => name);
  const answer = await input.confirm({ type: 'record', names });
  if (answer.type !== 'yes') {
    const error = describeDeclined(answer, { differences: [], needsName: false, open: [] });
    return { ...none, outcome: 'declined', names, error };
  }
  const items = entries.map((entry) => ({ name: entry.name, action: 'record' as const, entry }));
  const writes = buildTrackerWrites(items, [], input.outside);
  const error = await executeRecord({ ...input, production: found.production, writes });
  const outcome = error === null ? 'recorded' : error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed';
  return { ...none, outcome, names, error };
}

function describeNew(migration: Migration): HistoryEntry {
  const base = { rows: [], at: null, logs: null, recordedAs: null, recordedRows: [], outOfOrder: false } as const;
  return { ...base, name: migration.name, state: 'pending', migration };
}

function describePending({ sides }: DriftWithSides): MigrateError {
  const names = sides.pending.map(({ name }) => name);
  return new MigrateError(
    'FIX_IMPOSSIBLE',
    `Migrations are pending (${listSome(names)}). A new one comes after them, so it can only be made once production has them. Nothing was written.`,
    say`${command('plan')}, then apply; or, if production has them already: ${command('backfill')}. Then ${fixCommand()}.`,
  );
}

interface AskedFix {
  readonly differences: readonly Difference[];
  readonly needsName: boolean;
  readonly open: readonly FixConsent[];
}

/** @returns an error that names the missing answers, with the command that has all of them but a consent */
function describeDeclined(
  answer: Exclude<FixAnswer, { readonly type: 'yes' }>,
  { differences, needsName, open }: AskedFix,
): MigrateError {
  const lacking = needsName ? [['--name', placeholder('<name>')] as const] : [];
  const complete = fixCommand(lacking);
  const unasked = fixCommand([...lacking, ['--yes']]);
  if (answer.type === 'cannot-ask' && open.length > 0) {
    const message = `${describeDrops(differences)}${needsName ? ' It needs a name too.' : ''} Nothing was written.`;
    return new MigrateError('CONSENT_MISSING', message, offer(unasked, open));
  }
  if (answer.type === 'cannot-ask') {
    const message = needsName
      ? 'The new migration needs a name, and there is no terminal to ask on; nothing was written.'
      : 'There is no terminal to confirm on; nothing was written.';
    return new MigrateError('CONFIRMATION_MISSING', message, unasked);
  }
  switch (answer.question) {
    case 'consent':
      return new MigrateError(
        'DECLINED',
        `No consent to drops (only y counts). ${describeDrops(differences)} Nothing was written.`,
        offer(complete, open),
      );
    case 'name':
      return new MigrateError(
        'DECLINED',
        'The new migration needs a name, and none was typed; nothing was written.',
        complete,
      );
    case 'last':
      return new MigrateError('DECLINED', 'Not confirmed (only y counts); nothing was written.', fixCommand());
  }
}

/** The new migration drops what production lacks. */
function describeDrops(differences: readonly Difference[]): string {
  const lacking = listDifferences(differences.filter(isAbsentLeft));
  return `Production lacks what the migrations make: ${lacking}. The new migration would remove it wherever it runs.`;
}

function fixCommand(flags: Parameters<typeof command>[2] = []): CommandPart {
  return command('drift', [], [['--fix'], ...flags]);
}

function offer(fix: CommandPart, open: readonly FixConsent[]): Prose {
  return say`If a migration was recorded without running: ${command('backfill', [], [['--undo', placeholder('<name>')]])}, then apply it.\nIf production is right, its owner consents by adding ${sayConsents(open)} to ${fix}`;
}
