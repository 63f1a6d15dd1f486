/** `backfill`: bringing the tracker in line with what production has, without running anything, after proving it. */

import { compareHistory, type History } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { analyseMigration } from '../core/plan/analyse.ts';
import type { ConsentCode } from '../core/plan/findings.ts';
import { buildTrackerBatch } from '../core/plan/tracker-batch.ts';
import { checkEngine } from '../core/production.ts';
import type { MigrateError } from '../errors.ts';
import type { Database, Outside } from '../ports.ts';
import {
  type BackfillChoice,
  type BackfillItem,
  chooseToRecord,
  chooseToUndo,
  insteadRecord,
  insteadRollBack,
} from './backfill-choice.ts';
import { notConfirmed, trackerNotReplaced, unproven } from './backfill-errors.ts';
import { type ForeignRecords, readForeignRecords } from './foreign-records.ts';
import { readProduction } from './production.ts';
import { findProvenPrefix, type Proof, type ProofInput, proveSchema } from './proof.ts';
import { buildTrackerWrites, executeRecord } from './tracker-writes.ts';

export interface BackfillInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** One migration; all that are not recorded when null. */
  readonly name: string | null;
  /** Of all, the last one to record. */
  readonly to?: string | undefined;
  /** `record`, or `undo`: take a backfilled migration, or what never finished, back. */
  readonly direction: 'record' | 'undo';
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
  /** What `--allow` gave. */
  readonly consents: readonly BackfillConsent[];
  /** Shows what is about to be written and asks. */
  readonly confirm: (question: BackfillQuestion) => Promise<BackfillAnswer>;
}

/** The hazards of a backfill. */
export type BackfillConsent = Extract<ConsentCode, 'unproven' | 'replace-tracker'>;

export type BackfillAnswer =
  | { readonly type: 'yes'; readonly consents: readonly BackfillConsent[] }
  | { readonly type: 'no' | 'cannot-ask' };

export interface BackfillQuestion {
  readonly items: readonly BackfillItem[];
  readonly proof: BackfillProof;
  /** Consents that are lacking. */
  readonly open: readonly BackfillConsent[];
  readonly foreign: ForeignRecords | null;
}

export interface BackfillProof extends Proof {
  /** Of those that would be recorded, the ones that change rows: no schema shows whether that happened. */
  readonly rowsUnseen: readonly string[];
}

export interface BackfillResult {
  readonly outcome:
    | 'recorded'
    | 'undone'
    | 'rolled-back'
    | 'nothing-to-do'
    | 'declined'
    | 'unproven'
    | 'failed'
    | 'unknown';
  /** What was recorded or taken back; what would have been, when it was not. */
  readonly names: readonly string[];
  /** null where there was nothing to prove. */
  readonly proof: BackfillProof | null;
  /** The last migration of the folder's longest beginning that makes production's schema; null where there is none, or nobody asked. */
  readonly provenTo: string | null;
  readonly error: MigrateError | null;
}

/** @throws MigrateError MIGRATION_UNKNOWN, MIGRATION_STATE, ENGINE_UNVERIFIED, ENGINE_MISSING, and what reading production throws */
export async function backfillMigrations(input: BackfillInput): Promise<BackfillResult> {
  const production = await readProduction(input.database);
  checkEngine(production);
  const foreign = await readForeignRecords(input.database, production);
  const history = compareHistory(input.migrations, production.trackerRows);
  const first = choose(input, history, foreign);
  const end = (outcome: BackfillResult['outcome'], error: MigrateError | null, rest: Partial<BackfillResult> = {}) => ({
    outcome,
    names: first.items.map(({ name }) => name),
    proof: null,
    provenTo: null,
    error,
    ...rest,
  });
  if (first.items.length === 0) return end('nothing-to-do', null);

  const proving = { ...input, production };
  const { choice, proof } = await prove(proving, history, first);
  const isOpen = { unproven: !proof.proven, 'replace-tracker': production.tracker === 'other-shape' };
  const needed = (['unproven', 'replace-tracker'] as const).filter((code) => isOpen[code]);
  const open = needed.filter((code) => !input.consents.includes(code));
  if (open.includes('unproven')) {
    const provenTo = await findProvenTo(proving);
    if (provenTo !== null || input.direction === 'undo') {
      return end('unproven', unproven(input, choice, history, proof, provenTo), { proof, provenTo });
    }
  }
  const answer = await input.confirm({ items: choice.items, proof, open, foreign });
  if (answer.type !== 'yes') {
    if (answer.type === 'cannot-ask' && open.includes('unproven')) {
      return end('unproven', unproven(input, choice, history, proof, null), { proof });
    }
    if (answer.type === 'cannot-ask' && open.length > 0) return end('declined', trackerNotReplaced(input), { proof });
    return end('declined', notConfirmed(answer.type, input), { proof });
  }
  const consents = [...input.consents, ...answer.consents].filter((code) => needed.includes(code));
  const writes = buildTrackerWrites(choice.items, consents, input.outside);
  const error = await executeRecord(input.database, buildTrackerBatch(production, writes));
  if (error) return end(error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed', error, { proof });
  return end(nameOutcome(choice.items), null, { proof });
}

function choose(input: BackfillInput, history: History, foreign: ForeignRecords | null): BackfillChoice {
  if (input.direction === 'undo') return chooseToUndo(history, input.name ?? '');
  return chooseToRecord({ history, name: input.name, to: input.to ?? null, foreign: foreign?.names ?? null });
}

async function prove(input: ProofInput, history: History, choice: BackfillChoice): Promise<ProvenChoice> {
  const [item] = choice.items;
  if (choice.ranAlready || item?.action === 'take-back') return { choice, proof: describeProof(ranAlready, choice) };
  if (item?.entry.state === 'unfinished' && item.entry.migration !== null && choice.items.length === 1) {
    return proveUnfinished(input, history, item, choice);
  }
  return { choice, proof: describeProof(await proveSchema(input, choice.claimed), choice) };
}

interface ProvenChoice {
  readonly choice: BackfillChoice;
  readonly proof: BackfillProof;
}

/** Either it is wholly there, or nothing of it is: then it is rolled back, whatever was asked for. */
async function proveUnfinished(
  input: ProofInput,
  history: History,
  item: BackfillItem,
  asked: BackfillChoice,
): Promise<ProvenChoice> {
  const [done, undone] = [insteadRecord(history, item), insteadRollBack(history, item)];
  const [after, before] = [await proveSchema(input, done.claimed), await proveSchema(input, undone.claimed)];
  if (after.proven !== before.proven) {
    return after.proven
      ? { choice: done, proof: describeProof(after, done) }
      : { choice: undone, proof: describeProof(before, undone) };
  }
  // A migration that changes no schema looks the same before and after: that proves neither.
  const reason = after.proven ? 'it changes no schema, so production looks the same before and after it' : after.reason;
  return { choice: asked, proof: describeProof({ ...after, proven: false, reason }, asked) };
}

/** The checksum of what ran is the proof. */
const ranAlready: Proof = { proven: true, differences: [], reason: null };

function describeProof(proof: Proof, { items }: BackfillChoice): BackfillProof {
  const unseen = items.filter(({ action, entry }) => action !== 'take-back' && entry.state !== 'renamed');
  return { ...proof, rowsUnseen: unseen.filter(changesRows).map(({ name }) => name) };
}

function changesRows({ entry: { migration } }: BackfillItem): boolean {
  return migration !== null && analyseMigration(migration).changesRows;
}

async function findProvenTo(input: ProofInput & Pick<BackfillInput, 'migrations'>): Promise<string | null> {
  const length = await findProvenPrefix(input, input.migrations);
  return input.migrations[length - 1]?.name ?? null;
}

function nameOutcome(items: readonly BackfillItem[]): BackfillResult['outcome'] {
  switch (items[0]?.action) {
    case 'take-back':
      return 'undone';
    case 'roll-back':
      return 'rolled-back';
    default:
      return 'recorded';
  }
}
