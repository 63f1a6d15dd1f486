/** Vercel builds every branch, often with production's credentials: nothing is written from a build that is not production's. */

import { sayConsents } from '../consents/say-consents.ts';
import { MigrateError } from '../errors.ts';
import { say, typedCommand } from '../text/prose.ts';
import type { Run } from './context.ts';
import { type TakenConsent, takeConsent } from './run-consents.ts';

/** What a person writes behind `--allow` where such a build has a database of its own. */
const consent = 'preview-deployment';

/**
 * Before anything is opened.
 * @param allow as it was typed.
 * @throws MigrateError PREVIEW_DEPLOYMENT
 */
export function refusePreview({ context: { env }, notice }: Run, allow: readonly string[] | undefined): TakenConsent {
  const taken = takeConsent(allow, consent);
  const kind = env.VERCEL_ENV ?? '';
  const isPreview = kind !== '' && kind !== 'production';
  if (isPreview && !taken.isGiven) throw refuse(kind);
  if (!isPreview && taken.isGiven) notice(`--allow ${consent} was not needed: this is no preview deployment.`);
  return taken;
}

function refuse(kind: string): MigrateError {
  return new MigrateError(
    'PREVIEW_DEPLOYMENT',
    `This runs in a deployment of Vercel that is not production's (VERCEL_ENV is ${kind}): its commit is not what production runs. Nothing was written.`,
    say`Write from the production deployment, or from CI on the main branch. If this deployment has a database of its own, its owner consents by adding ${sayConsents([consent])} to ${typedCommand()}`,
  );
}
