/** What the statements of a plan have put from one table into another so far. */

import { hasOwnConflicts } from '../../production/tables.ts';
import { hasKeyword, isStar } from '../../sql/contents.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import { parseCreateAs, parseInsert } from '../../sql/row-statements.ts';
import { readTaken, type Taken, type TakenColumns } from '../../sql/taken-columns.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { listInsertable } from '../effects/put-rows.ts';
import { listReached } from './reaches.ts';

export interface CopiedItem {
  /** Folded name of the column that it goes into. */
  readonly into: string;
  /** SQL over the one table that is read. */
  readonly text: string;
  readonly read: TakenColumns;
  readonly kept: TakenColumns;
}

export interface CopiedPart extends Pick<Taken, 'read' | 'kept' | 'tables' | 'alias'> {
  readonly place: StatementPlace;
  /** Its SELECT or VALUES; null where it cannot be taken apart. */
  readonly source: string | null;
  /** The columns that it fills. */
  readonly columns: readonly string[];
  /** null where it cannot be told what goes where. */
  readonly items: readonly CopiedItem[] | null;
  /** Whether it reads one table, each row once at most. */
  readonly isPlain: boolean;
  /** Folded names of the tables of production that its rows are from. */
  readonly sources: ReadonlySet<string>;
  /** Folded names of tables that it takes every row of. */
  readonly whole: ReadonlySet<string>;
  /** Whether these still are the rows of the one, and all of the other. */
  readonly isIntact: boolean;
}

/** What a table was filled with. */
export interface Copied {
  /** One for each statement that filled it from tables; one for all that did from values alone, which are not looked into. */
  readonly parts: readonly CopiedPart[];
  /** The statement that left rows out of it that break a constraint; null for none. */
  readonly ignoring: StatementPlace | null;
}

/** Mutable: a rehearsal goes through it once, from its beginning to its end. */
export class Copies {
  readonly #scene: Scene;
  #copies = new Map<string, Copied>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  find(table: string): Copied | null {
    return this.#copies.get(foldName(table)) ?? null;
  }

  /** Tables that have every row of this one. */
  listWhole(table: string): readonly string[] {
    const name = foldName(table);
    return [...this.#copies].flatMap(([target, { parts }]) =>
      parts.some(({ whole }) => whole.has(name)) ? [target] : [],
    );
  }

  /** After the statement has run on the mirror. */
  follow(place: StatementPlace): void {
    const { kind } = place.statement;
    if (kind.type === 'insert') {
      this.#loosen((_, { tables }) => tables.has(foldName(kind.table)));
      this.#note(place, kind.table);
    }
    if (kind.type === 'create-table') this.#copies.delete(foldName(kind.name));
    if (kind.type === 'create-table' && kind.asSelect) this.#note(place, kind.name);
    if (kind.type === 'rename-table') this.#rename(foldName(kind.table), foldName(kind.to));
    if (kind.type === 'drop') this.#copies.delete(foldName(kind.name));
    if (kind.type === 'delete' || (kind.type === 'update' && kind.replaces))
      this.#loosen((target) => target === foldName(kind.table));
    if (listReached(this.#scene, place).length > 0) this.loosenAll();
  }

  #note(place: StatementPlace, table: string): void {
    const { sql } = place.statement;
    const known = this.find(table);
    const structure = this.#scene.structures.find(table);
    const insert = parseInsert(sql);
    const source = parseCreateAs(sql) ?? insert?.source ?? null;
    const mayIgnore = insert?.conflict === 'ignore' || insert?.conflict === 'replace';
    const ignores = mayIgnore || (structure !== null && hasOwnConflicts(structure));
    // One of very many that put values there: all is known already.
    const isConstant = !hasKeyword(sql, 'SELECT');
    if (isConstant && !ignores && known?.parts.some(({ tables }) => tables.size === 0)) return;
    const select = source === null || insert?.conflict === 'other' ? null : parsePlainSelect(source);
    const taken = readTaken(source ?? sql);
    const columns = insert?.columns ?? (structure === null ? [] : listInsertable(structure));
    const part: CopiedPart = {
      ...this.#followSources(taken, source === null ? null : this.#nameItems(taken, columns), select?.whole === true),
      ...{ place, source, columns, alias: taken.alias, isPlain: select !== null, isIntact: true },
    };
    const others = known?.parts ?? [];
    const isTold = taken.tables.size === 0 && others.some(({ tables }) => tables.size === 0);
    this.#copies.set(foldName(table), {
      parts: isTold ? others : [...others, part],
      ignoring: ignores ? place : (known?.ignoring ?? null),
    });
  }

  #nameItems({ items, tables }: Taken, columns: readonly string[]): readonly CopiedItem[] | null {
    const expanded = items?.flatMap((item) => (isStar(item.text) ? this.#expand(tables) : [item]));
    if (expanded?.length !== columns.length) return null;
    return expanded.map(({ text, read, kept }, index) => ({ into: foldName(columns[index] ?? ''), text, read, kept }));
  }

  /** What `*` stands for. */
  #expand(tables: Taken['tables']): NonNullable<Taken['items']> {
    const [table, ...more] = [...tables];
    const structure = table === undefined || more.length > 0 ? null : this.#scene.structures.find(table);
    return (structure?.columns ?? []).map(({ name }) => {
      const taken = new Set([`${table}.${foldName(name)}`]);
      return { text: quoteIdentifier(name), read: taken, kept: taken };
    });
  }

  /** What comes out of a table that was filled itself comes from where that was filled from, too. */
  #followSources({ read, kept, tables }: Taken, items: readonly CopiedItem[] | null, isWhole: boolean) {
    const parts = [...tables].flatMap((table) => this.find(table)?.parts.map((part) => ({ table, part })) ?? []);
    const trace = (taken: TakenColumns, kind: 'read' | 'kept'): TakenColumns => {
      const further = parts.flatMap(({ table, part }) => {
        const own = part.items?.filter(({ into }) => taken.has(`${table}.${into}`)) ?? [];
        return taken.has(`${table}.*`) ? [...part[kind]] : own.flatMap((item) => [...item[kind]]);
      });
      return new Set([...taken, ...further]);
    };
    const origins = [...tables].map((table) => this.#scene.rows.find(table)?.origin ?? null);
    const sources = origins.flatMap((origin) => (origin === null ? [] : [foldName(origin)]));
    const whole = parts.filter(({ part }) => part.isIntact).flatMap(({ part }) => [...part.whole]);
    return {
      read: trace(read, 'read'),
      kept: trace(kept, 'kept'),
      sources: new Set([...sources, ...parts.flatMap(({ part }) => [...part.sources])]),
      tables: new Set([...tables, ...parts.flatMap(({ part }) => [...part.tables])]),
      items:
        items?.map((item) => ({ ...item, read: trace(item.read, 'read'), kept: trace(item.kept, 'kept') })) ?? null,
      whole: new Set(isWhole ? [...tables, ...whole] : []),
    };
  }

  #rename(from: string, to: string): void {
    const follow = (known: string) =>
      known === from ? to : known.startsWith(`${from}.`) ? `${to}${known.slice(from.length)}` : known;
    const followAll = (known: ReadonlySet<string>) => new Set([...known].map(follow));
    const followTaken = <T extends Pick<Taken, 'read' | 'kept'>>(taken: T): T => ({
      ...taken,
      read: followAll(taken.read),
      kept: followAll(taken.kept),
    });
    const renamed = [...this.#copies].map(([target, { parts, ignoring }]): [string, Copied] => [
      follow(target),
      {
        ignoring,
        parts: parts.map((part) => ({
          ...followTaken(part),
          tables: followAll(part.tables),
          whole: followAll(part.whole),
          items: part.items?.map(followTaken) ?? null,
        })),
      },
    ]);
    this.#copies = new Map(renamed);
  }

  /** Rows may have come to the one, or been taken from the other. */
  loosenAll(): void {
    this.#loosen(() => true);
  }

  #loosen(test: (target: string, part: CopiedPart) => boolean): void {
    for (const [target, copied] of this.#copies) {
      if (!copied.parts.some((part) => part.isIntact && test(target, part))) continue;
      const parts = copied.parts.map((part) => (test(target, part) ? { ...part, isIntact: false } : part));
      this.#copies.set(target, { ...copied, parts });
    }
  }
}
