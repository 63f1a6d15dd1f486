/** What the statements of a plan have put from one table into another so far. */

import { hasOwnConflicts } from '../../production/tables.ts';
import { hasKeyword, isStar } from '../../sql/contents.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import { parseCreateAs, parseInsert } from '../../sql/row-statements.ts';
import { readTaken, type Taken, type TakenColumns } from '../../sql/taken-columns.ts';
import { listInsertable } from '../constraints/put-rows.ts';
import type { Scene, StatementPlace } from '../context.ts';

export interface CopiedItem {
  /** Folded name of the column that it goes into. */
  readonly into: string;
  /** SQL over the one table that is read. */
  readonly text: string;
  readonly read: TakenColumns;
  readonly kept: TakenColumns;
}

export interface CopiedPart extends Pick<Taken, 'read' | 'kept' | 'tables' | 'alias'> {
  /** null where it cannot be told what goes where. */
  readonly items: readonly CopiedItem[] | null;
  /** Whether it reads one table, each row once at most. */
  readonly isPlain: boolean;
  /** Whether it takes every row of the one table that it reads. */
  readonly isWhole: boolean;
}

/** What a table was filled with. */
export interface Copied {
  /** One for each statement that filled it from tables; one for all that did from values alone, which are not looked into. */
  readonly parts: readonly CopiedPart[];
  /** The statement that left rows out of it that break a constraint; null for none. */
  readonly ignoring: StatementPlace | null;
  /** Folded names of tables that it has every row of, and has had since this transaction copied them. */
  readonly whole: ReadonlySet<string>;
  /** Folded names of the tables of production that its rows were taken from. */
  readonly sources: ReadonlySet<string>;
}

/** The list grows with every statement that fills the table. */
interface Kept extends Copied {
  readonly parts: CopiedPart[];
}

/** Mutable: a rehearsal goes through it once, from its beginning to its end. */
export class Copies {
  readonly #scene: Scene;
  #copies = new Map<string, Kept>();

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
      parts.some(({ isWhole, tables }) => isWhole && tables.has(name)) ? [target] : [],
    );
  }

  remove(table: string): void {
    this.#copies.delete(foldName(table));
  }

  /** After an INSERT or a CREATE TABLE … AS has run on the mirror. */
  note(place: StatementPlace, table: string): void {
    const { sql } = place.statement;
    const known = this.#copies.get(foldName(table));
    const structure = this.#scene.structures.find(table);
    const parts = parseInsert(sql);
    const source = parseCreateAs(sql) ?? parts?.source ?? sql;
    const isIgnoring =
      parts?.conflict === 'ignore' ||
      parts?.conflict === 'replace' ||
      (structure !== null && hasOwnConflicts(structure));
    const isConstant = !hasKeyword(sql, 'SELECT');
    // One of very many that put values there: all is known already.
    if (isConstant && !isIgnoring && known?.parts.some(({ tables }) => tables.size === 0)) return;
    const select = parts?.conflict === 'other' ? null : parsePlainSelect(source);
    const { read, kept, tables, items, alias } = readTaken(source);
    const into = structure === null ? [] : (parts?.columns ?? listInsertable(structure));
    const part = {
      ...{ read, kept, tables, alias },
      items: this.#nameItems(items, tables, into),
      isPlain: select !== null,
      isWhole: select?.whole === true,
    };
    const whole = select?.whole ? [foldName(select.table)] : [];
    const filled = known?.parts ?? [];
    if (tables.size > 0 || filled.every((each) => each.tables.size > 0)) filled.push(part);
    this.#copies.set(foldName(table), {
      parts: filled,
      ignoring: isIgnoring ? place : (known?.ignoring ?? null),
      whole: new Set([...(known?.whole ?? []), ...whole]),
      sources: new Set([...(known?.sources ?? []), ...[...tables].flatMap((name) => this.#listSources(name))]),
    });
  }

  #nameItems(items: Taken['items'], tables: Taken['tables'], into: readonly string[]): readonly CopiedItem[] | null {
    const expanded = items?.flatMap((item) => (isStar(item.text) ? this.#expand(tables) : [item]));
    if (expanded?.length !== into.length) return null;
    return expanded.map(({ text, read, kept }, index) => ({ into: foldName(into[index] ?? ''), text, read, kept }));
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

  #listSources(table: string): readonly string[] {
    const origin = this.#scene.rows.find(table)?.origin;
    return origin ? [foldName(origin)] : [...(this.find(table)?.sources ?? [])];
  }

  rename(table: string, to: string): void {
    const [from, name] = [foldName(table), foldName(to)];
    const follow = (known: string) =>
      known === from ? name : known.startsWith(`${from}.`) ? `${name}${known.slice(from.length)}` : known;
    const followAll = (known: ReadonlySet<string>) => new Set([...known].map(follow));
    const followTaken = <T extends Pick<CopiedItem, 'read' | 'kept'>>(taken: T): T => ({
      ...taken,
      read: followAll(taken.read),
      kept: followAll(taken.kept),
    });
    const renamed = [...this.#copies].map(([target, copied]): [string, Kept] => [
      follow(target),
      {
        ...copied,
        parts: copied.parts.map((part) => ({
          ...followTaken(part),
          tables: followAll(part.tables),
          items: part.items?.map(followTaken) ?? null,
        })),
        whole: followAll(copied.whole),
      },
    ]);
    this.#copies = new Map(renamed);
  }

  /** Rows came to a table: what was copied of it before is not all any more. */
  forgetSource(table: string): void {
    this.#forgetWhole((_, source) => source === foldName(table));
  }

  /** Rows may have been taken from a table. */
  forgetTarget(table: string): void {
    this.#forgetWhole((target) => target === foldName(table));
  }

  forgetAll(): void {
    this.#forgetWhole(() => true);
  }

  #forgetWhole(test: (target: string, source: string) => boolean): void {
    for (const [target, copied] of this.#copies) {
      if (copied.whole.size === 0) continue;
      this.#copies.set(target, {
        ...copied,
        whole: new Set([...copied.whole].filter((source) => !test(target, source))),
      });
    }
  }
}
