/** `doctor`: whether everything is there that `apply` needs. */

import { latestKnownPrisma } from '../../adapters/prisma/prisma-version.ts';
import { examine, mayOnlyRead } from '../../doctor/examine.ts';
import { MigrateError } from '../../errors.ts';
import { describeTarget } from '../../target/target.ts';
import { command, joinSpans } from '../../text/prose.ts';
import { writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { describeStops, renderDoctor } from '../report/text/doctor.ts';
import { gatherFacts } from './doctor-facts.ts';

const mend = 'Do what "fix" of these checks says, then run the same command again.';

export async function runDoctor(run: Run): Promise<Report> {
  const { facts, target, requests } = await gatherFacts(run);
  const checks = examine(facts, latestKnownPrisma).map((check) => ({
    ...check,
    fix: check.fix === null ? null : writeStep(run, check.fix),
  }));
  const stops = describeStops(checks);
  const error = stops === null ? null : new MigrateError('NOT_READY', stops, mend);
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
