/** How much a rebuild copies, and whether it may hold the write lock for too long. */

import type { Finding } from '../findings/catalogue.ts';
import { find } from '../findings/finding.ts';
import { longLock } from '../findings/long-lock.ts';
import type { RebuildSize } from '../plan/plan.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import type { Answers } from './ask/asking.ts';
import { placeAt, type Scene, type StatementPlace } from './ask/context.ts';
import { tableNow } from './losses/loss.ts';

/**
 * Seconds that a rebuild takes on a server, about: measured on sqld 0.24.32 with rows of 100 to 1,000 bytes and up to four
 * indexes.
 */
const rebuildCost = { row: 1.2e-6, byte: 1.4e-8, indexedRow: 1.3e-6 };

/** The server takes the lock away after 5 seconds when another writer waits; other machines are slower than the one measured. */
const longest = 2.5;

/** Before the old table is dropped. */
export function askSize(scene: Scene, place: StatementPlace, table: string): void {
  const structure = scene.structures.find(table);
  if ((scene.rows.find(table)?.origin ?? null) === null || structure === null) return;
  const all = tableNow(scene, table);
  const lengths = structure.columns.map(({ name }) => `coalesce(octet_length(${quoteIdentifier(name)}), 0)`);
  const count = scene.asking.count(all);
  const sum = scene.asking.sum(all, lengths.join(' + '));
  const indexes = scene.structures.listIndexes(table).length + structure.uniques.length;
  const { name } = place.analysed.migration;
  const measure = (replies: Answers): RebuildSize | null => {
    const rows = count(replies);
    return rows && { table, rows: rows.rows, bytes: sum(replies)?.rows ?? 0, atLeast: rows.atLeast };
  };
  scene.sizes.push((replies) => {
    const size = measure(replies);
    return size && { migration: name, size };
  });
  scene.findings.push((replies): readonly Finding[] => {
    const size = measure(replies);
    if (size === null) return [];
    const seconds = estimateSeconds(size, indexes);
    if (seconds < longest) return [];
    const { rows, atLeast } = size;
    return [find(longLock, 'note', placeAt(place, null), { table, count: { rows, atLeast }, seconds })];
  });
}

function estimateSeconds({ rows, bytes }: Pick<RebuildSize, 'rows' | 'bytes'>, indexes: number): number {
  return rows * (rebuildCost.row + indexes * rebuildCost.indexedRow) + bytes * rebuildCost.byte;
}
