/** `other-tables`: production has tables that no migration creates, changes or reads. */

import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';

export interface OtherTablesArgs {
  readonly tables: readonly string[];
}

export const otherTables = defineFinding({
  code: 'other-tables',
  kinds: ['note'],
  title: 'tables in production that no migration makes, changes or reads',
  say: ({ args: { tables } }: Found<'other-tables', 'note', OtherTablesArgs>) => {
    const many = tables.length > 1;
    return `Production also has ${many ? `${tables.length} tables` : 'a table'} that none of these migrations makes, changes or reads: ${listSome(tables)}. Nothing touches ${many ? 'them' : 'it'}.`;
  },
  why: ({ args: { tables } }) =>
    `${tables.length > 1 ? 'They come' : 'It comes'} from somewhere else. If this is the wrong database, stop here.`,
});
