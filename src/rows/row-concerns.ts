/** Whether statements may meet rows, so that production has to be asked about them. */

import type { AnalysedMigration, AnalysedStatement } from '../plan/analyse.ts';
import { hasKeyword } from '../sql/contents.ts';
import { isKeyword, isOperator } from '../sql/cursor.ts';
import { tokenize } from '../sql/tokenize.ts';

export function mayConcernRows({ statements }: AnalysedMigration): boolean {
  return statements.some(concernsRows);
}

/** False where it only makes something, or changes what no row can keep from being changed. */
export function concernsRows({ kind, sql }: AnalysedStatement): boolean {
  switch (kind.type) {
    case 'drop':
      return kind.object === 'table';
    case 'create-index':
      return kind.unique || computes(sql);
    case 'add-column':
      return hasKeyword(kind.definition, 'NOT', 'DEFAULT', 'CHECK', 'REFERENCES', 'AS');
    case 'create-table':
      return kind.asSelect;
    case 'insert':
    case 'update':
    case 'delete':
    case 'select':
    case 'rename-table':
    case 'rename-column':
    case 'drop-column':
    case 'alter-other':
      return true;
    default:
      return false;
  }
}

/** An index over plain columns takes any row; an expression, or a condition, may fail on one. */
function computes(createIndex: string): boolean {
  const tokens = tokenize(createIndex);
  const open = tokens.findIndex((token) => isOperator(token, '('));
  return tokens
    .slice(open + 1)
    .some((token) => isKeyword(token, 'WHERE') || (token.kind === 'operator' && !/^[,);]$/.test(token.text)));
}
