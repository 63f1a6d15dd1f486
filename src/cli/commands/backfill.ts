/** `backfill`: records what production has already, proven, without running anything. */

import { readWho } from '../../adapters/files/who.ts';
import { printable } from '../../adapters/terminal/printable.ts';
import {
  type BackfillAnswer,
  type BackfillConsent,
  type BackfillInput,
  type BackfillQuestion,
  type BackfillResult,
  backfillMigrations,
} from '../../operations/backfill.ts';
import { readVersion } from '../../version.ts';
import { createOutside } from '../../wiring.ts';
import { askYes, canAsk, tell } from '../ask.ts';
import { listFlag } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { renderBackfillConsent, renderBackfilled, renderBackfillQuestion } from '../render/backfill.ts';
import { describeDifferences } from '../render/drift.ts';
import { count } from '../render/layout.ts';
import { withProject } from '../session.ts';
import { usage } from '../usage.ts';

/** As they were typed. */
export interface BackfillWords {
  readonly name: string | undefined;
  readonly undo?: string;
  readonly to?: string;
  readonly allow?: readonly string[];
}

/** @throws MigrateError USAGE, and those of the project, the connection and `backfillMigrations` */
export async function runBackfill(run: Run, words: BackfillWords): Promise<Report> {
  const { name, undo, to } = words;
  if (name !== undefined && undo !== undefined) {
    throw usage('backfill records one migration or takes one back, not both.', `migrate-prod backfill --undo ${undo}`);
  }
  if (to !== undefined && (name !== undefined || undo !== undefined)) {
    throw usage('--to ends a list of migrations, and only one is named.', `migrate-prod backfill --to ${to}`);
  }
  const consents = (words.allow ?? []).map(parseBackfillConsent);
  const direction = undo === undefined ? 'record' : 'undo';
  run.keepFlags((command) => (command === 'backfill' ? listFlag('--to', to) : []));
  return withProject(run, 'writing', async ({ database, migrations, externalTables }) => {
    const target = database.target.name;
    const result = await backfillMigrations({
      database,
      migrations,
      externalTables,
      outside: createOutside(readWho(run.context.env), readVersion()),
      name: undo ?? name ?? null,
      to,
      direction,
      consents,
      confirm: async (question) => {
        const answer = await confirm(run, question, direction, target);
        if (answer.type === 'yes') run.progress.wait(`Writing to the tracker of ${target}`);
        return answer;
      },
    });
    return {
      exitCode: result.error?.exitCode ?? 0,
      text: (screen) => renderBackfilled(result, target, screen),
      json: () => ({ ...describeResult(result), requests: database.requests() }),
      error: result.error,
    };
  });
}

const backfillConsents: readonly BackfillConsent[] = ['unproven', 'replace-tracker'];

function parseBackfillConsent(word: string): BackfillConsent {
  const consent = backfillConsents.find((code) => code === word);
  if (consent) return consent;
  throw usage(
    `There is nothing called "${word}" for backfill to allow.`,
    `backfill allows by name: ${backfillConsents.join(', ')}.`,
  );
}

/** `--yes` stands for the last question only: hazards are asked for in any case. */
async function confirm(
  run: Run,
  question: BackfillQuestion,
  direction: BackfillInput['direction'],
  target: string,
): Promise<BackfillAnswer> {
  refuseInterrupted(run);
  if (question.open.length === 0 && run.options.yes === true) return { type: 'yes', consents: [] };
  if (!canAsk(run)) return { type: 'cannot-ask' };
  tell(run, renderBackfillQuestion(question, target, run.conversation));
  for (const code of question.open) {
    tell(run, renderBackfillConsent(code, question, run.conversation));
    if (!(await askYes(run, `Go on all the same (${code})?`))) return { type: 'no' };
  }
  if (run.options.yes === true) return { type: 'yes', consents: question.open };
  return (await askYes(run, nameQuestion(question, direction, target)))
    ? { type: 'yes', consents: question.open }
    : { type: 'no' };
}

function nameQuestion({ items }: BackfillQuestion, direction: BackfillInput['direction'], target: string): string {
  const what = count(items.length, 'migration');
  const where = printable(target);
  if (direction === 'undo') return `Take the record of ${what} back in ${where}?`;
  switch (items[0]?.action) {
    case 'roll-back':
      return `Mark it as rolled back in ${where}, so that it may run again?`;
    case 'accept':
      return `Take ${items.length === 1 ? 'its present file' : 'their present files'} for what ran in ${where}?`;
    default:
      return `Record ${what} as applied in ${where}, without running anything?`;
  }
}

function describeResult({ outcome, names, proof, provenTo }: BackfillResult): Readonly<Record<string, unknown>> {
  return {
    outcome,
    names,
    proof: proof && {
      proven: proof.proven,
      differences: describeDifferences(proof.differences),
      reason: proof.reason,
      rowsUnseen: proof.rowsUnseen,
    },
    provenTo,
  };
}
