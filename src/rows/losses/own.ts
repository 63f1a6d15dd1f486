/** What the plan itself puts into tables of production, which is no loss, and which of them it takes something from. */

import { isSameLoss } from '../../findings/loss.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parseAssignments } from '../../sql/row-statements.ts';
import { handsOn } from '../../sql/taken-columns.ts';
import type { AskedRows, Moment } from '../asking.ts';
import { rowsNow, type Scene, type StatementPlace } from '../context.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import { listReached } from '../state/reaches.ts';

/** The rows of a table right before a statement puts something there. */
export interface Fill {
  readonly place: StatementPlace;
  readonly moment: Moment;
  /** What the table is called then. */
  readonly name: string;
  readonly rows: AskedRows;
  /** The names of its columns then. */
  readonly names: readonly string[];
  /** Folded; null where it puts whole rows there. */
  readonly columns: ReadonlySet<string> | null;
}

/** What must hold before a statement of a migration. */
export interface EarlyGuard {
  readonly statement: number;
  readonly guard: DataGuard;
}

/** Mutable: a rehearsal goes through it once. Tables are known by their folded origins, but for columns. */
export class Own {
  readonly #fills = new Map<string, readonly Fill[]>();
  readonly #assigned = new Map<string, readonly { readonly column: string; readonly expression: string }[]>();
  /** Columns that the plan made, by the table that has them. */
  readonly #columns = new Map<string, readonly string[]>();
  readonly #guards = new Map<AnalysedMigration, EarlyGuard[]>();
  readonly #changed = new Set<string>();
  readonly #lessened = new Set<string>();

  /** Before the statement. */
  note(scene: Scene, place: StatementPlace): void {
    const { kind, sql } = place.statement;
    if (kind.type !== 'insert' && kind.type !== 'update' && kind.type !== 'delete') return;
    const origin = foldName(scene.rows.find(kind.table)?.origin ?? '');
    if (origin === '') return;
    if (kind.type !== 'insert') this.#changed.add(origin);
    if (kind.type === 'delete' || kind.replaces) this.#lessened.add(origin);
    if (kind.type === 'insert') this.#fill(origin, { ...openFill(scene, place, kind.table), columns: null });
    if (kind.type !== 'update') return;
    const given = parseAssignments(sql)?.filter(({ expression }) => !sameName(expression, 'NULL')) ?? null;
    const columns = given && new Set(given.map(({ column }) => foldName(column)));
    if (columns?.size !== 0) this.#fill(origin, { ...openFill(scene, place, kind.table), columns });
    this.#assigned.set(origin, [...(this.#assigned.get(origin) ?? []), ...(given ?? [])]);
  }

  #fill(origin: string, fill: Fill): void {
    const known = this.#fills.get(origin) ?? [];
    if (!known.some(({ columns }) => columns === null)) this.#fills.set(origin, [...known, fill]);
  }

  /** After it. */
  follow(scene: Scene, place: StatementPlace): void {
    const { kind } = place.statement;
    if (kind.type === 'create-table') this.setColumns(kind.name, []);
    if (kind.type === 'add-column') this.setColumns(kind.table, [...this.listColumns(kind.table), kind.column]);
    if (kind.type === 'drop-column') this.takeColumns(kind.table, [kind.column]);
    if (kind.type === 'rename-column') {
      const renamed = (name: string) => (sameName(name, kind.column) ? kind.to : name);
      this.setColumns(kind.table, this.listColumns(kind.table).map(renamed));
    }
    if (kind.type === 'rename-table') this.setColumns(kind.to, this.listColumns(kind.table));
    const reached = kind.type === 'other' ? scene.rows.list().map(({ name }) => name) : listReached(scene, place);
    for (const name of reached) this.#followReached(scene, place, name);
  }

  #followReached(scene: Scene, place: StatementPlace, table: string): void {
    const { origin = null, isFilled = false } = scene.rows.find(table) ?? {};
    if (origin === null) return;
    this.#changed.add(foldName(origin));
    this.#lessened.add(foldName(origin));
    if (isFilled) this.#fill(foldName(origin), { ...openFill(scene, place, table), columns: null });
  }

  /** Right before the plan first put rows there, or values into the column; null where it did not. */
  findFill({ origin }: TrackedTable, column: string | null): Fill | null {
    const fills = this.#fills.get(foldName(origin ?? '')) ?? [];
    const concerns = ({ columns }: Fill) => columns === null || (column !== null && columns.has(foldName(column)));
    return fills.find(concerns) ?? null;
  }

  /** The columns that an UPDATE hands the values of this one on to. */
  listGiven({ origin }: TrackedTable, column: string): readonly string[] {
    const assigned = this.#assigned.get(foldName(origin ?? '')) ?? [];
    const given = assigned.filter((each) => !sameName(each.column, column) && handsOn(each.expression, column));
    return given.map((each) => each.column);
  }

  /** Columns of the table that production has not. */
  listColumns(table: string): readonly string[] {
    return this.#columns.get(foldName(table)) ?? [];
  }

  setColumns(table: string, columns: readonly string[]): void {
    this.#columns.set(foldName(table), columns);
  }

  /** Production's values are in them from now on, or they are gone. */
  takeColumns(table: string, columns: readonly string[]): void {
    const isTaken = (name: string) => columns.some((column) => sameName(column, name));
    this.setColumns(
      table,
      this.listColumns(table).filter((name) => !isTaken(name)),
    );
  }

  hasChanged({ origin }: TrackedTable): boolean {
    return this.#changed.has(foldName(origin ?? ''));
  }

  hasLessened(origin: string): boolean {
    return this.#lessened.has(foldName(origin));
  }

  /** What must hold before the plan first put something there; afterwards nobody could tell. */
  guard(at: StatementPlace, guard: DataGuard, later: StatementPlace): void {
    const { analysed, statement } = at;
    const guards = this.#guards.get(analysed) ?? [];
    this.#guards.set(analysed, guards);
    if (guards.some((known) => known.guard.holds === guard.holds && isSameLoss(known.guard.loss, guard.loss))) return;
    const migration = later.analysed === analysed ? {} : { migration: later.analysed.migration.name };
    guards.push({ statement: analysed.statements.indexOf(statement), guard: { ...guard, ...migration } });
  }

  listGuards(analysed: AnalysedMigration): readonly EarlyGuard[] {
    return this.#guards.get(analysed) ?? [];
  }
}

function openFill(scene: Scene, place: StatementPlace, name: string): Omit<Fill, 'columns'> {
  const { analysed, statement } = place;
  const moment = {
    migration: analysed.migration.name,
    statement: analysed.statements.indexOf(statement),
    when: 'before',
  } as const;
  const names = scene.structures.find(name)?.columns.map((column) => column.name) ?? [];
  return { place, moment, name, names, rows: rowsNow(scene, `SELECT * FROM ${quoteIdentifier(name)}`) };
}
