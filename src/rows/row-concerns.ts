/** Whether a migration may meet rows, so that production has to be asked about them. */

import type { AnalysedMigration } from '../plan/analyse.ts';
import type { Classified } from '../sql/classify.ts';
import { hasKeyword } from '../sql/contents.ts';

export function mayConcernRows({ statements }: AnalysedMigration): boolean {
  return statements.some(({ kind }) => concernsRows(kind));
}

function concernsRows(kind: Classified): boolean {
  switch (kind.type) {
    case 'drop':
      return kind.object === 'table';
    case 'create-index':
      return kind.unique;
    case 'add-column':
      return hasKeyword(kind.definition, 'NOT', 'DEFAULT', 'CHECK', 'REFERENCES', 'AS');
    case 'insert':
    case 'update':
    case 'delete':
    case 'rename-table':
    case 'rename-column':
    case 'drop-column':
      return true;
    default:
      return false;
  }
}
