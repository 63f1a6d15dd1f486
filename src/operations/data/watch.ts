/** Goes through the rehearsal statement by statement, follows what every table would hold, and notes what to ask production. */

import { DatabaseRows, listWords } from '../../core/data/database-rows.ts';
import { parsePlainSelect } from '../../core/data/plain-select.ts';
import { hasOwnConflicts, readProductionTables } from '../../core/data/production-table.ts';
import { Questions } from '../../core/data/questions.ts';
import { parseCreateAs, parseInsert } from '../../core/data/row-statements.ts';
import { rowsOfProduction, unknownRows } from '../../core/data/table-rows.ts';
import { listTakenColumns, listTakenItems, type TakenColumns } from '../../core/data/taken-columns.ts';
import { type AnalysedMigration, isDeferPragma, isInsideRebuild } from '../../core/plan/analyse.ts';
import type { Finding } from '../../core/plan/findings.ts';
import type { DataGuard, PlannedStatement, Rebuild, RebuildSize } from '../../core/plan/plan.ts';
import { isSystemTable, type Schema } from '../../core/schema/objects.ts';
import type { ColumnStructure } from '../../core/schema/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../core/sql/identifiers.ts';
import type { Mirror, Reply } from '../../ports.ts';
import type { RehearsalWatch } from '../rehearse.ts';
import {
  noteDroppedColumns,
  noteDroppedTable,
  noteRebuilt,
  noteRenamedColumn,
  noteRenamedTable,
  noteRequiredColumns,
} from './breaks.ts';
import { askCascades, askHeld, replacesRows } from './cascades.ts';
import { askUniqueIndex } from './constraints.ts';
import { askCounter } from './counters.ts';
import { askAddedColumn, changeRows, listInsertable, parseAddedColumn } from './effects.ts';
import { askDroppedColumn, askDroppedTable, askRebuilt, type Copied, listMade } from './losses.ts';
import { askOrphans } from './references.ts';
import type { Place, Scene } from './scene.ts';
import { askSize } from './sizes.ts';
import { Structures } from './structures.ts';

export interface DataWatch extends RehearsalWatch {
  readonly questions: Questions;
  judge(replies: readonly Reply[]): readonly Finding[];
  measure(replies: readonly Reply[]): readonly { readonly migration: string; readonly size: RebuildSize }[];
}

export function watchData(mirror: Mirror, schema: Schema, examples: Scene['examples']): DataWatch {
  const production = readProductionTables(schema);
  const tables = schema.objects.filter(({ type, name }) => type === 'table' && !isSystemTable(schema, name));
  const views = schema.objects.filter(({ type }) => type === 'view').map(({ name }) => foldName(name));
  const structures = new Structures(mirror);
  const scene: Scene = {
    rows: new DatabaseRows(
      tables.map(({ name }) => {
        const structure = production.get(foldName(name))?.structure;
        const columns = structure?.columns.map((column) => column.name);
        return {
          name,
          origin: name,
          madeIn: null,
          isFilled: false,
          mayLack: false,
          rows: columns ? rowsOfProduction(name, columns) : unknownRows,
        };
      }),
      new Set(views),
      (name) => structures.find(name)?.columns.map((column) => column.name) ?? [],
    ),
    structures,
    production,
    questions: new Questions(),
    examples,
    findings: [],
    sizes: [],
  };
  let copies = new Map<string, Copied>();
  /** What tables that this migration dropped or renamed were called in production, by the name they had. */
  let origins = new Map<string, { readonly origin: string; readonly isFilled: boolean }>();
  let keysWereOff = false;

  return {
    questions: scene.questions,
    judge: (replies) => scene.findings.flatMap((find) => find(replies)),
    measure: (replies) => scene.sizes.flatMap((find) => find(replies) ?? []),

    beginMigration: () => {
      copies = new Map();
      origins = new Map();
    },

    beforeStatement: (migration, index) => {
      const place = placeOf(migration, index);
      if (place === null) return [];
      const { kind } = place.statement;
      switch (kind.type) {
        case 'drop':
          return kind.object === 'table' ? beforeDrop(place, index, kind.name) : [];
        case 'drop-column':
          return beforeDropColumn(place, kind.table, kind.column);
        case 'delete':
        case 'update':
          return askCascades(scene, place);
        case 'rename-table':
          // A rebuild, and a table that is put aside and made again, keep their name.
          if (!isInsideRebuild(migration.rebuilds, index) && !comesBack(migration, index, kind.table)) {
            noteRenamedTable(scene, place, kind.table, kind.to);
          }
          return [];
        case 'rename-column':
          noteRenamedColumn(scene, place, kind.table, kind.column, kind.to);
          return [];
        default:
          return [];
      }
    },

    afterStatement: (migration, index, planned) => {
      const place = placeOf(migration, index);
      if (place !== null) after(place, index, planned);
    },

    endMigration: (migration) => {
      if (migration.foreignKeysOff) askOrphans(scene, migration, 'asks');
      // What was left without a parent before counts for nothing when keys that wait are looked at.
      else if (!keysWereOff && migration.statements.some(({ kind }) => isDeferPragma(kind)))
        askOrphans(scene, migration, 'fails');
      keysWereOff ||= migration.foreignKeysOff;
    },
  };

  function placeOf(migration: AnalysedMigration, index: number): Place | null {
    const statement = migration.statements[index];
    return statement === undefined ? null : { migration, statement };
  }

  function beforeDrop(place: Place, index: number, name: string): readonly DataGuard[] {
    const { migration } = place;
    const tracked = scene.rows.find(name);
    if (tracked === null) return [];
    const { origin, isFilled } = tracked;
    if (origin !== null) origins.set(foldName(name), { origin, isFilled });
    const replacement = findReplacement(migration, index, name, tracked.origin);
    if (replacement === null) {
      if (!comesBack(migration, index, name)) noteDroppedTable(scene, place, name);
      askHeld(scene, place, name, `SELECT * FROM ${quoteIdentifier(name)}`);
      return askDroppedTable(scene, place, name, listMade(migration));
    }
    const [old, made] = [scene.structures.find(name), scene.structures.find(replacement)];
    if (old !== null && made !== null) noteRebuilt(scene, place, { ...old, name: tracked.origin ?? name }, made);
    askSize(scene, place, name);
    const copied = copies.get(foldName(replacement)) ?? null;
    const hasCounter = old !== null && made !== null && tracked.origin !== null;
    return [
      ...askRebuilt(scene, place, { table: name, replacement, copied }),
      ...(hasCounter ? askCounter(scene, place, { table: name, old, made }) : []),
    ];
  }

  /** The table that stands for this one afterwards: a rebuild's copy, or one made under the name that it had. */
  function findReplacement(
    migration: AnalysedMigration,
    index: number,
    name: string,
    origin: string | null,
  ): string | null {
    const rebuild = migration.rebuilds.find(
      (candidate) => candidate.first <= index && index <= candidate.last && sameName(candidate.table, name),
    );
    if (rebuild !== undefined) return rebuild.replacement;
    if (origin === null || sameName(origin, name)) return null;
    return scene.rows.find(origin)?.origin === null ? origin : null;
  }

  function beforeDropColumn(place: Place, table: string, name: string): readonly DataGuard[] {
    const structure = scene.structures.find(table);
    const column = structure?.columns.find((candidate) => sameName(candidate.name, name));
    if (!structure || !column) return [];
    const added = listAdded(place.migration, table);
    noteDroppedColumns(scene, place, table, [column], added);
    return askDroppedColumn(scene, place, { table, column, added });
  }

  function after(place: Place, index: number, planned: PlannedStatement): void {
    const { migration, statement } = place;
    const { kind } = statement;
    if (planned.action === 'skip') return;
    if (kind.type === 'add-column') {
      const added = askAddedColumn(scene, place, kind);
      if (added !== null) noteRequiredColumns(scene, place, kind.table, [added]);
    }
    if (kind.type === 'create-index' && kind.unique) {
      const [rows, table] = [scene.rows.rowsOf(kind.table), scene.structures.find(kind.table)];
      if (rows.type === 'known' && !rows.vague && table !== null) askUniqueIndex(scene, place, rows, table);
    }
    if (kind.type === 'insert') forgetCopies('insert', kind.table);
    if (kind.type === 'delete' || replacesRows(statement))
      forgetCopies('delete', kind.type === 'update' || kind.type === 'delete' ? kind.table : '');
    if (kind.type === 'insert') noteCopy(place, kind.table);
    if (kind.type === 'create-table') {
      copies.delete(foldName(kind.name));
      if (kind.asSelect) noteCopy(place, kind.name);
    }
    if (kind.type === 'rename-table') renameCopies(kind.table, kind.to);
    changeRows(scene, place);
    const rebuild = migration.rebuilds.find(({ last }) => last === index);
    if (rebuild !== undefined) giveOrigin(rebuild);
    if (kind.type === 'drop' && kind.object === 'table') giveOriginBack(kind.name);
  }

  function noteCopy({ statement }: Place, table: string): void {
    const known = copies.get(foldName(table));
    const structure = scene.structures.find(table);
    const parts = parseInsert(statement.sql);
    const source = parseCreateAs(statement.sql) ?? parts?.source ?? statement.sql;
    const isIgnoring =
      parts?.conflict === 'ignore' ||
      parts?.conflict === 'replace' ||
      (structure !== null && hasOwnConflicts(structure));
    const select = parts?.conflict === 'other' ? null : parsePlainSelect(source);
    const columns = listTakenColumns(source);
    const part = {
      columns,
      into: structure === null ? null : nameItems(listTakenItems(source), parts?.columns ?? listInsertable(structure)),
      words: listWords(source),
      isPlain: select !== null,
      isWhole: select?.whole === true,
    };
    copies.set(foldName(table), {
      parts: [...(known?.parts ?? []), part],
      ignoring: isIgnoring ? statement : (known?.ignoring ?? null),
      whole: new Set([...(known?.whole ?? []), ...(select?.whole ? [foldName(select.table)] : [])]),
    });
  }

  function renameCopies(table: string, to: string): void {
    const [from, name] = [foldName(table), foldName(to)];
    const follow = (known: string) =>
      known === from ? name : known.startsWith(`${from}.`) ? `${name}${known.slice(from.length)}` : known;
    const followAll = (known: ReadonlySet<string>) => new Set([...known].map(follow));
    const renamed = [...copies].map(([target, copied]): [string, Copied] => [
      follow(target),
      {
        ...copied,
        parts: copied.parts.map((part) => ({
          ...part,
          columns: followAll(part.columns),
          into: part.into && new Map([...part.into].map(([column, taken]) => [column, followAll(taken)])),
          words: followAll(part.words),
        })),
        whole: followAll(copied.whole),
      },
    ]);
    copies = new Map(renamed);
  }

  /** What was copied is not all any more: rows came to where it was copied from, or were taken from the copy. */
  function forgetCopies(kind: 'insert' | 'delete', table: string): void {
    const name = foldName(table);
    for (const [target, copied] of copies) {
      const whole = [...copied.whole].filter((source) => (kind === 'insert' ? source !== name : target !== name));
      copies.set(target, { ...copied, whole: new Set(whole) });
    }
  }

  /** After a rebuild the new table is the one that production had. */
  function giveOrigin({ table }: Rebuild): void {
    const tracked = scene.rows.find(table);
    const old = origins.get(foldName(table));
    if (tracked !== null && old !== undefined)
      scene.rows.set({ ...tracked, ...old, isFilled: mayBeFilled(table, old) });
  }

  function giveOriginBack(dropped: string): void {
    const old = origins.get(foldName(dropped));
    const tracked = old === undefined ? null : scene.rows.find(old.origin);
    if (old !== undefined && tracked?.origin === null && copies.has(foldName(old.origin)))
      scene.rows.set({ ...tracked, ...old, isFilled: mayBeFilled(old.origin, old) });
  }

  /** Whether the copy has rows that the table had not. */
  function mayBeFilled(table: string, { isFilled }: { readonly isFilled: boolean }): boolean {
    const parts = copies.get(foldName(table))?.parts ?? [];
    return isFilled || parts.some(({ words }) => ![...origins.keys()].some((name) => words.has(name)));
  }
}

function nameItems(
  items: readonly TakenColumns[] | null,
  columns: readonly string[],
): ReadonlyMap<string, TakenColumns> | null {
  if (items?.length !== columns.length) return null;
  return new Map(items.map((taken, index) => [foldName(columns[index] ?? ''), taken]));
}

/** Whether a later statement of the migration makes a table of this name. */
function comesBack({ statements }: AnalysedMigration, index: number, name: string): boolean {
  return statements
    .slice(index + 1)
    .some(
      ({ kind }) =>
        (kind.type === 'create-table' && sameName(kind.name, name)) ||
        (kind.type === 'rename-table' && sameName(kind.to, name)),
    );
}

function listAdded({ statements }: AnalysedMigration, table: string): readonly ColumnStructure[] {
  return statements.flatMap(({ kind }) =>
    kind.type === 'add-column' && sameName(kind.table, table) ? parseAddedColumn(kind.definition) : [],
  );
}
