/** A PRAGMA in a migration is run, left out with a note, or a blocker. Decided by trying on sqld 0.24.32. */

import type { LeftOutPragma } from '../findings/pragma-left-out.ts';
import type { MeaningfulPragma } from '../findings/server-refuses.ts';
import { deniedPragmas, takenPragmas } from '../sandbox/lists.ts';
import type { Classified } from '../sql/classify.ts';

type Pragma = Extract<Classified, { type: 'pragma' }>;

export type PragmaFate =
  | { readonly type: 'run' }
  /** Never run: not on the mirror, and not on the server. */
  | { readonly type: 'left-out'; readonly because: LeftOutPragma }
  /** `changes` is null for a PRAGMA that no server knows. */
  | { readonly type: 'refused'; readonly changes: MeaningfulPragma | null };

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

const isOff = (value: string): boolean => !isOn(value);
const never = (): boolean => false;

/**
 * They change what a migration does, or what is kept of it, and a server does not set them. By each, whether a value says what is
 * so in every database that a server makes.
 */
const meaningful: Readonly<Record<MeaningfulPragma, (value: string) => boolean>> = {
  application_id: never,
  auto_vacuum: isOneOf('0', 'none'),
  case_sensitive_like: isOff,
  encoding: isOneOf('utf-8', 'utf8'),
  ignore_check_constraints: isOff,
  legacy_alter_table: isOff,
  max_page_count: never,
  page_size: isOneOf('4096'),
  query_only: isOff,
  recursive_triggers: isOff,
  reverse_unordered_selects: isOff,
  schema_version: never,
  secure_delete: isOff,
};

export const meaningfulPragmas: ReadonlySet<string> = new Set(Object.keys(meaningful));

function isMeaningful(name: string): name is MeaningfulPragma {
  return meaningfulPragmas.has(name);
}

function isOneOf(...values: readonly string[]): (value: string) => boolean {
  return (value) => values.includes(value);
}

export function judgePragma({ name, value }: Pragma): PragmaFate {
  if (tuningPragmas.has(name)) return { type: 'left-out', because: 'tunes' };
  // What it does elsewhere is told by `findBlocker`.
  if (deniedPragmas.has(name)) return { type: 'run' };
  if (readingPragmas.has(name)) return { type: 'left-out', because: 'reads' };
  if (isMeaningful(name)) {
    if (value === null) return { type: 'left-out', because: 'reads' };
    return meaningful[name](value) ? { type: 'left-out', because: 'is-so' } : { type: 'refused', changes: name };
  }
  return takenPragmas.has(name) ? { type: 'run' } : { type: 'refused', changes: null };
}

/** @returns why it is left out of what is run, here and in production; null where it is not. */
export function findWhyLeftOut(kind: Classified): LeftOutPragma | null {
  const fate = kind.type === 'pragma' ? judgePragma(kind) : null;
  return fate?.type === 'left-out' ? fate.because : null;
}

/**
 * SQLite reads a flag like this (pragma.c, getSafetyLevel): three words, and numbers whose low byte is not 0, mean on; anything else
 * means off.
 */
export function isOn(value: string): boolean {
  if (value === 'on' || value === 'yes' || value === 'true') return true;
  return /^\d/.test(value) && (Number.parseInt(value, value.startsWith('0x') ? 16 : 10) & 255) !== 0;
}
