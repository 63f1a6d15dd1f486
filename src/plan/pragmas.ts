/** What becomes of a PRAGMA in a migration: it is run, left out with a note, or a blocker. Decided by trying on sqld 0.24.32. */

import { deniedPragmas, takenPragmas } from '../sandbox/lists.ts';
import type { Classified } from '../sql/classify.ts';

type Pragma = Extract<Classified, { type: 'pragma' }>;

export type PragmaFate =
  | { readonly type: 'run' }
  /** Never run: not on the mirror, and not on the server. `reason` ends a sentence that names it. */
  | { readonly type: 'left-out'; readonly reason: string }
  /** `reason` is a sentence that goes on behind its name. */
  | { readonly type: 'refused'; readonly reason: string };

/**
 * They set how a connection works, how fast and how safely it writes, or how much memory it takes: whatever they say, a migration does the same
 * to schema and rows. The deprecated ones shape what a query returns, which nobody reads.
 */
export const tuningPragmas: ReadonlySet<string> = new Set(
  `analysis_limit automatic_index busy_timeout cache_size cache_spill cell_size_check checkpoint_fullfsync
    count_changes default_cache_size empty_result_callbacks full_column_names fullfsync hard_heap_limit
    incremental_vacuum journal_mode journal_size_limit locking_mode mmap_size optimize read_uncommitted
    short_column_names shrink_memory soft_heap_limit synchronous temp_store threads wal_autocheckpoint
    wal_checkpoint`.split(/\s+/),
);

/** Whatever stands behind them is no setting. */
export const readingPragmas: ReadonlySet<string> = new Set(
  'collation_list compile_options freelist_count index_xinfo module_list page_count pragma_list'.split(' '),
);

interface Meaning {
  readonly does: string;
  /** Whether a value says what is so in every database that a server makes. */
  readonly isSo: (value: string) => boolean;
}

const isOff = (value: string): boolean => !isOn(value);
const never = (): boolean => false;

/** They change what a migration does, or what is kept of it, and a server does not set them. */
export const meaningfulPragmas: ReadonlyMap<string, Meaning> = new Map([
  ['application_id', { does: "changes the number by which programs know the file's kind", isSo: never }],
  ['auto_vacuum', { does: 'changes whether a file shrinks', isSo: isOneOf('0', 'none') }],
  ['case_sensitive_like', { does: 'changes which rows LIKE finds', isSo: isOff }],
  ['encoding', { does: 'changes how texts are kept', isSo: isOneOf('utf-8', 'utf8') }],
  ['ignore_check_constraints', { does: 'lets in rows that break a CHECK', isSo: isOff }],
  ['legacy_alter_table', { does: 'changes what a RENAME rewrites in views, triggers and keys', isSo: isOff }],
  ['max_page_count', { does: 'changes how large the database may become', isSo: never }],
  ['page_size', { does: 'changes how the file is laid out', isSo: isOneOf('4096') }],
  ['query_only', { does: 'keeps every later statement from writing', isSo: isOff }],
  ['recursive_triggers', { does: 'makes triggers fire for what triggers and REPLACE do', isSo: isOff }],
  ['reverse_unordered_selects', { does: 'changes the order in which rows are read', isSo: isOff }],
  ['schema_version', { does: 'makes others read a schema that is not there', isSo: never }],
  ['secure_delete', { does: 'changes whether deleted rows can still be read in the file', isSo: isOff }],
]);

function isOneOf(...values: readonly string[]): (value: string) => boolean {
  return (value) => values.includes(value);
}

export function judgePragma({ name, value }: Pragma): PragmaFate {
  if (tuningPragmas.has(name)) {
    return { type: 'left-out', reason: 'it sets how the engine works, not what the database holds' };
  }
  // What it does elsewhere is told by `findBlocker`.
  if (deniedPragmas.has(name)) return { type: 'run' };
  if (readingPragmas.has(name)) return { type: 'left-out', reason: 'it only reads' };
  const meaning = meaningfulPragmas.get(name);
  if (meaning !== undefined) {
    if (value === null) return { type: 'left-out', reason: 'it only reads' };
    if (meaning.isSo(value)) return { type: 'left-out', reason: 'what it asks for is so anyway' };
    return { type: 'refused', reason: `${meaning.does}, and no libSQL server does that` };
  }
  if (takenPragmas.has(name)) return { type: 'run' };
  return { type: 'refused', reason: 'is nothing that a libSQL server runs' };
}

/** @returns why it is left out of what is run, here and in production; null where it is not. */
export function findWhyLeftOut(kind: Classified): string | null {
  const fate = kind.type === 'pragma' ? judgePragma(kind) : null;
  return fate?.type === 'left-out' ? fate.reason : null;
}

/**
 * How SQLite reads a flag (pragma.c, getSafetyLevel): three words and numbers whose low byte is not 0 mean on, anything else
 * means off.
 */
export function isOn(value: string): boolean {
  if (value === 'on' || value === 'yes' || value === 'true') return true;
  return /^\d/.test(value) && (Number.parseInt(value, value.startsWith('0x') ? 16 : 10) & 255) !== 0;
}
