/** Vercel builds every branch, often with production's credentials: nothing is written from a build that is not production's. */

import { sayConsents } from '../consents/say-consents.ts';
import { MigrateError } from '../errors.ts';
import { type Flag, say, typedCommand } from '../text/prose.ts';
import type { Run } from './context.ts';

/** What a person writes behind `--allow` where such a build has a database of its own. */
const consent = 'preview-deployment';

export interface PreviewConsent {
  /** The other texts of `--allow`. */
  readonly allow: readonly string[];
  /** The option, for the next command. */
  readonly flags: readonly Flag[];
}

/**
 * Before anything is opened.
 * @param allow as it was typed; the consent is about no migration, so no list of consents to findings has it.
 * @throws MigrateError PREVIEW_DEPLOYMENT
 */
export function refusePreview({ context: { env }, notice }: Run, allow: readonly string[] = []): PreviewConsent {
  const words = allow.map((text) => text.split(','));
  const isGiven = words.some((parts) => parts.some(isConsent));
  const kept = words.map((parts) => parts.filter((part) => !isConsent(part)).join(','));
  const others = isGiven ? kept.filter((text) => text.trim() !== '') : allow;
  const kind = env.VERCEL_ENV ?? '';
  const isPreview = kind !== '' && kind !== 'production';
  if (isPreview && !isGiven) throw refuse(kind);
  if (!isPreview && isGiven) notice(`--allow ${consent} was not needed: this is no preview deployment.`);
  return { allow: others, flags: isGiven ? [{ name: '--allow', value: consent }] : [] };
}

function isConsent(part: string): boolean {
  return part.trim() === consent;
}

function refuse(kind: string): MigrateError {
  return new MigrateError(
    'PREVIEW_DEPLOYMENT',
    `This runs in a deployment of Vercel that is not production's (VERCEL_ENV is ${kind}): its commit is not what production runs. Nothing was written.`,
    say`Write from the production deployment, or from CI on the main branch. If this deployment has a database of its own, its owner consents by adding ${sayConsents([consent])} to ${typedCommand()}`,
  );
}
