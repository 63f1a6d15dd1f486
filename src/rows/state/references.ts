/** Rows of production that are without a parent today. */

import type { ProductionTable } from '../../production/tables.ts';
import { writeMissing } from '../constraints/parents.ts';
import { type Scene, subjectOfTable } from '../context.ts';
import type { Answers } from '../questions.ts';

/**
 * Of these tables. SQLite counts rows without a parent all in one, up and down (fkey.c): where such a row is deleted or mended,
 * one that is new goes through.
 */
export function countOrphans(scene: Scene, tables: readonly ProductionTable[]): (replies: Answers) => number | null {
  const counts = tables.flatMap((table) =>
    table.structure.foreignKeys.map((key) => {
      const condition = writeMissing(scene, table.structure, key);
      return condition === null ? null : scene.questions.countWhere(subjectOfTable(table).select, condition);
    }),
  );
  return (replies) => {
    const rows = counts.map((count) => count?.(replies)?.rows ?? null);
    return rows.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  };
}
