/** `not-on-staging`: a pending migration that a target which comes before this one has not applied. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface NotOnStagingArgs {
  /** As the project calls it. */
  readonly target: string;
  /** `other-file`: a file of another content is recorded there. `not-asked`: it is not known. */
  readonly what: 'absent' | 'failed' | 'other-file' | 'not-asked';
  /** Why it could not be asked; null if it was. */
  readonly said: string | null;
}

export const notOnStaging = defineFinding({
  code: 'not-on-staging',
  kinds: ['hazard'],
  title: 'a target that comes before this one has not applied it',
  look: { isShort: true },
  say: ({ args: { target, what, said } }: Found<'not-on-staging', 'hazard', NotOnStagingArgs>) => {
    const plan = command('plan', [], [['--target', target]]);
    switch (what) {
      case 'absent':
        return say`${target} has not applied it. To do so: ${plan}`;
      case 'failed':
        return say`It was begun on ${target}, and not finished. To look: ${plan}`;
      case 'other-file':
        return say`What ${target} applied under this name is not this file.`;
      case 'not-asked':
        return say`It is not known whether ${target} has applied it: ${said ?? ''}.`;
    }
  },
  why: ({ args: { target } }) => `package.json ("after") says that migrations go to ${target} first.`,
});
