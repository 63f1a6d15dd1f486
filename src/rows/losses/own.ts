/** What the plan itself puts into tables of production, which is no loss, and which of them it takes something from. */

import { isSameLoss } from '../../findings/loss.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import type { DataGuard } from '../../plan/plan.ts';
import type { ProductionTable } from '../../production/tables.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import { findPlainLiteral } from '../../sql/contents.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { parseAssignments, type UpdateParts } from '../../sql/row-statements.ts';
import { handsOn } from '../../sql/taken-columns.ts';
import { listWords } from '../../sql/words.ts';
import type { DatabaseRows } from '../ask/database-rows.ts';
import type { StatementPlace } from '../ask/place.ts';

/** A statement that puts rows into a table, or values into columns of it. */
export interface Fill {
  readonly place: StatementPlace;
  /** What the table is called then. */
  readonly name: string;
  /** Folded; null for whole rows. */
  readonly columns: ReadonlySet<string> | null;
}

/** What must hold before a statement of a migration. */
export interface EarlyGuard {
  readonly statement: number;
  readonly guard: DataGuard;
}

interface OwnOfTable {
  readonly fills: Fill[];
  readonly assigned: UpdateParts['assignments'][number][];
  /** By folded name, where that differs from production: whether a column has values of production. */
  readonly columns: Map<string, boolean>;
  hasChanged: boolean;
  hasLessened: boolean;
}

/** Tables are known by the name that production has for them. Mutable: a rehearsal goes through it once. */
export class Own {
  readonly #production: ReadonlyMap<string, ProductionTable>;
  readonly #tables = new Map<string, OwnOfTable>();
  readonly #guards = new Map<AnalysedMigration, EarlyGuard[]>();
  /** By folded origin, what a DROP TABLE first takes rows of. */
  readonly #taken = new Map<string, Fill>();

  constructor(production: ReadonlyMap<string, ProductionTable>) {
    this.#production = production;
  }

  of(origin: string): OwnOfTable {
    const fresh = { fills: [], assigned: [], columns: new Map(), hasChanged: false, hasLessened: false };
    const known = this.#tables.get(foldName(origin)) ?? fresh;
    this.#tables.set(foldName(origin), known);
    return known;
  }

  /** After the statement. @param triggers the texts of those that it may have fired. */
  follow(rows: DatabaseRows, triggers: readonly string[], place: StatementPlace): void {
    const { kind } = place.statement;
    const table = 'table' in kind ? (rows.find(kind.table) ?? rows.find('to' in kind ? kind.to : '')) : null;
    if (table !== null && table.origin !== null) this.#followTable(table.origin, place);
    for (const name of new Set(triggers.flatMap((sql) => [...listWords(sql)]))) {
      const origin = rows.find(name)?.origin ?? null;
      if (origin !== null) fill(this.of(origin), { place, name, columns: null });
    }
  }

  #followTable(origin: string, place: StatementPlace): void {
    const { kind, sql } = place.statement;
    const known = this.of(origin);
    if (kind.type === 'add-column' || kind.type === 'drop-column') this.setOld(origin, kind.column, false);
    if (kind.type === 'rename-column') {
      this.setOld(origin, kind.to, this.isOld(origin, kind.column));
      this.setOld(origin, kind.column, false);
    }
    if (kind.type === 'insert') fill(known, { place, name: kind.table, columns: null });
    known.hasChanged ||= kind.type === 'update' || kind.type === 'delete';
    known.hasLessened ||=
      kind.type === 'delete' || ((kind.type === 'insert' || kind.type === 'update') && kind.replaces);
    if (kind.type !== 'update') return;
    const given = parseAssignments(sql)?.filter(({ expression }) => !sameName(expression, 'NULL')) ?? null;
    fill(known, { place, name: kind.table, columns: given && new Set(given.map(({ column }) => foldName(column))) });
    known.assigned.push(...(given?.filter(({ expression }) => findPlainLiteral(expression) === null) ?? []));
  }

  /** Whether production's values may be in the column. */
  isOld(origin: string, column: string): boolean {
    const known = this.of(origin).columns.get(foldName(column));
    return known ?? this.hasColumn(origin, column);
  }

  setOld(origin: string, column: string, isOld: boolean): void {
    this.of(origin).columns.set(foldName(column), isOld);
  }

  hasColumn(origin: string, column: string): boolean {
    const table = this.#production.get(foldName(origin));
    return table !== undefined && findStructureColumn(table.structure, column) !== undefined;
  }

  /** The first statement that puts rows there, or values into the column; null for none, and for a column that production has not. */
  findFill(origin: string, column: string | null): Fill | null {
    if (column !== null && !this.hasColumn(origin, column)) return null;
    const concerns = ({ columns }: Fill) => columns === null || (column !== null && columns.has(foldName(column)));
    return this.of(origin).fills.find(concerns) ?? null;
  }

  /** Before a DROP TABLE whose keys take rows of this table along. @param name what it is called then. */
  take(origin: string, place: StatementPlace, name: string): void {
    const known = this.#taken.get(foldName(origin));
    if (known?.place.analysed !== place.analysed) this.#taken.set(foldName(origin), { place, name, columns: null });
  }

  /** The first statement after which its rows are not all production's any more: one that puts some there, or takes some along. */
  findFirst(origin: string, { analysed }: StatementPlace): Fill | null {
    const [filled, taken] = [this.findFill(origin, null), this.#taken.get(foldName(origin)) ?? null];
    if (taken?.place.analysed !== analysed) return filled;
    const isFilledBefore =
      filled !== null && (filled.place.analysed !== analysed || filled.place.index < taken.place.index);
    return isFilledBefore ? filled : taken;
  }

  /** The columns that an UPDATE hands the values of this one on to. */
  listGiven(origin: string, column: string): readonly string[] {
    return this.of(origin)
      .assigned.filter((each) => !sameName(each.column, column) && handsOn(each.expression, column))
      .map((each) => each.column);
  }

  /** Before the statement, as afterwards nobody could tell. @param later where something would be lost. */
  guard({ analysed, index }: StatementPlace, guard: DataGuard, later: StatementPlace): void {
    const guards = this.#guards.get(analysed) ?? [];
    this.#guards.set(analysed, guards);
    if (guards.some((known) => known.guard.holds === guard.holds && isSameLoss(known.guard.loss, guard.loss))) return;
    const migration = later.analysed === analysed ? {} : { migration: later.analysed.migration.name };
    guards.push({ statement: index, guard: { ...guard, ...migration } });
  }

  listGuards(analysed: AnalysedMigration): readonly EarlyGuard[] {
    return this.#guards.get(analysed) ?? [];
  }
}

/** Long files fill the same again and again. */
function fill({ fills }: OwnOfTable, { columns, ...filled }: Fill): void {
  const isNew = (name: string) => !fills.some((known) => known.columns?.has(name));
  if (fills.some((known) => known.columns === null) || (columns !== null && ![...columns].some(isNew))) return;
  fills.push({ columns, ...filled });
}
