/** Option values: checked where they are read, so that nothing is opened for a command line that is wrong. */

import { type Consent, consentCodes } from '../core/plan/findings.ts';
import { isPlanId } from '../core/plan/plan.ts';
import { suggest } from '../core/text/suggest.ts';
import { MigrateError } from '../errors.ts';

/** A day: more would overflow a timer sooner or later, and helps nobody. */
const longestTimeout = 86_400;

/** @throws MigrateError USAGE */
export function parseTimeout(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds > 0 && seconds <= longestTimeout) return seconds;
  throw new MigrateError(
    'USAGE',
    `--timeout takes a number of seconds above 0, up to ${longestTimeout}; it was given ${value}.`,
    'For example --timeout 60',
  );
}

/** @throws MigrateError USAGE */
export function parsePlanId(value: string): string {
  if (isPlanId(value)) return value;
  throw new MigrateError(
    'USAGE',
    `--plan takes the id of a plan, as in 7f3a9c2e-0a1b2c3d4e; it was given ${value}.`,
    'migrate-prod plan prints it.',
  );
}

/** One `--allow <code>` or `--allow <code>:<migration>`. @throws MigrateError USAGE */
export function parseConsent(value: string): Consent {
  const [name = '', ...rest] = value.split(':');
  const migration = rest.length === 0 ? null : rest.join(':');
  const code = consentCodes.find((candidate) => candidate === name);
  if (code === undefined) throw refuseCode(name);
  if (migration === '' || migration?.includes('*')) {
    throw new MigrateError(
      'USAGE',
      `--allow ${value} names no migration after the colon.`,
      `Name one, as in --allow ${code}:20260301083000_split_address, or none: --allow ${code}`,
    );
  }
  return { code, migration };
}

function refuseCode(name: string): MigrateError {
  const wildcard = name.includes('*') || name === 'all';
  const near = wildcard ? null : suggest(name, consentCodes);
  return new MigrateError(
    'USAGE',
    wildcard
      ? 'There is no consent to everything: each hazard is allowed by its own code.'
      : `--allow does not know ${name === '' ? 'an empty code' : name}.`,
    near !== null
      ? `Did you mean --allow ${near}?`
      : `migrate-prod plan says what needs consent. The codes are ${consentCodes.join(', ')}.`,
  );
}
