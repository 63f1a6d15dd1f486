/** Goes through the rehearsal statement by statement, and notes what to ask about rows: the run on them, and production. */

import type { Finding } from '../findings/catalogue.ts';
import { find, placeIn } from '../findings/finding.ts';
import { notChecked } from '../findings/not-checked.ts';
import { Structures } from '../mirror/structures.ts';
import { type AnalysedMigration, isInsideRebuild, mayChangeSchema } from '../plan/analyse.ts';
import type { DataGuard, RebuildSize, StatementDecision } from '../plan/plan.ts';
import type { RehearsalWatch } from '../plan/rehearse/rehearse.ts';
import { findRenamedByAlter } from '../plan/structure/drop-and-add.ts';
import { askEmptyIndex } from '../plan/structure/empty-index.ts';
import { noteMadeAnew } from '../plan/structure/left-out.ts';
import {
  noteDroppedColumns,
  noteRenamedColumn,
  noteRenamedTable,
  noteRequiredColumns,
} from '../plan/structure/running-code.ts';
import type { Mirror, Query } from '../ports.ts';
import { readProductionTables } from '../production/tables.ts';
import { isCompared, type Schema } from '../schema/model/objects.ts';
import { hasKeyword } from '../sql/contents.ts';
import { foldName, sameName } from '../sql/identifiers.ts';
import { listWords } from '../sql/words.ts';
import { type Answers, Asking, type RunQuestion, type When } from './ask/asking.ts';
import { momentOf, type RowProof, type Scene, type StatementPlace } from './ask/context.ts';
import { DatabaseRows } from './ask/database-rows.ts';
import { followRows } from './ask/follow.ts';
import { findKeys } from './ask/keys.ts';
import { rowsOfProduction, unknownRows } from './ask/table-rows.ts';
import { askAddedColumn } from './constraints/added-column.ts';
import { askAlteredColumn } from './constraints/altered-columns.ts';
import { askChanged, askInserted, readInserted } from './constraints/constraints.ts';
import { askUniqueIndex } from './constraints/duplicates.ts';
import { askOrphans, countOrphansNow, type Orphans } from './constraints/orphans.ts';
import type { PutRows } from './constraints/put-rows.ts';
import { askRaised } from './constraints/raised.ts';
import { AlongTold } from './losses/along-told.ts';
import { askCascades } from './losses/cascades.ts';
import { Copies } from './losses/copies.ts';
import { askDrop, comesBack, type Heir } from './losses/drop.ts';
import { askDroppedColumn } from './losses/dropped-column.ts';
import { askMadeUp } from './losses/made-up-keys.ts';
import { Own } from './losses/own.ts';
import { askTaken } from './losses/taken-rows.ts';

export interface DataWatch extends RehearsalWatch {
  /** What production is asked. */
  buildQueries(): readonly Query[];
  /** What the run on rows is asked. */
  listHere(): readonly RunQuestion[];
  judge(replies: Answers): readonly Finding[];
  prove(replies: Answers): readonly RowProof[];
  measure(replies: Answers): readonly { readonly migration: string; readonly size: RebuildSize }[];
}

export function watchData(mirror: Mirror, schema: Schema, examples: Scene['examples']): DataWatch {
  const structures = new Structures(mirror);
  const production = readProductionTables(schema, (name) => structures.find(name));
  const tables = schema.objects.filter((object) => object.type === 'table' && isCompared(object, schema.tracker));
  const views = schema.objects.filter(({ type }) => type === 'view').map(({ name }) => foldName(name));
  /** The tables of production that one which the plan makes is filled from, by its folded name. */
  const sources = new Map<string, readonly string[]>();
  const findTables = (sql: string): readonly string[] => [
    ...new Set([...listWords(sql)].flatMap((name) => scene.rows.find(name)?.origin ?? sources.get(name) ?? [])),
  ];
  const scene: Scene = {
    rows: new DatabaseRows(
      tables.map(({ name }) => {
        const known = production.get(foldName(name));
        return {
          name,
          origin: name,
          madeIn: null,
          isFilled: false,
          rows: known?.isFollowed ? rowsOfProduction({ ...known.structure, name }) : unknownRows,
        };
      }),
      new Set(views),
      (name) => structures.find(name)?.columns.map((column) => column.name) ?? [],
    ),
    structures,
    production,
    along: new AlongTold(),
    own: new Own(production),
    asking: new Asking(findTables),
    examples,
    findings: [],
    proofs: [],
    asked: new Map(),
    sizes: [],
  };
  const copies = new Copies(scene);
  let heir: Heir | null = null;
  /** What the INSERT at hand puts into its table. */
  let put: PutRows | null = null;
  const migrations: string[] = [];
  let orphans: readonly Orphans[] = [];

  return {
    buildQueries: () => scene.asking.buildQueries(),
    listHere: () => scene.asking.listHere(),
    prove: (replies) => scene.proofs.map((prove) => prove(replies)),
    judge: (answers) => [...scene.findings.flatMap((find) => find(answers)), ...findUnchecked(answers)],
    measure: (replies) => scene.sizes.flatMap((find) => find(replies) ?? []),

    beginMigration: (migration) => {
      migrations.push(migration.migration.name);
      structures.refresh();
      if (migration.statements.some(({ kind }) => kind.type === 'drop' || kind.type === 'drop-column'))
        structures.mark();
      askAt(migration, 0, 'before');
      orphans = findKeys(migration) === 'on' ? [] : countOrphansNow(scene, migration);
    },

    beforeStatement: (migration, index) => {
      const place = placeOf(migration, index);
      if (place === null) return [];
      scene.asking.at(momentOf(place, 'before'));
      noteSources(place);
      const { kind } = place.statement;
      askRaised(scene, place);
      switch (kind.type) {
        case 'drop':
          return kind.object === 'table' ? beforeDrop(place, kind.name) : [];
        case 'drop-column':
          return beforeDropColumn(place, kind.table, kind.column);
        case 'delete':
        case 'update':
          return askCascades(scene, place);
        case 'insert':
          put = readInserted(scene, place);
          return [...askCascades(scene, place), ...askMadeUp(scene, place, put), ...askTaken(scene, place, put)];
        case 'rename-table':
          // A rebuild, and a table that is put aside and made again, keep their name.
          if (!isInsideRebuild(migration.rebuilds, index) && !comesBack(place, kind.table) && isCalledSo(kind.table)) {
            noteRenamedTable(scene, place, kind.table, kind.to);
          }
          return [];
        case 'alter-other':
          askAlteredColumn(scene, place, kind.table);
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
      if (place === null) return;
      if (mayChangeSchema(place.statement)) structures.refresh();
      after(place, planned);
    },

    endMigration: (migration) => {
      askAt(migration, 0, 'end');
      const keys = findKeys(migration);
      if (keys !== 'on') askOrphans(scene, migration, orphans, keys === 'off' ? 'asks' : 'fails');
    },

    guardsOf: (migration) => scene.own.listGuards(migration),
  };

  function findUnchecked(answers: Answers): readonly Finding[] {
    return migrations.flatMap((name) => {
      const tables = scene.asking.listUnanswered(name, answers);
      return tables.length === 0 ? [] : [find(notChecked, 'note', placeIn(name), { tables })];
    });
  }

  function noteSources({ statement: { kind, sql } }: StatementPlace): void {
    const of = (table: string) => sources.get(foldName(table)) ?? [];
    if (kind.type === 'rename-table') sources.set(foldName(kind.to), of(kind.table));
    const isMade = kind.type === 'create-table' && kind.asSelect;
    if (!isMade && (kind.type !== 'insert' || !hasKeyword(sql, 'SELECT'))) return;
    const name = kind.type === 'insert' ? kind.table : kind.name;
    sources.set(foldName(name), [...new Set([...of(name), ...findTables(sql)])]);
  }

  function askAt({ migration }: AnalysedMigration, statement: number, when: When): void {
    scene.asking.at({ migration: migration.name, statement, when });
  }

  function placeOf(analysed: AnalysedMigration, index: number): StatementPlace | null {
    const statement = analysed.statements[index];
    return statement === undefined ? null : { analysed, statement, index };
  }

  function beforeDrop(place: StatementPlace, name: string): readonly DataGuard[] {
    const asked = askDrop(scene, copies, place, name);
    heir = asked.heir;
    return asked.guards;
  }

  function isCalledSo(table: string): boolean {
    const origin = scene.rows.find(table)?.origin ?? null;
    return origin !== null && sameName(origin, table);
  }

  function beforeDropColumn(place: StatementPlace, table: string, name: string): readonly DataGuard[] {
    // The mirror may lack a table that production has, and then everything else of the statement is unknown.
    const origin = scene.rows.find(table)?.origin ?? '';
    const structure = scene.structures.find(table) ?? production.get(foldName(origin))?.structure;
    const column = structure?.columns.find((candidate) => sameName(candidate.name, name));
    if (!structure || !column) return [];
    const twinOf = findRenamedByAlter(place.analysed, table, structures);
    noteDroppedColumns(scene, place, table, [column], twinOf);
    return askDroppedColumn(scene, place, { table, column, twin: twinOf(column) });
  }

  function after(place: StatementPlace, planned: StatementDecision): void {
    const { statement } = place;
    const { kind } = statement;
    if (planned.action === 'skip') return;
    if (kind.type === 'add-column') {
      const added = askAddedColumn(scene, place, kind);
      if (added?.notNull) noteRequiredColumns(scene, place, kind.table, [added]);
    }
    if (kind.type === 'create-index' && kind.unique) askUniqueIndex(scene, place, statement.sql);
    if (kind.type === 'insert') askInserted(scene, place, put);
    if (kind.type === 'update') askChanged(scene, place);
    if (kind.type === 'create-table' && kind.asSelect) noteMadeAnew(scene, place, kind.name);
    if (kind.type === 'create-virtual-table') askEmptyIndex(scene, place, kind.name);
    copies.follow(place);
    followRows(scene, place);
    const fires = kind.type === 'insert' || kind.type === 'update' || kind.type === 'delete';
    const triggers = fires ? structures.listTriggers(kind.table) : [];
    scene.own.follow(scene.rows, triggers, place);
    // Indexes that are put back meet the rows as the rebuild left them.
    scene.asking.at(momentOf(place, 'after'));
    for (const sql of planned.after) askUniqueIndex(scene, place, sql);
    if (kind.type === 'drop' && kind.object === 'table' && heir !== null) {
      const tracked = scene.rows.find(heir.name);
      if (tracked !== null) scene.rows.set({ ...tracked, origin: heir.origin, isFilled: heir.isFilled });
    }
  }
}
