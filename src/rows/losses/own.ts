/** What the plan itself puts into tables of production, which is no loss, and which of them it takes something from. */

import { isSameLoss } from '../../findings/loss.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { UpdateParts } from '../../sql/row-statements.ts';
import { handsOn } from '../../sql/taken-columns.ts';
import type { AskedRows, Moment } from '../asking.ts';
import type { StatementPlace } from '../place.ts';

/** The rows of a table right before a statement puts something there. */
export interface Fill {
  readonly place: StatementPlace;
  readonly moment: Moment;
  /** What the table is called then. */
  readonly name: string;
  readonly rows: AskedRows;
  /** The names of its columns then. */
  readonly names: readonly string[];
  /** Folded names of those that are filled; null where whole rows are put there. */
  readonly columns: ReadonlySet<string> | null;
}

/** What must hold before a statement of a migration. */
export interface EarlyGuard {
  readonly statement: number;
  readonly guard: DataGuard;
}

/** Of one table of production. */
interface OwnOfTable {
  readonly fills: Fill[];
  readonly assigned: UpdateParts['assignments'][number][];
  hasChanged: boolean;
  hasLessened: boolean;
}

/** Mutable: a rehearsal goes through it once. */
export class Own {
  /** By the folded name that production has for it. */
  readonly #tables = new Map<string, OwnOfTable>();
  readonly #columns = new Map<string, readonly string[]>();
  readonly #guards = new Map<AnalysedMigration, EarlyGuard[]>();

  #of(origin: string | null): OwnOfTable {
    const name = foldName(origin ?? '');
    const known = this.#tables.get(name) ?? { fills: [], assigned: [], hasChanged: false, hasLessened: false };
    if (origin !== null) this.#tables.set(name, known);
    return known;
  }

  /** Whether something is put there that was not put there before. */
  isNew(origin: string, columns: Fill['columns']): boolean {
    const known = this.#of(origin).fills.map((fill) => fill.columns);
    if (known.includes(null)) return false;
    return columns === null || [...columns].some((name) => !known.some((each) => each?.has(name)));
  }

  fill(origin: string, fill: Fill): void {
    this.#of(origin).fills.push(fill);
  }

  assign(origin: string, assignments: UpdateParts['assignments']): void {
    this.#of(origin).assigned.push(...assignments);
  }

  /** @param isLess whether rows may be gone. */
  change(origin: string, isLess: boolean): void {
    const known = this.#of(origin);
    known.hasChanged = true;
    known.hasLessened ||= isLess;
  }

  hasChanged(origin: string | null): boolean {
    return this.#of(origin).hasChanged;
  }

  hasLessened(origin: string): boolean {
    return this.#of(origin).hasLessened;
  }

  /** Right before the plan first put rows there, or values into the column; null where it did not. */
  findFill(origin: string | null, column: string | null): Fill | null {
    const concerns = ({ columns }: Fill) => columns === null || (column !== null && columns.has(foldName(column)));
    return this.#of(origin).fills.find(concerns) ?? null;
  }

  /** The columns that an UPDATE hands the values of this one on to. */
  listGiven(origin: string | null, column: string): readonly string[] {
    return this.#of(origin)
      .assigned.filter((each) => !sameName(each.column, column) && handsOn(each.expression, column))
      .map((each) => each.column);
  }

  /** The columns of a table that the plan made, and that hold nothing of production's. */
  listColumns(table: string): readonly string[] {
    return this.#columns.get(foldName(table)) ?? [];
  }

  setColumns(table: string, columns: readonly string[]): void {
    this.#columns.set(foldName(table), columns);
  }

  /** They hold production's values from now on, or are gone. */
  takeColumns(table: string, columns: readonly string[]): void {
    const isTaken = (name: string) => columns.some((column) => sameName(column, name));
    this.setColumns(
      table,
      this.listColumns(table).filter((name) => !isTaken(name)),
    );
  }

  /** What must hold before the statement, as afterwards nobody could tell. @param later where it would be lost. */
  guard({ analysed, statement }: StatementPlace, guard: DataGuard, later: StatementPlace): void {
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
