/** Consents to how a command is run. They are about no migration, so no list of consents to findings has them. */

import type { Flag } from '../text/prose.ts';

export interface TakenConsent {
  readonly isGiven: boolean;
  /** The other texts of `--allow`; undefined if there are none. */
  readonly allow: readonly string[] | undefined;
  /** The option, for the next command. */
  readonly flags: readonly Flag[];
}

/** @param allow as it was typed: a name, or several with commas between them. */
export function takeConsent(allow: readonly string[] | undefined, consent: string): TakenConsent {
  const isConsent = (part: string) => part.trim() === consent;
  const others = (allow ?? []).flatMap((text) => {
    const parts = text.split(',');
    const rest = parts.filter((part) => !isConsent(part));
    return rest.length === 0 ? [] : [rest.length === parts.length ? text : rest.join(',')];
  });
  const isGiven = (allow ?? []).some((text) => text.split(',').some(isConsent));
  return {
    isGiven,
    allow: others.length === 0 ? undefined : others,
    flags: isGiven ? [{ name: '--allow', value: consent }] : [],
  };
}
