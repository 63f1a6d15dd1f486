/**
 * Consents in a sentence: options for a person to add. They are never a part of a command that we hand out, because a script or
 * an agent runs such a command as it stands.
 */

import { flag, type Part, type Prose } from '../text/prose.ts';

/** `--allow data-loss --allow behind` @param consents as `--allow` takes them. */
export function sayConsents(consents: readonly string[]): Prose {
  return consents.flatMap((consent, index): readonly Part[] => {
    const own = flag('--allow', consent);
    return index === 0 ? [own] : [{ type: 'text', text: ' ' }, own];
  });
}
