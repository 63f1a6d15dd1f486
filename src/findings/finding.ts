/** Findings: what a plan wants to tell, under a closed set of codes. */

import { splitAllowed } from '../consents/allow-list.ts';
import { MigrateError } from '../errors.ts';
import { suggest } from '../text/suggest.ts';

/** Will not run. */
export const blockerCodes = [
  'transaction-control',
  'touches-tracker',
  'unbound-parameter',
  'reaches-outside',
  'server-refuses',
  'rehearsal-failed',
  'exists-different',
  'unfinished',
  'renamed',
  'squashed',
  'squash-ahead',
  'no-history',
  'duplicates',
  'nulls',
  'needs-default',
  'check-fails',
  'foreign-keys',
] as const;

/** Needs consent. */
export const hazardCodes = [
  'no-history',
  'behind',
  'recorded-elsewhere',
  'out-of-order',
  'column-order',
  'partly-applied',
  'drops-referenced',
  'drops-trigger',
  'drops-index',
  'leaves-broken',
  'exists-different',
  'data-loss',
  'foreign-keys',
  'unrehearsed',
] as const;

/** Good to know. */
export const noteCodes = [
  'other-tables',
  'edited',
  'unverified',
  'missing',
  'out-of-order',
  'rebuild',
  'foreign-key-mismatch',
  'foreign-tracker',
  'kept',
  'broken-before',
  'leaves-out',
  'pragma-left-out',
  'data-loss',
  'unasked',
  'long-lock',
  'breaks-running-code',
] as const;

/**
 * What `apply --allow` takes. `foreign-keys` and `unrehearsed` also lift guards that only speak up while applying; `data-loss`
 * lifts those of the losses that the plan showed.
 */
export const consentCodes = ['unfinished', ...hazardCodes] as const;

/** What `backfill --allow` takes. */
export const backfillConsentCodes = ['unproven', 'rows-unseen', 'replace-tracker'] as const;

/** What `drift --fix --allow` takes. */
export const fixConsentCodes = ['drops'] as const;

export type FixConsent = (typeof fixConsentCodes)[number];

export type BackfillConsent = (typeof backfillConsentCodes)[number];

export type ConsentCode = (typeof consentCodes)[number];

/** How many rows a finding speaks of. */
export interface RowCount {
  readonly rows: number;
  /** Whether counting stopped there: there may be more. */
  readonly atLeast: boolean;
}

/** What production's rows say of a finding. */
export interface FindingEvidence {
  /** null where they could not be counted. */
  readonly count: RowCount | null;
  /** A SELECT that finds the rows in production as it is now; null where there is none to show. */
  readonly query: string | null;
  /** Values of a few of these rows, only where somebody asked to see them; never in JSON, logs or documents. */
  readonly examples: Examples | null;
}

export interface Examples {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface FindingBody {
  /** What it is, in one line. */
  readonly message: string;
  /** Why that matters; one or two sentences. */
  readonly why?: string;
  /** The safe way, written out as SQL. */
  readonly way?: string;
  readonly evidence?: FindingEvidence;
  /** Of what a running application would trip over: the names, quoted. */
  readonly names?: readonly string[];
  /** Of lost data: what would be lost, in the words of the guards that consent to it lifts. */
  readonly losses?: readonly string[];
  /** The migration that it speaks of; null for the plan as a whole. */
  readonly migration: string | null;
  /** The line of the migration's file. */
  readonly line: number | null;
  /** Of what is there already: the migration of the same plan that makes it; production itself has it where absent. */
  readonly madeBy?: string;
  /** The statement, or the object, that it shows. */
  readonly sql: string | null;
}

export type Finding = FindingBody &
  (
    | { readonly kind: 'blocker'; readonly code: (typeof blockerCodes)[number] }
    | { readonly kind: 'hazard'; readonly code: (typeof hazardCodes)[number] }
    | { readonly kind: 'note'; readonly code: (typeof noteCodes)[number] }
  );

/** Consent to one code, for every migration or for one. */
export interface Consent {
  readonly code: ConsentCode;
  readonly migration: string | null;
}

/** The consent that would let `apply` go past this finding; null where nothing does, or nothing need. */
export function findConsentCode(finding: Finding): ConsentCode | null {
  if (finding.kind === 'hazard') return finding.code;
  return finding.kind === 'blocker' && finding.code === 'unfinished' ? 'unfinished' : null;
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

const guardConsents: ReadonlySet<ConsentCode> = new Set(['foreign-keys', 'unrehearsed']);

/** Whether a consent may be needed where no finding says so: its guard speaks only while applying. */
function liftsGuard(code: ConsentCode): boolean {
  return guardConsents.has(code);
}

export function checkGate(findings: readonly Finding[], consents: readonly Consent[]): Gate {
  const asking = findings.flatMap((finding) => {
    const code = findConsentCode(finding);
    return code === null ? [] : [{ finding, code }];
  });
  return {
    blockers: findings.filter((finding) => finding.kind === 'blocker' && findConsentCode(finding) === null),
    unconsented: asking
      .filter(({ finding, code }) => !isConsented(consents, code, finding.migration))
      .map(({ finding }) => finding),
    unused: consents.filter(
      (consent) =>
        !liftsGuard(consent.code) &&
        !asking.some(({ finding, code }) => isConsented([consent], code, finding.migration)),
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
    const consent = { code, migration: finding.migration };
    consents.set(renderConsent(consent), consent);
  }
  return [...consents.values()];
}
