/** Statements of which only the run knows whether they fail on the rows that they meet: without these rows that is said. */

import type { TableStructure } from '../../schema/model/structure.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import { mayRaise } from '../../sql/raises.ts';
import { parseInsert } from '../../sql/row-statements.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';

export function askRaised(scene: Scene, { statement: { kind, sql } }: StatementPlace): void {
  switch (kind.type) {
    case 'create-index':
    case 'add-column':
      if (mayRaise(sql)) scene.asking.needsRun(sql);
      break;
    case 'delete':
      if ([sql, ...scene.structures.listTriggers(kind.table)].some(mayRaise)) scene.asking.needsRun(sql);
      break;
    case 'create-table':
      if (kind.asSelect && mayRaise(sql)) scene.asking.needsRun(sql);
      break;
    case 'update':
    case 'insert': {
      const table = scene.structures.find(kind.table);
      const readsRows = kind.type === 'update' || hasKeyword(sql, 'SELECT');
      const some = readsRows ? [sql, ...scene.structures.listIndexes(kind.table)] : [];
      const texts = [...some, ...scene.structures.listTriggers(kind.table)];
      if (texts.some(mayRaise) || (readsRows && table !== null && isParticular(scene, table, sql)))
        scene.asking.needsRun(sql);
      break;
    }
    default:
  }
}

/** It takes no value as it comes, or makes some itself; what a clause of ON CONFLICT leaves out is not told either. */
function isParticular({ structures }: Scene, table: TableStructure, sql: string): boolean {
  const made = table.columns.flatMap(({ generated, notNull }) => (generated === null ? [] : [{ generated, notNull }]));
  if (made.some(({ generated, notNull }) => notNull || mayRaise(generated.expression))) return true;
  const parts = parseInsert(sql);
  if (parts?.conflict === 'other') return true;
  if (!table.options.includes('strict')) return false;
  const from = structures.find(parsePlainSelect(parts?.source ?? '')?.table ?? '');
  return made.length > 0 || from?.options.includes('strict') !== true;
}
