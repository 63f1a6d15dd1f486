/** The errors of a backfill that writes nothing: what was found, and what to run instead. */

import { sayConsents } from '../consents/say-consents.ts';
import { MigrateError } from '../errors.ts';
import type { BackfillConsent } from '../findings/codes.ts';
import { type History, isDone, isToApply } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { findLacking } from '../history/unrecorded.ts';
import { analyseMigration, changesSchema } from '../plan/analyse.ts';
import type { Production } from '../production/production.ts';
import { describeDoubt } from '../replay/proof.ts';
import { isLacking } from '../schema/compare/difference.ts';
import { listSome } from '../text/list.ts';
import { type CommandPart, command, type Prose, say } from '../text/prose.ts';
import { type BackfillProof, looksTheSame } from './backfill-proof.ts';
import type { BackfillItem, BackfillRequest } from './choice.ts';
import { isTableLacking, type UnrunStatement } from './prefixes.ts';

interface RefusedBackfill {
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly request: BackfillRequest;
  readonly consents: readonly BackfillConsent[];
}

/** The beginning of the folder that production has, exactly or most nearly, and its last migration. */
export interface WayOut {
  readonly type: 'exact' | 'nearest';
  readonly to: string;
  /** True if production lacks some of what these migrations make. */
  readonly lacks: boolean;
  /** Statements of these migrations that could not be replayed, and what production shows of them. */
  readonly unrun: readonly UnrunStatement[];
  /** Migrations among those to be recorded that change rows, which the schema does not show. */
  readonly rowsUnseen: readonly string[];
}

export interface UnprovenRecord {
  readonly items: readonly BackfillItem[];
  readonly history: History;
  readonly proof: BackfillProof;
  /** null if there is none, or it does not help. */
  readonly way: WayOut | null;
  /** Every consent that writing would need, and the missing ones among them. */
  readonly needed: readonly BackfillConsent[];
  readonly open: readonly BackfillConsent[];
  readonly production: Production;
}

/** Recording migrations for an empty database would leave it without its tables for good. */
export function nothingThere(): MigrateError {
  return new MigrateError(
    'UNPROVEN',
    'Production has none of the tables that these migrations make. Nothing was written.',
    command('plan'),
  );
}

export function unproven(input: RefusedBackfill, doubt: UnprovenRecord): MigrateError {
  const { items, proof, way, open } = doubt;
  const allowed = sayAllowed(input, open);
  if (!open.includes('unproven')) {
    const { rowsUnseen } = proof;
    const many = rowsUnseen.length > 1;
    if (items.every(({ action }) => action === 'take-back' || action === 'roll-back')) {
      return describeUndone(input, rowsUnseen, allowed);
    }
    return new MigrateError(
      'UNPROVEN',
      `${listSome(rowsUnseen)} ${many ? 'change' : 'changes'} rows, and the schema does not show whether that happened in production. Nothing was written.`,
      say`If ${many ? 'they' : 'it'} ran, ${allowed}`,
    );
  }
  const [only] = items;
  const what = items.length === 1 ? `${only?.name}` : `these ${items.length} migrations`;
  const found = `Production does not have exactly what the migrations make, ${what} ${only?.action === 'roll-back' ? 'left out' : 'included'}: ${describeDoubt(proof)}. Nothing was written.`;
  if (only?.entry.state === 'unfinished' && only.entry.migration !== null && items.length === 1) {
    return describeUnfinished(found, proof, allowed);
  }
  if (way === null) {
    return describeTables(found, doubt, input) ?? new MigrateError('UNPROVEN', found, anyway(allowed));
  }
  return way.type === 'exact' ? describeExact(found, way, doubt) : describeNearest(found, way, doubt, input, allowed);
}

/** Without its record the migration is pending. A user who says that its changes of rows were not made wants it to run. */
function describeUndone({ request }: RefusedBackfill, rowsUnseen: readonly string[], allowed: Prose): MigrateError {
  const message = `${listSome(rowsUnseen)} changes rows, and the schema does not show whether that happened in production; without its record it would run, or run again. Nothing was written.`;
  const ifNot = say`If it did not run, ${allowed}`;
  return request.type === 'undo'
    ? new MigrateError('UNPROVEN', message, ifNot)
    : new MigrateError('UNPROVEN', say`${message} ${ifNot}`, command('plan'));
}

const anyway = (allowed: Prose): Prose => say`If production is right anyway, ${allowed}`;

/** A migration that is partly there is neither recorded nor taken back: its other statements have to run. */
function describeUnfinished(found: string, { reason, rowsUnseen }: BackfillProof, allowed: Prose): MigrateError {
  const rows =
    rowsUnseen.length === 0 ? '' : ' It changes rows, too, and the schema does not show whether that happened.';
  return reason === looksTheSame
    ? new MigrateError('UNPROVEN', found, say`${anyway(allowed)}. If it did not run: ${command('plan')}`)
    : new MigrateError(
        'UNPROVEN',
        `${found} So it is not recorded, and the rest of it has to run: the plan shows what exists already and is skipped.${rows}`,
        command('plan'),
      );
}

/** Recorded migrations never run, so a missing table would never be created. */
function describeTables(
  found: string,
  { items, proof, production, history }: UnprovenRecord,
  input: RefusedBackfill,
): MigrateError | null {
  const tables = proof.differences.filter(isTableLacking);
  const columns = proof.differences.filter((one) => isLacking(one) && one.object === 'column');
  const lacking = (tables.length > 0 ? tables : columns).map(({ name }) => `"${name}"`);
  if (lacking.length === 0 || items.some(({ action }) => action !== 'record')) return null;
  const many = lacking.length > 1;
  const noun = tables.length > 0 ? 'table' : 'column';
  const message = `${found} It lacks the ${noun}${many ? 's' : ''} ${listSome(lacking)}: once recorded as applied, ${many ? 'they' : 'it'} would never be made.`;
  const runs = history.begun || findLacking(input.migrations.map(analyseMigration), production.schema.objects) !== null;
  return new MigrateError(
    'UNPROVEN',
    message,
    runs ? command('plan') : say`Make ${many ? 'them' : 'it'} as the migrations do, then ${command('backfill')}`,
  );
}

function describeExact(found: string, way: WayOut, doubt: UnprovenRecord): MigrateError {
  const message = `${found} It has exactly what the folder makes up to ${way.to}`;
  return isRecordedTo(way, doubt)
    ? new MigrateError('UNPROVEN', `${message}, which is recorded: the rest was never applied.`, command('plan'))
    : new MigrateError('UNPROVEN', `${message}.`, command('backfill', [], [['--to', way.to]]));
}

/** Production also has changes made by hand, which `drift --fix` writes down. */
function describeNearest(
  found: string,
  way: WayOut,
  doubt: UnprovenRecord,
  input: RefusedBackfill,
  allowed: Prose,
): MigrateError {
  const message = `${found}${describeUnrun(way)} It is closest to what the folder makes up to ${way.to}`;
  if (way.lacks) {
    return new MigrateError(
      'UNPROVEN',
      `${message}, but lacks a part of that too.`,
      say`Only somebody who knows production can tell which of them it has. Make what it lacks, then ${command('backfill')}`,
    );
  }
  if (doubt.items.at(-1)?.name === way.to) {
    return new MigrateError('UNPROVEN', `${found}${describeUnrun(way)}`, anyway(allowed));
  }
  if (isRecordedTo(way, doubt)) {
    return new MigrateError(
      'UNPROVEN',
      `${message}, which is recorded: what comes after${besides(way, doubt)} was probably not applied.`,
      command('plan'),
    );
  }
  const request = { type: 'all', to: way.to } as const;
  const [consents, condition]: readonly [readonly BackfillConsent[], string] =
    way.rowsUnseen.length > 0
      ? [['unproven', 'rows-unseen'], 'If that happened in production']
      : [['unproven'], 'If that is so'];
  return new MigrateError(
    'UNPROVEN',
    `${message}${describeAfter(way, doubt, input)}${describeRows(way)}`,
    say`${condition}, ${sayAllowed({ ...input, request }, consents)}`,
  );
}

function describeAfter(way: WayOut, doubt: UnprovenRecord, { migrations }: RefusedBackfill): string {
  const end = migrations.findIndex(({ name }) => name === way.to);
  return migrations.slice(end + 1).some((migration) => changesSchema(analyseMigration(migration)))
    ? `: what comes after${besides(way, doubt)} was probably not applied.`
    : '. What comes after only changes rows, which the schema does not show: if that was done, record it too.';
}

const seen: Readonly<Record<UnrunStatement['there'], string>> = {
  there: 'Production has what it makes',
  different: 'Production has what it makes, but not the same',
  'not-there': 'Production lacks what it makes',
  unseen: 'It leaves no trace in a schema',
};

function describeUnrun({ unrun }: WayOut): string {
  const sentences = unrun.map(
    ({ migration, line, there }) => `${migration}, line ${line}, could not be replayed. ${seen[there]}.`,
  );
  return sentences
    .slice(0, 3)
    .map((sentence) => ` ${sentence}`)
    .join('');
}

function describeRows({ rowsUnseen, to }: WayOut): string {
  if (rowsUnseen.length === 0) return '';
  const change = rowsUnseen.length > 1 ? 'change' : 'changes';
  const there = rowsUnseen.includes(to) ? '' : '; what comes after is there';
  return ` ${listSome(rowsUnseen)} ${change} rows, which the schema does not show${there}.`;
}

/** If migrations are out of order, a later one may already be recorded. */
function besides({ to }: WayOut, { history }: UnprovenRecord): string {
  const end = history.entries.findIndex(({ name }) => name === to);
  return history.entries.slice(end + 1).some(({ state }) => isDone(state)) ? ' and is not recorded' : '';
}

function isRecordedTo({ to }: WayOut, { history }: UnprovenRecord): boolean {
  const end = history.entries.findIndex(({ name }) => name === to);
  return !history.entries.slice(0, end + 1).some((entry) => isToApply(entry));
}

export function trackerNotReplaced(input: RefusedBackfill, open: readonly BackfillConsent[]): MigrateError {
  return new MigrateError(
    'CONSENT_MISSING',
    'The table "_prisma_migrations" in production is not Prisma\'s; it would be kept under another name, and Prisma\'s made in its place. Nothing was written.',
    say`If it may be, ${sayAllowed(input, open)}`,
  );
}

export function notConfirmed(answer: 'no' | 'cannot-ask', input: RefusedBackfill): MigrateError {
  return answer === 'no'
    ? new MigrateError(
        'DECLINED',
        'Not confirmed (only y counts); nothing was written.',
        commandOf(input, input.consents),
      )
    : new MigrateError(
        'CONFIRMATION_MISSING',
        'There is no terminal to confirm on; nothing was written.',
        commandOf(input, input.consents, '--yes'),
      );
}

/** Continues a condition. @param open consents that a person has yet to give. */
function sayAllowed(input: RefusedBackfill, open: readonly BackfillConsent[]): Prose {
  const given = commandOf(input, input.consents, '--yes');
  const missing = open.filter((code) => !input.consents.includes(code));
  return say`the owner of the database consents by adding ${sayConsents(missing)} to ${given}`;
}

function commandOf({ request }: RefusedBackfill, consents: readonly BackfillConsent[], yes?: '--yes'): CommandPart {
  const allowed = consents.map((code) => ['--allow', code] as const);
  const options = [...allowed, ...(yes === undefined ? [] : [[yes] as const])];
  if (request.type === 'one') return command('backfill', [request.name], options);
  if (request.type === 'undo') return command('backfill', [], [['--undo', request.name], ...options]);
  return command('backfill', [], [...(request.to === null ? [] : [['--to', request.to] as const]), ...options]);
}
