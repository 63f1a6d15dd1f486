/** Proves what `backfill` was asked to record. */

import { MigrateError } from '../errors.ts';
import type { History } from '../history/history.ts';
import { analyseMigration } from '../plan/analyse.ts';
import { type Proof, type ProofInput, proveSchema } from '../replay/proof.ts';
import { command } from '../text/prose.ts';
import { type BackfillChoice, type BackfillItem, type BackfillRequest, chooseInstead } from './choice.ts';
import { changesRowsUnseen } from './rows-unseen.ts';

export interface BackfillProof extends Proof {
  /** Migrations that change rows. No schema shows whether that happened. */
  readonly rowsUnseen: readonly string[];
}

export interface ProvenChoice {
  readonly choice: BackfillChoice;
  readonly proof: BackfillProof;
}

/**
 * @returns the choice; if an unfinished migration is proven to have left nothing, a roll-back replaces its record
 * @throws MigrateError MIGRATION_STATE if a migration to be taken back is proven to be there, ENGINE_MISSING
 */
export async function proveChoice(
  input: ProofInput,
  history: History,
  request: BackfillRequest,
  choice: BackfillChoice,
): Promise<ProvenChoice> {
  const [item] = choice.items;
  // For a renamed migration the checksum of what ran is the proof; taking a record back claims nothing.
  if (choice.items.every(({ entry, action }) => action === 'take-back' || entry.state === 'renamed')) {
    return { choice, proof: describeProof({ proven: true, differences: [], lost: [], reason: null }, choice) };
  }
  if (item?.entry.state === 'unfinished' && item.entry.migration !== null && choice.items.length === 1) {
    return proveUnfinished(input, history, request, choice, item);
  }
  return { choice, proof: describeProof(await proveSchema(input, choice.claimed), choice) };
}

export const looksTheSame = 'it changes no schema, so production looks the same before and after it';

/** Such a migration must be there completely, or not at all. */
async function proveUnfinished(
  input: ProofInput,
  history: History,
  request: BackfillRequest,
  asked: BackfillChoice,
  item: BackfillItem,
): Promise<ProvenChoice> {
  const [done, undone] = [chooseInstead(history, item, 'record'), chooseInstead(history, item, 'roll-back')];
  const [after, before] = [await proveSchema(input, done.claimed), await proveSchema(input, undone.claimed)];
  if (after.proven && !before.proven) {
    if (request.type === 'undo') throw isThere(item.name);
    return { choice: done, proof: describeProof(after, done) };
  }
  if (before.proven && !after.proven) return { choice: undone, proof: describeProof(before, undone) };
  // A migration that does not change the schema looks the same before and after: that proves neither.
  const reason = after.proven ? looksTheSame : after.reason;
  return { choice: asked, proof: describeProof({ ...after, proven: false, reason }, asked) };
}

function isThere(name: string): MigrateError {
  return new MigrateError(
    'MIGRATION_STATE',
    `Production has everything that ${name} makes, so its record stays. Nothing was written.`,
    command('backfill', [name]),
  );
}

/**
 * A renamed migration ran under its old name, so its changes of rows are known. For every other one they are not:
 * another script's tracker is no proof, because nobody knows what its records mean; an edited file may do more than
 * what ran; and a migration whose record is taken back would run again.
 */
function describeProof(proof: Proof, { items }: BackfillChoice): BackfillProof {
  return { ...proof, rowsUnseen: findRowsUnseen(items) };
}

export function findRowsUnseen(items: readonly BackfillItem[]): readonly string[] {
  return items
    .filter(
      ({ entry: { state, migration } }) =>
        state !== 'renamed' && migration && changesRowsUnseen(analyseMigration(migration)),
    )
    .map(({ name }) => name);
}
