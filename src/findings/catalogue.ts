/** All findings there are: a line for each code. */

import { breaksRunningCode } from './breaks-running-code.ts';
import { brokenBefore } from './broken-before.ts';
import { checkFails } from './check-fails.ts';
import { dataLoss } from './data-loss.ts';
import { dropsIndex, dropsTrigger } from './drops-attached.ts';
import { dropsReferenced } from './drops-referenced.ts';
import { duplicates } from './duplicates.ts';
import { edited } from './edited.ts';
import { existsDifferent } from './exists-different.ts';
import type { Definition, Found, Kind } from './finding.ts';
import { foreignKeyMismatch } from './foreign-key-mismatch.ts';
import { foreignKeys } from './foreign-keys.ts';
import { kept } from './kept.ts';
import { leavesBroken } from './leaves-broken.ts';
import { leavesOut } from './leaves-out.ts';
import { longLock } from './long-lock.ts';
import { needsDefault } from './needs-default.ts';
import { nulls } from './nulls.ts';
import { pragmaLeftOut } from './pragma-left-out.ts';
import { reachesOutside } from './reaches-outside.ts';
import { rehearsalFailed } from './rehearsal-failed.ts';
import { renamed } from './renamed.ts';
import { serverRefuses } from './server-refuses.ts';
import { touchesTracker } from './touches-tracker.ts';
import { transactionControl } from './transaction-control.ts';
import { unasked } from './unasked.ts';
import { unboundParameter } from './unbound-parameter.ts';
import { unrehearsed } from './unrehearsed.ts';
import type { Worded } from './worded.ts';

export const catalogue = {
  'breaks-running-code': breaksRunningCode,
  'broken-before': brokenBefore,
  'check-fails': checkFails,
  'drops-index': dropsIndex,
  'drops-referenced': dropsReferenced,
  'drops-trigger': dropsTrigger,
  'data-loss': dataLoss,
  duplicates,
  edited,
  'exists-different': existsDifferent,
  'foreign-key-mismatch': foreignKeyMismatch,
  'foreign-keys': foreignKeys,
  kept,
  'leaves-broken': leavesBroken,
  'leaves-out': leavesOut,
  'long-lock': longLock,
  'needs-default': needsDefault,
  nulls,
  'pragma-left-out': pragmaLeftOut,
  'reaches-outside': reachesOutside,
  'rehearsal-failed': rehearsalFailed,
  renamed,
  'server-refuses': serverRefuses,
  'touches-tracker': touchesTracker,
  'transaction-control': transactionControl,
  unasked,
  'unbound-parameter': unboundParameter,
  unrehearsed,
};

type Catalogue = typeof catalogue;

type FoundBy<D> = D extends Definition<infer Code, infer K, infer Args> ? EachKind<Code, K, Args> : never;
/** A finding of several kinds is one of each, so that the kind tells the code. */
type EachKind<Code extends string, K extends Kind, Args> = K extends Kind ? Found<Code, K, Args> : never;

export type Finding = { [Code in keyof Catalogue]: FoundBy<Catalogue[Code]> }[keyof Catalogue] | Worded;
