/** `backfill`: makes the tracker agree with what production has, without running anything, after proving it. */

import type { MigrateError } from '../errors.ts';
import { type BackfillConsent, backfillConsentCodes } from '../findings/codes.ts';
import { type Besides, compareHistory, countBesides, type History, isToApply } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { findLacking, findOtherTables } from '../history/unrecorded.ts';
import { type AnalysedMigration, analyseMigration, changesSchema } from '../plan/analyse.ts';
import type { Database, Outside } from '../ports.ts';
import { readProduction } from '../production/gather.ts';
import { checkEngine, type Production } from '../production/production.ts';
import { findUserTables } from '../schema/model/objects.ts';
import { findOwnTables } from '../schema/model/selection.ts';
import { foldName } from '../sql/identifiers.ts';
import { type OtherRecords, readOtherTracker } from '../tracker/other-records.ts';
import { chooseKeptName } from '../tracker/replace.ts';
import { buildTrackerWrites, executeRecord } from '../tracker/write.ts';
import { type BackfillProof, findRowsUnseen, proveChoice } from './backfill-proof.ts';
import { type BackfillChoice, type BackfillItem, type BackfillRequest, chooseItems } from './choice.ts';
import {
  notConfirmed,
  nothingThere,
  trackerNotReplaced,
  type UnprovenRecord,
  unproven,
  type WayOut,
} from './errors.ts';
import { findPrefixes } from './prefixes.ts';

export interface BackfillInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  readonly request: BackfillRequest;
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
  readonly consents: readonly BackfillConsent[];
  /** How long to look for the written rows if the answer is lost. */
  readonly timeoutSeconds?: number | undefined;
  /** Shows what is about to be written, and asks. */
  readonly confirm: (question: BackfillQuestion) => Promise<BackfillAnswer>;
}

export type BackfillAnswer =
  | { readonly type: 'yes'; readonly consents: readonly BackfillConsent[] }
  | { readonly type: 'no' | 'cannot-ask' };

export interface BackfillQuestion {
  readonly items: readonly BackfillItem[];
  readonly proof: BackfillProof;
  /** Missing consents. */
  readonly open: readonly BackfillConsent[];
  readonly other: OtherRecords | null;
}

export interface BackfillResult {
  readonly outcome:
    | 'recorded'
    | 'accepted'
    | 'undone'
    | 'rolled-back'
    | 'nothing-to-do'
    | 'declined'
    | 'unproven'
    | 'failed'
    | 'unknown';
  /** What was written, or would have been. */
  readonly items: readonly BackfillItem[];
  /** null if there was nothing to prove. */
  readonly proof: BackfillProof | null;
  /** The last migration of the folder's longest beginning that makes production's schema; null if there is none, or it was not needed. */
  readonly provenTo: string | null;
  /** The new name of a table that was in the tracker's place; null if there was none. */
  readonly keptAs: string | null;
  /** The number of migrations that are still to be applied. */
  readonly pending: number;
  /** What keeps production and the folder from being one and the same, though nothing is to be applied. */
  readonly besides: Besides;
  readonly error: MigrateError | null;
}

/** @throws MigrateError MIGRATION_UNKNOWN, MIGRATION_STATE, ENGINE_UNVERIFIED, ENGINE_MISSING, and what reading production throws */
export async function backfillMigrations(input: BackfillInput): Promise<BackfillResult> {
  const { database, request } = input;
  const production = await readProduction(database);
  checkEngine(production);
  const other = await readOtherTracker(database, production);
  const history = compareHistory(input.migrations, production.trackerRows);
  const names = other?.names ?? null;
  const chosen = chooseItems(history, request, names);
  const end = (outcome: BackfillResult['outcome'], rest: Partial<BackfillResult> = {}): BackfillResult => ({
    outcome,
    items: chosen.items,
    proof: null,
    provenTo: null,
    keptAs: null,
    pending: countPending(history, chosen),
    besides: countBesides(history),
    error: null,
    ...rest,
  });
  if (chosen.items.length === 0) return end('nothing-to-do');

  const folder = input.migrations.map(analyseMigration);
  // Tables that the folder does not mention prove nothing about it.
  const others = findOtherTables(findUserTables(production.schema), folder);
  const proving = { ...input, production, externalTables: [...input.externalTables, ...others] };
  const { choice, proof } = await proveChoice(proving, history, request, chosen);
  const { items } = choice;
  const needed = findNeeded(proof, production);
  const open = needed.filter((code) => !input.consents.includes(code));
  const way = open.includes('unproven') && request.type === 'all' ? await findWay(proving, choice) : null;
  const doubt: UnprovenRecord = { items, history, proof, way, needed, open, production };
  const shared = { items, proof, provenTo: way?.type === 'exact' ? way.to : null };
  const refusal = refuseUnproven(input, doubt, chosen, folder);
  if (refusal) return end('unproven', { ...shared, error: refusal });
  const answer = await input.confirm({ items, proof, open, other });
  if (answer.type !== 'yes') {
    if (answer.type === 'no' || open.length === 0) {
      return end('declined', { ...shared, error: notConfirmed(answer.type, input) });
    }
    return open.includes('unproven') || open.includes('rows-unseen')
      ? end('unproven', { ...shared, error: unproven(input, doubt) })
      : end('declined', { ...shared, error: trackerNotReplaced(input, open) });
  }
  const consents = [...input.consents, ...answer.consents].filter((code) => needed.includes(code));
  const writes = buildTrackerWrites(items, consents, input.outside);
  const keptAs = production.tracker === 'other-shape' ? chooseKeptName(production.schema) : null;
  const { outside, timeoutSeconds } = input;
  const error = await executeRecord({ database, outside, production, writes, timeoutSeconds });
  if (error) return end(error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed', { ...shared, error });
  return end(nameOutcome(items), { ...shared, keptAs });
}

/** @returns the error if consent is not asked for; null if everything is proven, or consent would be enough */
function refuseUnproven(
  input: BackfillInput,
  doubt: UnprovenRecord,
  chosen: BackfillChoice,
  folder: readonly AnalysedMigration[],
): MigrateError | null {
  const { open, production, history, items, way } = doubt;
  if (!open.includes('unproven')) return null;
  const isUndo = input.request.type === 'undo';
  if (!isUndo && !hasOwnTables(production, input.migrations)) return nothingThere();
  // The error names what to record instead; and a record is not taken back in doubt.
  if (isUndo || isShorter(way, chosen)) return unproven(input, doubt);
  // Recorded migrations never run, so the missing tables would never be created.
  const isLacking = !history.begun && findLacking(folder, production.schema.objects) !== null;
  return isLacking && items.every(({ action }) => action === 'record') ? unproven(input, doubt) : null;
}

/** True if production has a table that the folder creates; other tables are somebody else's. */
function hasOwnTables({ schema }: Production, migrations: readonly Migration[]): boolean {
  const own = findOwnTables(migrations);
  return schema.objects.some(({ type, name }) => type === 'table' && own.has(foldName(name)));
}

function findNeeded(proof: BackfillProof, { tracker }: Production): readonly BackfillConsent[] {
  const isNeeded: Readonly<Record<BackfillConsent, boolean>> = {
    unproven: !proof.proven,
    'rows-unseen': proof.rowsUnseen.length > 0,
    'replace-tracker': tracker === 'other-shape',
  };
  return backfillConsentCodes.filter((code) => isNeeded[code]);
}

async function findWay(
  input: BackfillInput & { readonly production: Production },
  { items }: BackfillChoice,
): Promise<WayOut | null> {
  const { exact, nearest, lacks, unrun } = await findPrefixes(input, input.migrations);
  const length = exact > 0 ? exact : nearest;
  const to = input.migrations[length - 1]?.name;
  if (to === undefined) return null;
  const names = new Set(input.migrations.slice(0, length).map(({ name }) => name));
  return {
    type: exact > 0 ? 'exact' : 'nearest',
    to,
    lacks: exact === 0 && lacks,
    unrun: unrun.filter(({ migration }) => names.has(migration)),
    rowsUnseen: findRowsUnseen(items.filter(({ name }) => names.has(name))),
  };
}

/** True if the part of the folder that production has is shorter than the part to be recorded. Migrations that leave no trace do not count. */
function isShorter(way: WayOut | null, { claimed }: BackfillChoice): boolean {
  if (way === null) return false;
  if (way.type === 'exact') return true;
  const end = claimed.findIndex(({ name }) => name === way.to);
  return claimed.slice(end + 1).some((migration) => changesSchema(analyseMigration(migration)));
}

function countPending({ entries }: History, { items }: BackfillChoice): number {
  const recorded = new Set(
    items.filter(({ action }) => action === 'record' || action === 'rename').map(({ name }) => name),
  );
  return entries.filter((entry) => isToApply(entry) && !recorded.has(entry.name)).length;
}

function nameOutcome(items: readonly BackfillItem[]): BackfillResult['outcome'] {
  const [first] = items;
  if (first?.action === 'take-back') return 'undone';
  if (first?.action === 'roll-back') return 'rolled-back';
  return items.every(({ action }) => action === 'accept') ? 'accepted' : 'recorded';
}
