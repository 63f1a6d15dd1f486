/** All findings: one line for each code. */

import { behind } from './behind.ts';
import { breaksConstraints } from './breaks-constraints.ts';
import { breaksRunningCode } from './breaks-running-code.ts';
import { brokenBefore } from './broken-before.ts';
import { checkFails } from './check-fails.ts';
import { columnOrder } from './column-order.ts';
import { damagesTable } from './damages-table.ts';
import { dataLoss } from './data-loss.ts';
import { dropsIndex, dropsTrigger } from './drops-attached.ts';
import { dropsReferenced } from './drops-referenced.ts';
import { duplicates } from './duplicates.ts';
import { edited } from './edited.ts';
import { existsDifferent } from './exists-different.ts';
import { failsOnRows } from './fails-on-rows.ts';
import type { Definition, Found, Kind } from './finding.ts';
import { foreignKeyMismatch } from './foreign-key-mismatch.ts';
import { foreignKeys } from './foreign-keys.ts';
import { foreignTracker } from './foreign-tracker.ts';
import { kept } from './kept.ts';
import { leavesBroken } from './leaves-broken.ts';
import { leavesOut } from './leaves-out.ts';
import { longLock } from './long-lock.ts';
import { missing } from './missing.ts';
import { needsDefault } from './needs-default.ts';
import { noHistory } from './no-history.ts';
import { notChecked } from './not-checked.ts';
import { notOnStaging } from './not-on-staging.ts';
import { nulls } from './nulls.ts';
import { otherTables } from './other-tables.ts';
import { outOfOrder } from './out-of-order.ts';
import { partlyApplied } from './partly-applied.ts';
import { pragmaLeftOut } from './pragma-left-out.ts';
import { reachesOutside } from './reaches-outside.ts';
import { rebuild } from './rebuild.ts';
import { recordedElsewhere } from './recorded-elsewhere.ts';
import { redundantIndex } from './redundant-index.ts';
import { rehearsalFailed } from './rehearsal-failed.ts';
import { renamed } from './renamed.ts';
import { serverRefuses } from './server-refuses.ts';
import { squashAhead } from './squash-ahead.ts';
import { squashed } from './squashed.ts';
import { touchesTracker } from './touches-tracker.ts';
import { transactionControl } from './transaction-control.ts';
import { unboundParameter } from './unbound-parameter.ts';
import { unfinished } from './unfinished.ts';
import { unrehearsed } from './unrehearsed.ts';
import { unverified } from './unverified.ts';

/** In the order in which codes are listed, for instance in the help of `--allow`. */
export const catalogue = {
  'transaction-control': transactionControl,
  'touches-tracker': touchesTracker,
  'unbound-parameter': unboundParameter,
  'reaches-outside': reachesOutside,
  'server-refuses': serverRefuses,
  'rehearsal-failed': rehearsalFailed,
  'damages-table': damagesTable,
  unfinished,
  renamed,
  squashed,
  'squash-ahead': squashAhead,
  duplicates,
  nulls,
  'needs-default': needsDefault,
  'check-fails': checkFails,
  'fails-on-rows': failsOnRows,
  'breaks-constraints': breaksConstraints,
  'no-history': noHistory,
  behind,
  'recorded-elsewhere': recordedElsewhere,
  'not-on-staging': notOnStaging,
  'out-of-order': outOfOrder,
  'column-order': columnOrder,
  'partly-applied': partlyApplied,
  'drops-referenced': dropsReferenced,
  'drops-trigger': dropsTrigger,
  'drops-index': dropsIndex,
  'leaves-broken': leavesBroken,
  'exists-different': existsDifferent,
  'data-loss': dataLoss,
  'foreign-keys': foreignKeys,
  unrehearsed,
  'other-tables': otherTables,
  edited,
  unverified,
  missing,
  rebuild,
  'foreign-key-mismatch': foreignKeyMismatch,
  'foreign-tracker': foreignTracker,
  kept,
  'broken-before': brokenBefore,
  'leaves-out': leavesOut,
  'pragma-left-out': pragmaLeftOut,
  'not-checked': notChecked,
  'long-lock': longLock,
  'breaks-running-code': breaksRunningCode,
  'redundant-index': redundantIndex,
};

type Catalogue = typeof catalogue;

type FoundBy<D> = D extends Definition<infer Code, infer K, infer Args> ? EachKind<Code, K, Args> : never;
/** A finding of several kinds is a union of one type for each kind, so that TypeScript can tell the code by the kind. */
type EachKind<Code extends string, K extends Kind, Args> = K extends Kind ? Found<Code, K, Args> : never;

export type Finding = { [Code in keyof Catalogue]: FoundBy<Catalogue[Code]> }[keyof Catalogue];
