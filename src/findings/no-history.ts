/** `no-history`: production has tables of these migrations, and no record of any that was applied. */

import { listSome } from '../text/list.ts';
import { command, type Prose, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export type NoHistoryArgs =
  /** Which migrations made the tables cannot be told. */
  | {
      readonly what: 'unknown';
      readonly tables: readonly string[];
      /** Tables that record migrations, and are not Prisma's tracker. */
      readonly otherRecords: readonly string[];
    }
  /** No migration can be recorded: production lacks tables of the first that makes any. */
  | {
      readonly what: 'lacking';
      readonly tables: readonly string[];
      readonly lacking: { readonly migration: string; readonly tables: readonly string[] };
      /** The migrations that change rows. */
      readonly changing: readonly string[];
    };

export const noHistory = defineFinding({
  code: 'no-history',
  kinds: ['blocker', 'hazard'],
  title: {
    blocker: 'production has tables, and no record of migrations',
    hazard: 'production has a part of the first migration, and no record of migrations',
  },
  say: ({ args }: Found<'no-history', 'blocker' | 'hazard', NoHistoryArgs>) => {
    const tables = listSome(args.tables);
    if (args.what === 'unknown') {
      return say`Production has tables (${tables}) but no record of any applied migration, so it cannot be told which migrations made them. ${sayWayOut(args.otherRecords)}`;
    }
    const { lacking, changing } = args;
    return say`Production has tables (${tables}) but no record of any applied migration, and lacks ${listSome(lacking.tables)}, which ${lacking.migration} makes. So nothing can be recorded as applied: the migrations run from the first one on. What is there already and identical is left as it is, and the rest is made.${sayChanging(changing)}`;
  },
  why: ({ args }) =>
    args.what === 'unknown'
      ? 'Run on what is there already, the migrations would fail at the first table, or change rows a second time.'
      : 'A table that is there may hold what another version of these migrations made of it.',
  next: () => [command('backfill')],
});

function sayWayOut(otherRecords: readonly string[]): Prose {
  const all = command('backfill');
  if (otherRecords.length === 0) {
    return say`Record those that production already has, and only those: ${all} records all of them, ${all} <name> one.`;
  }
  const names = listSome(otherRecords.map((name) => `"${name}"`));
  return say`There is another record of migrations (${names}): ${all} takes over what production is proven to have, ${all} <name> records one.`;
}

function sayChanging(names: readonly string[]): string {
  if (names.length === 0) return '';
  return ` Look first whether ${listSome(names)} ${names.length === 1 ? 'has' : 'have'} changed rows there already.`;
}
