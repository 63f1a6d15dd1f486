/** `data-loss`: rows, values or keys that production has and that will be gone. The files beside this one have the words by subject. */

import {
  type ChangedValues,
  type DroppedColumn,
  type PartlyKept,
  tellChangedValues,
  tellDroppedColumn,
  tellPartlyKept,
} from './data-loss-columns.ts';
import { type LostCounter, type MadeUpKeys, tellLostCounter, tellMadeUpKeys } from './data-loss-keys.ts';
import {
  type ReferringRows,
  type ReplacedByInsert,
  type ReplacedByUpdate,
  type TakenByInsert,
  type TriggeredDeletes,
  tellReferringRows,
  tellReplacedByInsert,
  tellReplacedByUpdate,
  tellTakenByInsert,
  tellTriggeredDeletes,
} from './data-loss-rows.ts';
import {
  type DroppedTable,
  type LeftOutRows,
  type NotAllCopied,
  type NothingCopied,
  tellDroppedTable,
  tellLeftOutRows,
  tellNotAllCopied,
  tellNothingCopied,
} from './data-loss-tables.ts';
import type { LossWords } from './data-loss-words.ts';
import { defineFinding, type Found } from './finding.ts';

export type DataLossArgs =
  | DroppedTable
  | NothingCopied
  | NotAllCopied
  | LeftOutRows
  | DroppedColumn
  | ChangedValues
  | PartlyKept
  | ReferringRows
  | TriggeredDeletes
  | ReplacedByUpdate
  | ReplacedByInsert
  | TakenByInsert
  | MadeUpKeys
  | LostCounter;

type DataLoss = Found<'data-loss', 'hazard' | 'note', DataLossArgs>;

/** A note if there is nothing to lose today, or if a copy writes out what becomes of a value. */
export const dataLoss = defineFinding({
  code: 'data-loss',
  kinds: ['hazard', 'note'],
  title: { hazard: 'rows or values are lost', note: 'nothing is lost, or a copy changes values by its own words' },
  asksForName: true,
  say: (found: DataLoss) => tellLoss(found).message,
  why: (found: DataLoss) => tellLoss(found).why,
  way: (found: DataLoss) => tellLoss(found).way,
});

function tellLoss({ kind, args, evidence, place, tried }: DataLoss): LossWords {
  const known = { kind, count: evidence?.count ?? null, statement: place.sql };
  const facts = tried === undefined ? known : { ...known, tried };
  switch (args.what) {
    case 'dropped-table':
      return tellDroppedTable(args, facts);
    case 'nothing-copied':
      return tellNothingCopied(args, facts);
    case 'not-all-copied':
      return tellNotAllCopied(args, facts);
    case 'left-out-rows':
      return tellLeftOutRows(args, facts);
    case 'dropped-column':
      return tellDroppedColumn(args, facts);
    case 'changed-values':
      return tellChangedValues(args, facts);
    case 'partly-kept':
      return tellPartlyKept(args, facts);
    case 'referring-rows':
      return tellReferringRows(args);
    case 'triggered-deletes':
      return tellTriggeredDeletes(args, facts);
    case 'replaced-by-update':
      return tellReplacedByUpdate(args);
    case 'replaced-by-insert':
      return tellReplacedByInsert(args, facts);
    case 'taken-by-insert':
      return tellTakenByInsert(args, facts);
    case 'made-up-keys':
      return tellMadeUpKeys(args, facts);
    case 'lost-counter':
      return tellLostCounter(args);
  }
}
