/** `redundant-index`: the migration creates an index, and another index or key of its table makes it unnecessary. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';

export interface RedundantIndexArgs {
  readonly index: string;
  readonly table: string;
  readonly type: 'index' | 'unique-index';
  readonly columns: readonly string[];
  readonly servedBy: ServingKey;
}

export interface ServingKey {
  readonly type: 'primary-key' | 'unique-constraint' | 'index';
  /** null if the key is the rowid; the index of a constraint has a name that SQLite gave it. */
  readonly name: string | null;
  /** They begin with the columns of the index, or are the same. */
  readonly columns: readonly string[];
}

export const redundantIndex = defineFinding({
  code: 'redundant-index',
  kinds: ['note'],
  title: 'an index that another index or a key makes unnecessary',
  look: { isAnnotated: true },
  say: ({ args }: Found<'redundant-index', 'note', RedundantIndexArgs>) => {
    const { index, columns } = args;
    const [needed, verb] = isSame(args) ? ['is not needed', 'is also on'] : ['may not be needed', 'also begins with'];
    return `The index "${index}" ${needed}: ${nameKey(args)} ${verb} ${listColumns(columns)}. Remove ${writeAttribute(args)} from schema.prisma and this statement from the file.`;
  },
  why: ({ args }) => {
    const cost = 'Each write to the table also has to update this index.';
    const by = `A query by ${listColumns(args.columns)}`;
    return isSame(args)
      ? `${cost} ${by} is as fast with the other one.`
      : `${cost} ${by} can use the other one; only a query that also sorts or pages by the row id may be slower.`;
  },
});

function isSame({ columns, servedBy }: RedundantIndexArgs): boolean {
  return servedBy.columns.length === columns.length;
}

function nameKey({ table, servedBy: { type, name } }: RedundantIndexArgs): string {
  switch (type) {
    case 'primary-key':
      return `the primary key of "${table}"`;
    case 'unique-constraint':
      return `a UNIQUE constraint of "${table}"`;
    case 'index':
      return `the index "${name}"`;
  }
}

function listColumns(columns: readonly string[]): string {
  return columns.map(quoteIdentifier).join(', ');
}

/** As schema.prisma has it. */
function writeAttribute({ type, columns }: RedundantIndexArgs): string {
  if (type === 'unique-index' && columns.length === 1) return `@unique of ${columns[0]}`;
  return `${type === 'index' ? '@@index' : '@@unique'}([${columns.join(', ')}])`;
}
