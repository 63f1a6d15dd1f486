/** What the statements of a plan have put from one table into another so far. */

import type { AnalysedStatement } from '../../plan/analyse.ts';
import { hasOwnConflicts } from '../../production/tables.ts';
import { listInsertable } from '../../schema/model/columns.ts';
import { hasKeyword, isStar } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import { parseCreateAs, parseInsert } from '../../sql/row-statements.ts';
import { readTaken, type Taken, type TakenColumns, takesColumn } from '../../sql/taken-columns.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';

/** Tables are written by what they are called now. */
export interface CopiedItem {
  /** Folded name of the column that it goes into. */
  readonly into: string;
  /** SQL over the one table that is read; empty where it cannot be told. */
  readonly text: string;
  readonly read: TakenColumns;
  readonly kept: TakenColumns;
}

export interface CopiedPart extends Pick<Taken, 'tables' | 'alias'> {
  readonly place: StatementPlace;
  /** Its SELECT or VALUES; null where it cannot be taken apart, or does not tell what is there. */
  readonly source: string | null;
  readonly items: readonly CopiedItem[];
  /** Whether it reads one table, each row once at most. */
  readonly isPlain: boolean;
  /** Folded names of tables that it takes every row of, by then. */
  readonly whole: ReadonlySet<string>;
  /** Folded names of the tables of production that its rows are from. */
  readonly sources: ReadonlySet<string>;
}

/** What a table was filled with. */
export interface Copied {
  /** One for each statement that filled it from tables; one for all that did from values alone, which are not looked into. */
  readonly parts: readonly CopiedPart[];
  /** The statement that left rows out of it, that break a constraint or that a trigger ignores; null for none. */
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

  /** Tables that had every row of this one. */
  listWhole(table: string): readonly string[] {
    const isWhole = ({ whole }: CopiedPart) => whole.has(foldName(table));
    return [...this.#copies].flatMap(([target, { parts }]) => (parts.some(isWhole) ? [target] : []));
  }

  /** After the statement has run on the mirror. */
  follow(place: StatementPlace): void {
    const { kind } = place.statement;
    if (kind.type === 'create-table' || kind.type === 'drop') this.#copies.delete(foldName(kind.name));
    if (kind.type === 'insert') this.#note(place, kind.table);
    if (kind.type === 'create-table' && kind.asSelect) this.#note(place, kind.name);
    if (kind.type === 'rename-table') this.#rename(foldName(kind.table), foldName(kind.to));
  }

  #note(place: StatementPlace, table: string): void {
    const { sql } = place.statement;
    const { parts = [], ignoring = null } = this.find(table) ?? {};
    const structure = this.#scene.structures.find(table);
    const insert = parseInsert(sql);
    const ignores = insert?.conflict === 'ignore' || insert?.conflict === 'replace';
    // A trigger leaves a row out by RAISE(IGNORE).
    const isLeftToTrigger = this.#scene.structures.listTriggers(table).some((each) => hasKeyword(each, 'IGNORE'));
    const isIgnoring = ignores || isLeftToTrigger || (structure !== null && hasOwnConflicts(structure));
    const isKnown = !hasKeyword(sql, 'SELECT') && parts.some(({ tables }) => tables.size === 0);
    const columns = insert?.columns ?? (structure === null ? [] : listInsertable(structure));
    // One of very many that put values there: all is known already.
    const read = isKnown ? [] : [this.#read(place, insert?.conflict === 'other', columns)];
    const more = isLeftToTrigger ? read.map((part) => ({ ...part, source: null })) : read;
    this.#copies.set(foldName(table), { parts: [...parts, ...more], ignoring: isIgnoring ? place : ignoring });
  }

  #read(place: StatementPlace, isOther: boolean, columns: readonly string[]): CopiedPart {
    const { sql } = place.statement;
    const source = parseCreateAs(sql) ?? parseInsert(sql)?.source ?? null;
    const select = source === null || isOther ? null : parsePlainSelect(source);
    const taken = readTaken(source ?? sql);
    const { rows } = this.#scene;
    const sources = [...taken.tables].flatMap((name) => rows.find(name)?.origin ?? []).map(foldName);
    const part: CopiedPart = {
      ...{ place, source, tables: taken.tables, alias: taken.alias },
      items: (source === null ? null : this.#nameItems(taken, columns)) ?? guessItems(taken, columns),
      isPlain: select !== null,
      whole: select?.whole ? taken.tables : new Set(),
      sources: new Set(sources),
    };
    const trace = (traced: CopiedPart, name: string) =>
      traceBack(this.#scene, traced, name, this.find(name)?.parts ?? []);
    return [...taken.tables].reduce(trace, part);
  }

  #nameItems({ items, tables }: Taken, columns: readonly string[]): readonly CopiedItem[] | null {
    const expanded = items?.flatMap((item) => (isStar(item.text) ? this.#expand(tables) : [item]));
    if (expanded?.length !== columns.length) return null;
    return expanded.map((item, index) => ({ ...item, into: foldName(columns[index] ?? '') }));
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

  #rename(from: string, to: string): void {
    const follow = (known: string) =>
      known === from ? to : known.startsWith(`${from}.`) ? `${to}${known.slice(from.length)}` : known;
    const followAll = (known: ReadonlySet<string>) => new Set([...known].map(follow));
    const renamed = [...this.#copies].map(([target, { parts, ignoring }]): [string, Copied] => {
      const called = parts.map((part) => ({
        ...part,
        items: part.items.map((item) => mapTaken(item, followAll)),
        ...{ tables: followAll(part.tables), whole: followAll(part.whole) },
      }));
      return [follow(target), { parts: called, ignoring }];
    });
    this.#copies = new Map(renamed);
  }
}

/** Where it does not show what goes where: columns keep their names, and any other may be made of all that is read. */
function guessItems({ read, kept }: Taken, columns: readonly string[]): readonly CopiedItem[] {
  return columns.map((column) => {
    const into = foldName(column);
    const own = [...kept].filter((taken) => taken.endsWith(`.${into}`) || taken.endsWith('.*'));
    const same = new Set(own.map((taken) => (taken.endsWith('.*') ? `${taken.slice(0, -1)}${into}` : taken)));
    return { into, text: '', read: same.size > 0 ? same : read, kept: same };
  });
}

function mapTaken(item: CopiedItem, map: (taken: TakenColumns, kind: 'read' | 'kept') => TakenColumns): CopiedItem {
  return { ...item, read: map(item.read, 'read'), kept: map(item.kept, 'kept') };
}

/** What comes out of a table that was filled itself comes from where that was filled from, too. */
function traceBack(scene: Scene, part: CopiedPart, table: string, filled: readonly CopiedPart[]): CopiedPart {
  const trace = (taken: TakenColumns, kind: 'read' | 'kept') => {
    const passed = filled.flatMap(({ items }) => items.filter(({ into }) => takesColumn(taken, table, into)));
    return new Set([...taken, ...passed.flatMap((item) => [...item[kind]])]);
  };
  const whole = filled.flatMap((each) =>
    [...each.whole].filter((name) => isIntact(scene, each.place, part.place, name)),
  );
  const all = (list: (each: CopiedPart) => ReadonlySet<string>) => filled.flatMap((each) => [...list(each)]);
  return {
    ...part,
    items: part.items.map((item) => mapTaken(item, trace)),
    tables: new Set([...part.tables, ...all(({ tables }) => tables)]),
    sources: new Set([...part.sources, ...all(({ sources }) => sources)]),
    whole: new Set([...part.whole, ...(part.whole.has(table) ? whole : [])]),
  };
}

/**
 * Whether what was copied from a table still is all of it, and all there, by a later place of the same transaction: nothing
 * but INSERTs into other tables came between.
 */
export function isIntact(
  { structures }: Scene,
  { analysed, index }: StatementPlace,
  place: StatementPlace,
  table: string,
): boolean {
  if (analysed !== place.analysed) return false;
  const isHarmless = ({ kind }: AnalysedStatement) => {
    if (kind.type !== 'insert') return kind.type !== 'update' && kind.type !== 'delete';
    return !kind.replaces && !sameName(kind.table, table) && structures.listTriggers(kind.table).length === 0;
  };
  return analysed.statements.slice(index + 1, place.index).every(isHarmless);
}
