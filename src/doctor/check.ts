/** One line of the page that `doctor` shows. */

import type { Sayable } from '../text/prose.ts';

/** `failed` stops `apply`; a `warning` does not; `skipped` was not looked at. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'skipped';

/** In the order of the page. */
export const checkIds = [
  'node',
  'embedded-engine',
  'prisma-engine',
  'project',
  'prisma',
  'schema',
  'migrations',
  'credentials',
  'credentials-file',
  'token',
  'server',
  'engine',
  'transactions',
  'foreign-keys',
  'tracker',
  'pending',
] as const;

export type CheckId = (typeof checkIds)[number];

export interface Check {
  readonly id: CheckId;
  readonly state: CheckState;
  /** What was found; of a skipped one, why it was not looked at. */
  readonly text: string;
  /** What to do about it; null where there is nothing to do. */
  readonly fix: Sayable | null;
}

type Judged = Omit<Check, 'id'>;

export function ok(text: string): Judged {
  return { state: 'ok', text, fix: null };
}

export function warning(text: string, fix: Sayable | null): Judged {
  return { state: 'warning', text, fix };
}

export function failed(text: string, fix: Sayable): Judged {
  return { state: 'failed', text, fix };
}

/** @param because a clause, as in "there is no project". */
export function skipped(because: string): Judged {
  return { state: 'skipped', text: `not looked at, because ${because}`, fix: null };
}

/** @param state what it means that this could not be had. */
export function refused(
  { message, steps }: { readonly message: string; readonly steps: Sayable },
  state: 'warning' | 'failed',
): Judged {
  // Here nothing is ever written.
  return { state, text: message.replace(/ Nothing was (?:written|sent)\.$/, ''), fix: steps };
}

export type { Judged };
