/** Consents: parsing `--allow`, and comparing consents with findings. */

import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import {
  backfillConsentCodes,
  blockerCodes,
  type ConsentCode,
  consentCodes,
  fixConsentCodes,
  noteCodes,
} from '../findings/codes.ts';
import { findLateGuard, takesConsent } from '../findings/tell.ts';
import { suggest } from '../text/suggest.ts';
import { splitAllowed } from './allow-list.ts';

/** Consent to one code, for every migration or for one. */
export interface Consent {
  readonly code: ConsentCode;
  readonly migration: string | null;
}

/** The consent that lets `apply` continue in spite of this finding; null if it needs none or there is none. */
export function findConsentCode(finding: Finding): ConsentCode | null {
  if (finding.kind === 'hazard') return finding.code;
  const isLifted = finding.kind === 'blocker' && takesConsent(finding);
  return isLifted ? (consentCodes.find((code) => code === finding.code) ?? null) : null;
}

export function isConsented(consents: readonly Consent[], code: ConsentCode, migration: string | null): boolean {
  return consents.some((consent) => consent.code === code && (consent.migration ?? migration) === migration);
}

/** What keeps `apply` from running a plan, with these consents. */
export interface Gate {
  /** Findings that no consent lifts. */
  readonly blockers: readonly Finding[];
  /** Findings whose consent was not given. */
  readonly unconsented: readonly Finding[];
  /** Consents that no finding needed. Consents that lift guards are never listed: only the transaction shows whether they are needed. */
  readonly unused: readonly Consent[];
}

export function checkGate(findings: readonly Finding[], consents: readonly Consent[]): Gate {
  const asking = findings.flatMap((finding) => {
    const code = findConsentCode(finding);
    return code === null ? [] : [{ finding, code }];
  });
  return {
    blockers: findings.filter((finding) => finding.kind === 'blocker' && findConsentCode(finding) === null),
    unconsented: asking
      .filter(({ finding, code }) => !isConsented(consents, code, finding.place.migration))
      .map(({ finding }) => finding),
    unused: consents.filter(
      (consent) =>
        // A guard may need it although no finding does.
        findLateGuard(consent.code) === null &&
        !asking.some(({ finding, code }) => isConsented([consent], code, finding.place.migration)),
    ),
  };
}

/**
 * Parses the texts of `--allow`: `code` or `code:migration`, or several with commas between them.
 * @throws MigrateError USAGE for an unknown code, also for a wildcard
 */
export function parseConsents(texts: readonly string[]): readonly Consent[] {
  const consents = texts.flatMap((text) => splitAllowed(text, consentCodes)).map(parseConsent);
  return [...new Map(consents.map((consent) => [renderConsent(consent), consent])).values()];
}

/**
 * Parses a single one.
 * @throws MigrateError USAGE for an unknown code, also for a wildcard
 */
function parseConsent(text: string): Consent {
  const [word = '', ...rest] = text.split(':');
  const code = consentCodes.find((candidate) => candidate === word);
  const migration = rest.length > 0 ? rest.join(':') : null;
  if (code && migration !== '' && migration !== '*') return { code, migration };
  const near = suggest(word, consentCodes);
  const other = explainNoConsent(word);
  throw new MigrateError(
    'USAGE',
    code
      ? `--allow ${code}: names no migration.`
      : other === null
        ? `There is nothing called "${word}" to allow.`
        : `apply does not allow ${word}, which ${other}.`,
    near && !code && other === null
      ? `Did you mean --allow ${near}?`
      : `Each hazard is allowed by its name: ${consentCodes.join(', ')}.`,
  );
}

/** @returns the end of the sentence about a code for which apply takes no consent; null if it is no such code */
export function explainNoConsent(word: string): string | null {
  const is = (codes: readonly string[]) => codes.includes(word);
  if (is(blockerCodes)) return 'is a blocker: no consent lifts it';
  if (is(noteCodes)) return 'is a note: it needs no consent';
  if (is(backfillConsentCodes)) return 'is a consent of backfill';
  return is(fixConsentCodes) ? 'is a consent of drift --fix' : null;
}

/** As `--allow` takes it. */
export function renderConsent(consent: Consent): string {
  return consent.migration === null ? consent.code : `${consent.code}:${consent.migration}`;
}

/** The consents that would lift every finding that can be lifted, one for each code and migration. */
export function collectConsents(findings: readonly Finding[]): readonly Consent[] {
  const consents = new Map<string, Consent>();
  for (const finding of findings) {
    const code = findConsentCode(finding);
    if (code === null) continue;
    const consent = { code, migration: finding.place.migration };
    consents.set(renderConsent(consent), consent);
  }
  return [...consents.values()];
}
