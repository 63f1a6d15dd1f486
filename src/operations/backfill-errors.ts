/** What is said when a backfill does not write: what was found, and what to run instead. */

import { type History, isToApply } from '../core/migrations/history.ts';
import { describeDifference } from '../core/schema/difference.ts';
import { MigrateError } from '../errors.ts';
import type { BackfillInput, BackfillProof } from './backfill.ts';
import type { BackfillChoice } from './backfill-choice.ts';

const shownDifferences = 3;

/** @param provenTo the last migration of the folder's beginning that makes production's schema; null where there is none. */
export function unproven(
  input: BackfillInput,
  { items }: BackfillChoice,
  history: History,
  proof: BackfillProof,
  provenTo: string | null,
): MigrateError {
  const what = items.length === 1 ? `${items[0]?.name} is recorded` : `these ${items.length} migrations are recorded`;
  const found = `It is not proven that production has exactly what the migrations make once ${what}: ${describeProof(proof)}. Nothing was written.`;
  if (provenTo === null || input.direction === 'undo') {
    return new MigrateError(
      'UNPROVEN',
      found,
      `Look at the differences: migrate-prod drift. If production is right all the same: ${commandOf(input)} --allow unproven`,
    );
  }
  const end = history.entries.findIndex(({ name }) => name === provenTo);
  const provable = history.entries.slice(0, end + 1).filter((entry) => isToApply(entry));
  return provable.length === 0
    ? new MigrateError(
        'UNPROVEN',
        `${found} Production is exactly what the folder makes up to ${provenTo}, which is recorded; the rest was never applied.`,
        'migrate-prod plan',
      )
    : new MigrateError(
        'UNPROVEN',
        `${found} It is exactly what the folder makes up to ${provenTo}.`,
        `migrate-prod backfill --to ${provenTo}`,
      );
}

function describeProof({ differences, reason }: BackfillProof): string {
  if (reason !== null) return reason;
  const sides = { left: 'production', right: 'the migrations' };
  const shown = differences.slice(0, shownDifferences).map((difference) => describeDifference(difference, sides));
  const more = differences.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

export function trackerNotReplaced(input: BackfillInput): MigrateError {
  return new MigrateError(
    'CONSENT_MISSING',
    'The table "_prisma_migrations" in production is not Prisma\'s; it would be kept under another name, and Prisma\'s made in its place. Nothing was written.',
    `${commandOf(input)} --allow replace-tracker --yes`,
  );
}

export function notConfirmed(answer: 'no' | 'cannot-ask', input: BackfillInput): MigrateError {
  return answer === 'no'
    ? new MigrateError('DECLINED', 'Not confirmed (only y counts); nothing was written.', commandOf(input))
    : new MigrateError(
        'CONFIRMATION_MISSING',
        'There is no terminal to confirm on; nothing was written.',
        `${commandOf(input)} --yes`,
      );
}

function commandOf({ direction, name, to, consents }: BackfillInput): string {
  return [
    'migrate-prod backfill',
    direction === 'undo' ? '--undo' : null,
    name,
    to === undefined ? null : `--to ${to}`,
    ...consents.map((code) => `--allow ${code}`),
  ]
    .filter(Boolean)
    .join(' ');
}
