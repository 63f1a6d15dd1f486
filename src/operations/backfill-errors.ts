/** What is said when a backfill does not write: what was found, and what to run instead. */

import { type History, isDone, isToApply } from '../core/migrations/history.ts';
import type { BackfillConsent } from '../core/plan/findings.ts';
import { listSome } from '../core/text/list.ts';
import { renderWithOperand, writeOption } from '../core/text/shell.ts';
import { MigrateError } from '../errors.ts';
import type { BackfillInput } from './backfill.ts';
import type { BackfillItem } from './backfill-choice.ts';
import type { BackfillProof } from './backfill-proof.ts';
import { describeDoubt } from './proof.ts';

/** How far production goes with the folder: up to this migration it has exactly what the folder makes, or most nearly. */
export interface WayOut {
  readonly type: 'exact' | 'nearest';
  readonly to: string;
  /** Whether production lacks something of it. */
  readonly lacks: boolean;
}

export interface Doubt {
  readonly items: readonly BackfillItem[];
  readonly history: History;
  readonly proof: BackfillProof;
  /** null where there is none, or where it is of no use. */
  readonly way: WayOut | null;
  /** Every consent that writing it would need, and those of them that are lacking. */
  readonly needed: readonly BackfillConsent[];
  readonly open: readonly BackfillConsent[];
}

/** To record what an empty database does not have would leave it without its tables for good. */
export function nothingThere(): MigrateError {
  return new MigrateError(
    'UNPROVEN',
    'Production has no tables, so it has nothing of what these migrations make. Nothing was written.',
    'migrate-prod plan',
  );
}

export function unproven(input: BackfillInput, doubt: Doubt): MigrateError {
  const { items, proof, way, needed, open } = doubt;
  const allowed = commandOf(input, needed, '--yes');
  if (!open.includes('unproven')) {
    const { rowsUnseen } = proof;
    const many = rowsUnseen.length > 1;
    return new MigrateError(
      'UNPROVEN',
      `${listSome(rowsUnseen)} ${many ? 'change' : 'changes'} rows, and no schema shows whether that happened in production. Nothing was written.`,
      `If ${many ? 'they' : 'it'} ran: ${allowed}`,
    );
  }
  const [only] = items;
  const what = items.length === 1 ? `${only?.name}` : `these ${items.length} migrations`;
  const found = `Production does not have exactly what the migrations make, ${what} ${only?.action === 'roll-back' ? 'left out' : 'included'}: ${describeDoubt(proof)}. Nothing was written.`;
  if (way === null) return new MigrateError('UNPROVEN', found, `If production is right all the same: ${allowed}`);
  return way.type === 'exact' ? describeExact(found, way, doubt) : describeNearest(found, way, doubt, input, allowed);
}

function describeExact(found: string, way: WayOut, doubt: Doubt): MigrateError {
  const said = `${found} It has exactly what the folder makes up to ${way.to}`;
  return isRecordedTo(way, doubt)
    ? new MigrateError('UNPROVEN', `${said}, which is recorded: the rest was never applied.`, 'migrate-prod plan')
    : new MigrateError('UNPROVEN', `${said}.`, `migrate-prod backfill ${writeOption('--to', way.to)}`);
}

/** There are changes made by hand as well, which `drift --fix` writes down. */
function describeNearest(
  found: string,
  way: WayOut,
  doubt: Doubt,
  input: BackfillInput,
  allowed: string,
): MigrateError {
  if (way.lacks) {
    return new MigrateError(
      'UNPROVEN',
      `${found} It is nearest to what the folder makes up to ${way.to}, and lacks something of that too.`,
      'Only somebody who knows production can tell which of them it has: migrate-prod backfill <name> --allow unproven records one.',
    );
  }
  if (doubt.items.at(-1)?.name === way.to) {
    return new MigrateError('UNPROVEN', found, `If production is right all the same: ${allowed}`);
  }
  const said = `${found} It is nearest to what the folder makes up to ${way.to}`;
  if (isRecordedTo(way, doubt)) {
    return new MigrateError(
      'UNPROVEN',
      `${said}, which is recorded: what comes after${besides(way, doubt)} was hardly applied.`,
      'migrate-prod plan',
    );
  }
  const request = { type: 'all', to: way.to } as const;
  return new MigrateError(
    'UNPROVEN',
    `${said}: what comes after${besides(way, doubt)} was hardly applied.`,
    commandOf({ ...input, request }, ['unproven'], '--yes'),
  );
}

/** Out of order, a later one may well be recorded. */
function besides({ to }: WayOut, { history }: Doubt): string {
  const end = history.entries.findIndex(({ name }) => name === to);
  return history.entries.slice(end + 1).some(({ state }) => isDone(state)) ? ' and is not recorded' : '';
}

function isRecordedTo({ to }: WayOut, { history }: Doubt): boolean {
  const end = history.entries.findIndex(({ name }) => name === to);
  return !history.entries.slice(0, end + 1).some((entry) => isToApply(entry));
}

export function trackerNotReplaced(input: BackfillInput, needed: readonly BackfillConsent[]): MigrateError {
  return new MigrateError(
    'CONSENT_MISSING',
    'The table "_prisma_migrations" in production is not Prisma\'s; it would be kept under another name, and Prisma\'s made in its place. Nothing was written.',
    commandOf(input, needed, '--yes'),
  );
}

export function notConfirmed(answer: 'no' | 'cannot-ask', input: BackfillInput): MigrateError {
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

function commandOf({ request }: BackfillInput, consents: readonly BackfillConsent[], yes?: '--yes'): string {
  const options = [...consents.map((code) => `--allow ${code}`), ...(yes ? [yes] : [])];
  if (request.type === 'one') return renderWithOperand('migrate-prod backfill', options, request.name);
  if (request.type === 'undo') options.unshift(writeOption('--undo', request.name));
  else if (request.to !== null) options.unshift(writeOption('--to', request.to));
  return ['migrate-prod backfill', ...options].join(' ');
}
