/** What a statement does to the rows of tables, as far as it can be told; and what its new constraints ask of them. */

import { sameName } from '../../sql/identifiers.ts';
import { parseCreateAs } from '../../sql/row-statements.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { forgetChildren } from '../state/reached.ts';
import {
  findWholeOf,
  type KnownRows,
  keepColumns,
  pickColumns,
  type TableRows,
  unknownRows,
} from '../state/table-rows.ts';
import { addColumn } from './added-column.ts';
import { updateRows } from './changed-rows.ts';
import { deleteRows } from './deleted-rows.ts';
import { findCopied, insertRows } from './put-rows.ts';

/** After the statement has run on the mirror. */
export function changeRows(scene: Scene, place: StatementPlace): void {
  const { rows } = scene;
  const { kind, sql } = place.statement;
  switch (kind.type) {
    case 'create-table':
      setMade(
        scene,
        place,
        kind.name,
        kind.asSelect ? { type: 'unknown', wholeOf: findCopied(scene, parseCreateAs(sql)) } : { type: 'none' },
      );
      break;
    case 'create-virtual-table':
      setMade(scene, place, kind.name, unknownRows);
      break;
    case 'create-view':
      rows.hide(kind.name);
      break;
    case 'drop':
      if (kind.object !== 'table') break;
      // It deletes the rows first (SQLite's foreign key documentation, section 5).
      forgetChildren(scene, place, kind.name);
      rows.remove(kind.name);
      break;
    case 'rename-table':
      rows.rename(kind.table, kind.to);
      break;
    case 'rename-column':
      changeColumns(scene, kind.table, (known) =>
        pickColumns(
          known,
          keepColumns(known).map((column) =>
            sameName(column.name, kind.column) ? { ...column, name: kind.to } : column,
          ),
        ),
      );
      break;
    case 'drop-column':
      changeColumns(scene, kind.table, (known) =>
        pickColumns(
          known,
          keepColumns(known).filter(({ name }) => !sameName(name, kind.column)),
        ),
      );
      break;
    case 'add-column':
      addColumn(scene, kind);
      break;
    case 'insert':
      insertRows(scene, place, kind.table);
      break;
    case 'update':
      updateRows(scene, place, kind.table);
      break;
    case 'delete':
      deleteRows(scene, place, kind.table);
      break;
    case 'alter-other':
      rows.setRows(kind.table, unknownRows);
      break;
    case 'other':
      rows.forgetAll();
      break;
    default:
  }
}

/** A table that production has not. */
function setMade(scene: Scene, { analysed }: StatementPlace, name: string, rows: TableRows): void {
  scene.rows.set({ name, origin: null, madeIn: analysed.migration.name, isFilled: false, mayLack: false, rows });
}

function changeColumns({ rows }: Scene, table: string, change: (known: KnownRows) => TableRows): void {
  const current = rows.rowsOf(table);
  if (current.type === 'known') rows.setRows(table, change(current));
  else if (current.type === 'unknown') rows.setRows(table, { type: 'unknown', wholeOf: findWholeOf(current) });
}
