/** Parts of a migration that production has already, seen while it is rehearsed. */

import { findObject } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { compareSchemas } from '../../schema/compare/compare.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import type { AnalysedMigration } from '../analyse.ts';
import { isAlreadyThere, type Rebuild, type StatementDecision } from '../plan.ts';
import type { Makers } from './makers.ts';

/** Follows one migration through its rehearsal. */
export interface ThereReader {
  beforeStatement(index: number): void;
  afterStatement(index: number, decision: StatementDecision): void;
  readThere(): There;
}

/** Lines of what production has already, and no migration of this plan has made. */
export interface There {
  readonly made: readonly number[];
  /** Rebuilds that change nothing. A file may have such a rebuild anyway: it does not prove that the file has run. */
  readonly rebuilt: readonly number[];
}

export const nothingThere: There = { made: [], rebuilt: [] };

export function openThereReader(mirror: Mirror, analysed: AnalysedMigration, makers: Makers): ThereReader {
  const made: number[] = [];
  const same: number[] = [];
  const rebuilt = new Map<Rebuild, SchemaObject | null>();
  const find = ({ table }: Rebuild) => findObject(mirror, { type: 'table', name: table });
  return {
    beforeStatement: (index) => {
      for (const rebuild of analysed.rebuilds) if (rebuild.first === index) rebuilt.set(rebuild, find(rebuild));
    },
    afterStatement: (index, decision) => {
      const statement = analysed.statements[index];
      if (statement === undefined) return;
      const { kind, line } = statement;
      if (isAlreadyThere(decision) && makers.find(kind) === null) made.push(line);
      for (const rebuild of analysed.rebuilds) {
        if (rebuild.last !== index || makers.findTable(rebuild.table) !== null) continue;
        const [before, after] = [rebuilt.get(rebuild), find(rebuild)];
        if (before && after && compareSchemas([before], [after], 'everything').length === 0) same.push(line);
      }
    },
    readThere: () => ({ made, rebuilt: same }),
  };
}
