/** `doctor`: whether everything is there that `apply` needs. */

import { latestKnownPrisma } from '../../adapters/prisma/prisma-version.ts';
import type { Check } from '../../doctor/check.ts';
import { examine, mayOnlyRead } from '../../doctor/examine.ts';
import { MigrateError } from '../../errors.ts';
import { describeTarget } from '../../target/target.ts';
import { count } from '../../text/count.ts';
import { listSome } from '../../text/list.ts';
import { command, joinSpans } from '../../text/prose.ts';
import { writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { labels, renderDoctor } from '../report/text/doctor.ts';
import { gatherFacts } from './doctor-facts.ts';

export async function runDoctor(run: Run): Promise<Report> {
  const { facts, target, requests } = await gatherFacts(run);
  const checks = examine(facts, latestKnownPrisma).map((check) => ({
    ...check,
    fix: check.fix === null ? null : writeStep(run, check.fix),
  }));
  const error = findError(checks);
  const hasNothing = facts.pending.type === 'found' && facts.pending.value === 0;
  const next = hasNothing ? null : writeStep(run, command('plan'));
  const title = target && describeTarget(target);
  return {
    exitCode: error === null ? 0 : 1,
    text: (screen) => renderDoctor({ target: title, onlyReads: mayOnlyRead(facts), checks, next }, screen),
    json: () => ({
      checks: checks.map(({ id, state, text, fix }) => ({ id, state, text, fix: fix && joinSpans(fix) })),
      requests,
    }),
    error,
    errorText: null,
  };
}

function findError(checks: readonly Pick<Check, 'id' | 'state'>[]): MigrateError | null {
  const failed = checks.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return null;
  const message = `${count(failed.length, 'thing')} ${failed.length === 1 ? 'stops' : 'stop'} apply: ${listSome(failed.map(({ id }) => labels[id]))}.`;
  return new MigrateError('NOT_READY', message, 'Do what "fix" of these checks says, then run the same command again.');
}
