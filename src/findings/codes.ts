/** The closed set of codes, by kind. */

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
