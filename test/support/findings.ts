/** Findings of all kinds, of the plan as a whole, for tests that are not about what finds them. */

import { breaksRunningCode } from '../../src/findings/breaks-running-code.ts';
import type { Finding } from '../../src/findings/catalogue.ts';
import { type DataLossArgs, dataLoss } from '../../src/findings/data-loss.ts';
import { dropsTrigger } from '../../src/findings/drops-attached.ts';
import { duplicates } from '../../src/findings/duplicates.ts';
import { type FindingEvidence, find, type Place, wholePlan } from '../../src/findings/finding.ts';
import { foreignKeys } from '../../src/findings/foreign-keys.ts';
import { kept } from '../../src/findings/kept.ts';
import { longLock } from '../../src/findings/long-lock.ts';
import { unfinished } from '../../src/findings/unfinished.ts';

const drop = { table: 'Customer', column: 'fax', indexes: [] } as const;
const dropped: DataLossArgs = {
  ...{ what: 'dropped-column', table: 'Customer', column: 'fax', copy: 'everything', rename: null },
  ...{ hasOwnValues: false, cleared: null },
};

export const findings = {
  duplicates: find(
    duplicates,
    'blocker',
    wholePlan,
    {
      ...{ what: 'key', table: 'Customer', index: 'Customer_email_key', key: ['"email"'], values: 1, rows: 2 },
      keep: {
        ...{ how: 'delete', table: 'Customer', by: { id: null }, list: '"email"', condition: '"email" IS NOT NULL' },
        children: [],
      },
    },
    { evidence: countRows(2) },
  ),
  unfinished: find(unfinished, 'blocker', wholePlan, { what: 'without-folder' }),
  loss: find(dataLoss, 'hazard', wholePlan, dropped, { evidence: countRows(3) }),
  noLoss: find(dataLoss, 'note', wholePlan, dropped),
  trigger: find(dropsTrigger, 'hazard', wholePlan, {
    what: 'not-recreated',
    object: { type: 'trigger', name: 'log', table: 'Customer', sql: 'CREATE TRIGGER "log" …' },
    table: 'Customer',
    anew: null,
  }),
  orphans: find(
    foreignKeys,
    'hazard',
    wholePlan,
    {
      ...{ what: 'left', child: 'Order', parent: 'Customer', key: '"customerId"', because: 'keys-off' },
      mend: null,
    },
    { evidence: countRows(1) },
  ),
  kept: find(kept, 'note', wholePlan, {
    what: 'objects',
    table: 'Customer',
    own: [{ type: 'trigger', name: 'log', table: 'Customer' }],
    around: [],
  }),
  lock: find(longLock, 'note', wholePlan, lockOf('Customer')),
  otherLock: find(longLock, 'note', wholePlan, lockOf('Order')),
  breaks: find(breaksRunningCode, 'note', wholePlan, {
    what: 'columns-dropped',
    table: 'Customer',
    columns: ['fax'],
    renames: [],
    drops: [drop],
  }),
} as const satisfies Readonly<Record<string, Finding>>;

function lockOf(table: string) {
  return { table, count: { rows: 2_000_000, atLeast: false }, seconds: 6 };
}

export function countRows(rows: number): FindingEvidence {
  return { count: { rows, atLeast: false }, query: null, examples: null };
}

export interface Changes extends Partial<Place> {
  readonly evidence?: FindingEvidence;
}

/** The same finding, elsewhere or of other rows. */
export function change<F extends Finding>(finding: F, { evidence, ...place }: Changes): F {
  return { ...finding, place: { ...finding.place, ...place }, ...(evidence === undefined ? {} : { evidence }) };
}
