/** `no-history`: production has tables of these migrations, but no record that any was applied. */

import { listSome } from '../text/list.ts';
import { command, type Prose, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export type NoHistoryArgs =
  /** The migrations that created the tables are not known. */
  | {
      readonly what: 'unknown';
      readonly tables: readonly string[];
      /** Tables that record migrations but are not Prisma's tracker. */
      readonly otherRecords: readonly string[];
    }
  /** No migration can be recorded: production lacks tables of the first migration that creates any. */
  | {
      readonly what: 'lacking';
      readonly tables: readonly string[];
      readonly lacking: { readonly migration: string; readonly tables: readonly string[] };
      readonly changing: readonly string[];
    };

export const noHistory = defineFinding({
  code: 'no-history',
  kinds: ['blocker', 'hazard'],
  title: {
    blocker: 'production has tables, but no record of migrations',
    hazard: 'production has a part of the first migration, but no record of migrations',
  },
  say: ({ args }: Found<'no-history', 'blocker' | 'hazard', NoHistoryArgs>) => {
    const tables = listSome(args.tables);
    if (args.what === 'unknown') {
      return say`Production has tables (${tables}), but no record of migrations. Which migrations made them is not known. ${sayWayOut(args.otherRecords)}`;
    }
    const { lacking, changing } = args;
    return say`Production has tables (${tables}), but no record of migrations. It lacks ${listSome(lacking.tables)}, which ${lacking.migration} makes. So all migrations run, from the first one: what already exists and is identical is skipped, the rest is created.${sayChanging(changing)}`;
  },
  why: ({ args }) =>
    args.what === 'unknown'
      ? 'If they ran again, the migrations would fail at the first table, or change rows a second time.'
      : 'An existing table may come from another version of these migrations.',
  next: () => [command('backfill')],
});

function sayWayOut(otherRecords: readonly string[]): Prose {
  const all = command('backfill');
  if (otherRecords.length === 0) {
    return say`Record those that production already has, and only those: ${all} records all of them, ${all} <name> records one.`;
  }
  const names = listSome(otherRecords.map((name) => `"${name}"`));
  return say`There is another tracker (${names}): ${all} takes over what production is proven to have, ${all} <name> records one.`;
}

function sayChanging(names: readonly string[]): string {
  if (names.length === 0) return '';
  return ` First check whether ${listSome(names)} ${names.length === 1 ? 'has' : 'have'} already changed rows there.`;
}
