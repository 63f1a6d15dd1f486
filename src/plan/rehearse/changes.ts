/** What a migration changes of the schema so that something else may no longer work: told from its statements, before it runs. */

import type { Mirror } from '../../ports.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { AnalysedMigration } from '../analyse.ts';

/** What one statement may break. Names are folded. */
export interface SchemaChange {
  /** Its index in the migration. */
  readonly index: number;
  /** Tables and views that are no longer what they were: whatever names them is concerned. */
  readonly names: readonly string[];
  /** Tables to which foreign keys may no longer be able to refer. */
  readonly parents: readonly string[];
  /** Tables to which writing may fail for what is their own: a foreign key, a trigger. */
  readonly written: readonly string[];
  /** What an engine's words may name because of it, beside the tables. */
  readonly columns: readonly string[];
}

type Told = Pick<SchemaChange, 'names'> & Partial<SchemaChange>;

/** @param mirror as it is when the migration begins: it knows which table an index is on. */
export function listSchemaChanges(mirror: Mirror, { statements }: AnalysedMigration): readonly SchemaChange[] {
  return statements.flatMap(({ kind, sql }, index) => {
    const told = tellChange(kind, sql, mirror);
    if (told === null) return [];
    const fold = (names: readonly string[]) => names.map(foldName);
    const { names, parents = [], written = [], columns = [] } = told;
    return [{ index, names: fold(names), parents: fold(parents), written: fold(written), columns: fold(columns) }];
  });
}

/** @returns null for what breaks nothing: a new table without a key, an index, rows. */
function tellChange(kind: AnalysedMigration['statements'][number]['kind'], sql: string, mirror: Mirror): Told | null {
  const ofKeys = () => hasKeyword(sql, 'REFERENCES');
  switch (kind.type) {
    case 'create-table':
      return ofKeys() ? { names: [], written: [kind.name] } : null;
    case 'create-view':
    case 'create-virtual-table':
      return { names: [kind.name] };
    case 'create-trigger':
      return { names: [kind.table], written: [kind.table] };
    case 'add-column':
      return { names: [kind.table], written: ofKeys() ? [kind.table] : [], columns: [kind.column] };
    case 'drop-column':
      return { names: [kind.table], columns: [kind.column] };
    case 'rename-column':
      return { names: [kind.table], columns: [kind.column, kind.to] };
    case 'rename-table':
      return { names: [kind.table, kind.to], parents: [kind.to], written: [kind.table, kind.to] };
    case 'alter-other':
      return { names: [kind.table], parents: [kind.table], written: [kind.table] };
    case 'drop':
      return tellDrop(kind.object, kind.name, mirror);
    default:
      return null;
  }
}

function tellDrop(object: 'table' | 'index' | 'view' | 'trigger', name: string, mirror: Mirror): Told | null {
  switch (object) {
    case 'table':
      return { names: [name], parents: [name] };
    case 'view':
      return { names: [name] };
    case 'index': {
      // A key may refer to what it makes unique, and an upsert may name that.
      const [row] = mirror.query(
        `SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE`,
        [name],
      );
      if (row === undefined) return null;
      const table = String(row[0]);
      return { names: [table], parents: [table] };
    }
    case 'trigger':
      return null;
  }
}
