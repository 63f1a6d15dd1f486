/** `drops-referenced`: a DROP or REPLACE that changes the rows of other tables. */

import { describeRows } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';
import { switchKeysOff } from './reasons.ts';
import { inWords, wayOf } from './way.ts';

export interface ReferringTable {
  readonly table: string;
  /** As it is written in the key: `CASCADE`, `SET NULL`, `SET DEFAULT`. */
  readonly action: string;
}

export interface DropsReferencedArgs {
  readonly verb: 'drop' | 'replace';
  readonly table: string;
  readonly children: readonly ReferringTable[];
}

const mostListed = 8;

export const dropsReferenced = defineFinding({
  code: 'drops-referenced',
  kinds: ['hazard'],
  title: 'a `DROP` or `REPLACE` that changes the rows of other tables',
  say: ({
    args: { verb, table, children },
    evidence,
    tried,
  }: Found<'drops-referenced', 'hazard', DropsReferencedArgs>) => {
    const { does } = verbWords[verb];
    const listed = listSome(
      children.map((child) => `"${child.table}" (ON DELETE ${child.action})`),
      mostListed,
    );
    const today = evidence?.count ? ` Today this changes ${describeRows(evidence.count)}.` : '';
    const advice = tried?.[0] === null ? '' : ` To keep them, ${verbWords[verb].advice}.`;
    return `With foreign keys on, ${does(table)} changes the rows that refer to it: ${listed}.${today}${advice}`;
  },
  why: ({ args }) => verbWords[args.verb].why,
  way: ({ args }) => verbWords[args.verb].way,
});

const verbWords = {
  drop: {
    does: (table: string) => `dropping "${table}"`,
    advice: 'put PRAGMA foreign_keys=OFF; first in the file',
    why: 'SQLite deletes the rows of a table before it drops the table. Each deletion does what the foreign keys say.',
    way: wayOf([switchKeysOff], '-- before it, let the rows that must stay refer to others, or to none'),
  },
  replace: {
    does: (table: string) => `REPLACE deletes the row of "${table}" that it replaces, and`,
    advice: 'write INSERT … ON CONFLICT DO UPDATE',
    why: 'The new row has the same key, but rows that referred to the old one are already deleted or reset.',
    way: inWords('INSERT INTO … (…) VALUES (…) ON CONFLICT (…) DO UPDATE SET … = excluded.…;'),
  },
} as const;
