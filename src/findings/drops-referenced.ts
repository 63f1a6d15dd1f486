/** `drops-referenced`: a DROP or REPLACE that changes the rows of other tables. */

import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found, type RowCount } from './finding.ts';

export interface ReferringTable {
  readonly table: string;
  /** As the key says it: `CASCADE`, `SET NULL`, `SET DEFAULT`. */
  readonly action: string;
}

export interface DropsReferencedArgs {
  readonly verb: 'drop' | 'replace';
  readonly table: string;
  readonly children: readonly ReferringTable[];
}

/** Tables that are named in one line. */
const mostListed = 8;

export const dropsReferenced = defineFinding({
  code: 'drops-referenced',
  kinds: ['hazard'],
  title: 'a `DROP` or `REPLACE` that changes the rows of other tables',
  say: ({ args: { verb, table, children }, evidence }: Found<'drops-referenced', 'hazard', DropsReferencedArgs>) => {
    const { does, advice } = verbWords[verb];
    const listed = listSome(
      children.map((child) => `"${child.table}" (ON DELETE ${child.action})`),
      mostListed,
    );
    const today = evidence?.count ? ` Today it changes ${describeRows(evidence.count)}.` : '';
    return `With foreign keys on, ${does(table)} changes the rows that refer to it: ${listed}. If they are to be kept, ${advice}.${today}`;
  },
  why: ({ args }) => verbWords[args.verb].why,
  way: ({ args }) => verbWords[args.verb].way,
});

const verbWords = {
  drop: {
    does: (table: string) => `dropping "${table}"`,
    advice: 'put PRAGMA foreign_keys=OFF; first in the file',
    why: 'SQLite deletes the rows of a table before it drops it, and each deletion does what the foreign keys say.',
    way: '-- around what the file does:\nPRAGMA foreign_keys=OFF;\n…\nPRAGMA foreign_keys=ON;',
  },
  replace: {
    does: (table: string) => `REPLACE deletes the row of "${table}" that it replaces, and`,
    advice: 'write INSERT … ON CONFLICT DO UPDATE',
    why: 'The row that is put in its place has the same key, but what referred to the old one is deleted or reset by then.',
    way: 'INSERT INTO … (…) VALUES (…) ON CONFLICT (…) DO UPDATE SET … = excluded.…;',
  },
} as const;

function describeRows({ rows, atLeast }: RowCount): string {
  return `${atLeast ? 'at least ' : ''}${count(rows, 'row')}`;
}
