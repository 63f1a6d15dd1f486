/** The codes of all findings by kind, in the order of the catalogue. */

import { catalogue, type Finding } from './catalogue.ts';
import type { Kind } from './finding.ts';
import { unfinished } from './unfinished.ts';

type CodeOf<K extends Kind> = Extract<Finding, { readonly kind: K }>['code'];

function listCodes<K extends Kind>(kind: K): readonly CodeOf<K>[] {
  const definitions: readonly { readonly code: string; readonly kinds: readonly Kind[] }[] = Object.values(catalogue);
  const codes = definitions.filter(({ kinds }) => kinds.includes(kind)).map(({ code }) => code);
  return codes as readonly CodeOf<K>[];
}

export const blockerCodes = listCodes('blocker');

export const hazardCodes = listCodes('hazard');

export const noteCodes = listCodes('note');

/**
 * The codes that `apply --allow` takes. Some also lift guards that show only while applying (`Definition.guards`);
 * `data-loss` lifts the guards of losses that the plan showed.
 */
export const consentCodes = [unfinished.code, ...hazardCodes] as const;

export const backfillConsentCodes = ['unproven', 'rows-unseen', 'replace-tracker'] as const;

export const fixConsentCodes = ['drops'] as const;

export type FixConsent = (typeof fixConsentCodes)[number];

export type BackfillConsent = (typeof backfillConsentCodes)[number];

export type ConsentCode = (typeof consentCodes)[number];
