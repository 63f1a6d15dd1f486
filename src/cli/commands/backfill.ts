/** `backfill`: records what production has already, proven, without running anything. */

import { readWho } from '../../adapters/files/who.ts';
import {
  type BackfillAnswer,
  type BackfillQuestion,
  type BackfillResult,
  backfillMigrations,
} from '../../backfill/backfill.ts';
import type { BackfillRequest } from '../../backfill/choice.ts';
import { MigrateError } from '../../errors.ts';
import { backfillConsentCodes } from '../../findings/codes.ts';
import { isAbsentLeft } from '../../schema/compare/difference.ts';
import { describeTarget } from '../../target/target.ts';
import { type CommandPart, command } from '../../text/prose.ts';
import { readVersion } from '../../version.ts';
import { createOutside } from '../../wiring.ts';
import { askYes, canAsk, canAskConsent, tell } from '../ask.ts';
import { listFlag, writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { parseAllowed } from '../options.ts';
import { refusePreview } from '../preview-deployment.ts';
import {
  renderBackfillConsent,
  renderBackfilled,
  renderBackfillQuestion,
  renderQuestion,
} from '../report/text/backfill.ts';
import { describeDifferences } from '../report/text/drift.ts';
import { withProject } from '../session.ts';
import { takeTrackedConsent } from '../token-files.ts';
import { watchOutside } from '../watched.ts';

/** As they were typed. */
export interface BackfillWords {
  readonly name: string | undefined;
  readonly undo: string | undefined;
  readonly to: string | undefined;
  readonly allow: readonly string[] | undefined;
}

/** @throws MigrateError USAGE, and those of the project, the connection and `backfillMigrations` */
export async function runBackfill(run: Run, words: BackfillWords): Promise<Report> {
  const { name, undo, to } = words;
  if (name !== undefined && undo !== undefined) {
    throw new MigrateError(
      'USAGE',
      'backfill records one migration or undoes one, not both.',
      command('backfill', [], [['--undo', undo]]),
    );
  }
  if (to !== undefined && (name !== undefined || undo !== undefined)) {
    throw new MigrateError(
      'USAGE',
      '--to ends a list of migrations, but only one is named.',
      undo === undefined ? command('backfill', [], [['--to', to]]) : command('backfill', [], [['--undo', undo]]),
    );
  }
  const preview = refusePreview(run, words.allow);
  const tracked = takeTrackedConsent(preview.allow);
  const consents = parseAllowed(tracked.allow ?? [], backfillConsentCodes, 'backfill');
  const request = chooseRequest(words);
  run.keepFlags(() => [...listFlag('--to', to), ...preview.flags, ...tracked.flags]);
  return withProject(run, 'must-exist', async ({ database, migrations, externalTables, tokenFiles }) => {
    const target = describeTarget(database.target);
    const result = await backfillMigrations({
      database,
      migrations,
      externalTables,
      outside: watchOutside(run, createOutside(readWho(run.context.env), readVersion(), run.context.signal)),
      request,
      consents,
      timeoutSeconds: run.timeoutSeconds,
      confirm: async (question) => {
        await tokenFiles.refuseTracked(tracked);
        const answer = await confirm(run, question, target);
        if (answer.type === 'yes') run.progress.wait(`Writing to the tracker of ${target}`);
        return answer;
      },
    });
    return {
      exitCode: result.error?.exitCode ?? 0,
      text: (screen) => {
        const next = findNext(result);
        return renderBackfilled(result, { target, next: next && writeStep(run, next) }, screen);
      },
      json: () => ({ ...describeResult(result), requests: database.requests() }),
      error: result.error,
    };
  });
}

function chooseRequest({ name, undo, to }: BackfillWords): BackfillRequest {
  if (undo !== undefined) return { type: 'undo', name: undo };
  return name === undefined ? { type: 'all', to: to ?? null } : { type: 'one', name };
}

/** `--yes` stands for the last question only: hazards are asked for in any case. */
async function confirm(run: Run, question: BackfillQuestion, target: string): Promise<BackfillAnswer> {
  refuseInterrupted(run);
  if (question.open.length === 0 && run.options.yes === true) return { type: 'yes', consents: [] };
  if (!(question.open.length > 0 ? canAskConsent(run) : canAsk(run))) return { type: 'cannot-ask' };
  tell(run, renderBackfillQuestion(question, target, run.conversation));
  for (const code of question.open) {
    tell(run, renderBackfillConsent(code, question, run.conversation));
    if (!(await askYes(run, `Go on anyway (${code})?`))) return { type: 'no' };
  }
  if (run.options.yes === true) return { type: 'yes', consents: question.open };
  return (await askYes(run, renderQuestion(question, target)))
    ? { type: 'yes', consents: question.open }
    : { type: 'no' };
}

/** The rest is to be applied; then, what production has and no migration makes is to be written down. */
function findNext({ outcome, proof, pending }: BackfillResult): CommandPart | null {
  if (outcome !== 'recorded' || proof === null) return null;
  if (pending > 0) return command('plan');
  if (proof.proven || proof.differences.length === 0 || proof.differences.some(isAbsentLeft)) return null;
  return command('drift', [], [['--fix']]);
}

function describeResult({
  outcome,
  items,
  proof,
  provenTo,
  keptAs,
}: BackfillResult): Readonly<Record<string, unknown>> {
  return {
    outcome,
    names: items.map(({ name }) => name),
    items: items.map(({ name, action }) => ({ name, action })),
    proof: proof && {
      proven: proof.proven,
      differences: describeDifferences(proof.differences),
      lost: describeDifferences(proof.lost),
      reason: proof.reason,
      rowsUnseen: proof.rowsUnseen,
    },
    provenTo,
    keptAs,
  };
}
