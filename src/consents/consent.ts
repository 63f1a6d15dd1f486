/** Consents: what `--allow` takes, and what stands between findings and `apply`. */

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

/** The consent that would let `apply` go past this finding; null where nothing does, or nothing need. */
export function findConsentCode(finding: Finding): ConsentCode | null {
  if (finding.kind === 'hazard') return finding.code;
  const isLifted = finding.kind === 'blocker' && takesConsent(finding);
  return isLifted ? (consentCodes.find((code) => code === finding.code) ?? null) : null;
}

export function isConsented(consents: readonly Consent[], code: ConsentCode, migration: string | null): boolean {
  return consents.some((consent) => consent.code === code && (consent.migration ?? migration) === migration);
}

/** What stands between a plan and `apply`, given these consents. */
export interface Gate {
  /** No consent lifts these. */
  readonly blockers: readonly Finding[];
  /** These need a consent that was not given. */
  readonly unconsented: readonly Finding[];
  /** Consents that no finding asked for. Those that lift guards are never counted: the need shows only inside. */
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
        // It may be needed where no finding says so.
        findLateGuard(consent.code) === null &&
        !asking.some(({ finding, code }) => isConsented([consent], code, finding.place.migration)),
    ),
  };
}

/**
 * Parses what `--allow` takes: `code` or `code:migration`, or several with commas between them.
 * @throws MigrateError USAGE for an unknown code; a wildcard is one.
 */
export function parseConsents(texts: readonly string[]): readonly Consent[] {
  const consents = texts.flatMap((text) => splitAllowed(text, consentCodes)).map(parseConsent);
  return [...new Map(consents.map((consent) => [renderConsent(consent), consent])).values()];
}

/**
 * Parses one of them.
 * @throws MigrateError USAGE for an unknown code; a wildcard is one.
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

/** @returns how the sentence about a code goes on that apply takes no consent to; null for what is no such code. */
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
