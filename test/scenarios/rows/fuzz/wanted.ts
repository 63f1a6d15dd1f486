/** What a rebuild makes of a table. */

import { buildColumn } from './columns.ts';
import type { ChangeKind, RebuildSeed } from './rebuild-seed.ts';
import { type Column, quote, type Table, type World } from './world.ts';

export interface Wanted {
  readonly table: Table;
  /** New name to old name. */
  readonly renamed: ReadonlyMap<string, string>;
}

export function buildWanted(
  world: World,
  table: Table,
  { changes: list, constraint, kind, strict }: RebuildSeed,
): Wanted {
  const renamed = new Map<string, string>();
  let columns = [...table.columns];
  for (const each of list) {
    const index = each.column % columns.length;
    const column = columns[index];
    if (column === undefined) continue;
    if (each.change === 'drop') {
      if (!column.isKey && columns.length > 1) columns = columns.filter((known) => known !== column);
      continue;
    }
    if (each.change === 'add') {
      columns.push({ ...buildColumn(each.seed, world.newName('n'), world.tables), origin: null });
      continue;
    }
    if (each.change === 'rename') {
      if (column.name === 'id' || column.isKey) continue;
      const to = world.newName('r');
      renamed.set(to, renamed.get(column.name) ?? column.name);
      columns = columns.map((known) => (known === column ? { ...known, name: to } : known));
      continue;
    }
    const built = buildColumn(each.seed, column.name, world.tables);
    columns = columns.map((known) => (known === column ? changeColumn(known, built, each.change) : known));
  }
  const names = new Set(columns.map(({ name }) => name));
  const mentions = (text: string) => [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
  const own = table.constraints.filter(
    (text) => !text.startsWith('FOREIGN') && mentions(text).every((name) => names.has(name)),
  );
  const second = columns.find((column) => !column.isKey && column.generated === null);
  const parent = world.pick(list.length);
  const added =
    constraint === null || second === undefined
      ? []
      : constraint === 'UNIQUE'
        ? [`UNIQUE (${quote(second.name)})`]
        : constraint === 'CHECK'
          ? [`CHECK (${quote(second.name)} IS NOT 'b')`]
          : [
              `FOREIGN KEY (${quote(second.name)}) REFERENCES ${quote(parent?.name ?? table.name)} ("id") ON DELETE CASCADE`,
            ];
  const mayChange = kind !== null && !['pair', 'keyless'].includes(table.kind);
  return {
    table: {
      ...table,
      kind: mayChange ? kind : table.kind,
      strict: strict ?? table.strict,
      columns: fitKey(columns, mayChange ? kind : table.kind),
      constraints: [...own, ...added],
    },
    renamed,
  };
}

function fitKey(columns: readonly Column[], kind: Table['kind']): readonly Column[] {
  return columns.map((column) => {
    if (!column.isKey || kind === 'pair') return column;
    return {
      ...column,
      type: kind === 'rowid' || kind === 'autoincrement' ? 'INTEGER' : kind === 'int' ? 'INT' : 'TEXT',
    };
  });
}

export function changeColumn(column: Column, built: Column, kind: ChangeKind): Column {
  if (column.generated !== null) return column;
  switch (kind) {
    case 'not null':
      return { ...column, notNull: true };
    case 'type':
      return { ...column, type: column.isKey ? column.type : built.type };
    case 'nullable':
      return { ...column, notNull: false };
    case 'default':
      return { ...column, fallback: built.fallback };
    case 'unique':
      return { ...column, unique: true };
    case 'not unique':
      return { ...column, unique: false };
    case 'check':
      return { ...column, check: built.check ?? `$ <> 'b'` };
    case 'nocase':
      return { ...column, nocase: true };
    case 'binary':
      return { ...column, nocase: false };
    case 'reference':
      return { ...column, reference: built.reference ?? column.reference };
    case 'forget reference':
      return { ...column, reference: null };
    default:
      return column;
  }
}
