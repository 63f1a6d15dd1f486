/** Which tables have every row of which others, while statements change the one and the other. */

import type { Scene, StatementPlace } from '../context.ts';
import type { Copies } from './copies.ts';
import { findKeys } from './keys.ts';

/** After the statement has run on the mirror. */
export function followCopies(scene: Scene, copies: Copies, place: StatementPlace): void {
  const { kind } = place.statement;
  switch (kind.type) {
    case 'insert':
      copies.forgetSource(kind.table);
      copies.note(place, kind.table);
      break;
    case 'create-table':
      copies.remove(kind.name);
      if (kind.asSelect) copies.note(place, kind.name);
      break;
    case 'rename-table':
      copies.rename(kind.table, kind.to);
      break;
    case 'drop':
      if (kind.object === 'table') copies.remove(kind.name);
      break;
    case 'update':
    case 'delete':
      if (kind.type === 'delete' || kind.replaces) copies.forgetTarget(kind.table);
      break;
    default:
  }
  if (reachesOthers(scene, place)) copies.forgetAll();
}

/** Whether triggers or foreign keys may take rows from other tables, or bring some. */
function reachesOthers({ structures }: Scene, { analysed, statement }: StatementPlace): boolean {
  const { kind } = statement;
  if (kind.type !== 'insert' && kind.type !== 'update' && kind.type !== 'delete') return false;
  const mayDelete = kind.type === 'delete' || kind.replaces;
  return (
    structures.listTriggers(kind.table).length > 0 ||
    (mayDelete && findKeys(analysed) !== 'off' && structures.listChildren(kind.table).length > 0)
  );
}
