/** Which tables' rows are not known while a plan runs on the others: what meets them proves nothing. */

import { readMirrorSchema } from '../../mirror/mirror.ts';
import { type AnalysedStatement, mayChangeSchema } from '../../plan/analyse.ts';
import type { Mirror } from '../../ports.ts';
import { findKeepers, isVirtualTable, type Schema } from '../../schema/model/objects.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName } from '../../sql/identifiers.ts';
import { findChanged, findMet, type Links, listPossibleNames, readLinks } from '../fetch/concerned.ts';
import { concernsRows } from '../row-concerns.ts';

/** The tables whose rows are not known: all that were not loaded, and those that were written with what these hold. */
export class Unknown {
  readonly #schema: Schema;
  readonly #names: Set<string>;
  #words = new Map<string, ReadonlySet<string>>();
  #links: Links | null = null;
  #version = '';
  /** The schema may have changed since the links were read. */
  #isStale = true;
  wasMet = false;

  /** @param loaded names of the tables whose rows are there. Of all others, nothing is known, whatever the plan seemed to meet. */
  constructor(schema: Schema, loaded: readonly string[]) {
    this.#schema = schema;
    const isLoaded = new Set(loaded);
    const left = schema.objects.filter(
      (object) => object.type === 'table' && !isVirtualTable(object) && !isLoaded.has(object.name),
    );
    const owners = left.flatMap(({ name }) => findKeepers(schema, name).map((keeper) => keeper.name));
    // Without the counters, nobody knows which keys new rows get.
    const counted = left.some(({ name }) => name === 'sqlite_sequence')
      ? schema.objects.filter(({ type, sql }) => type === 'table' && sql !== null && hasKeyword(sql, 'AUTOINCREMENT'))
      : [];
    const names = [schema.tracker.name, ...owners, ...[...left, ...counted].map(({ name }) => name)];
    this.#names = new Set(names.map(foldName));
  }

  /** The same as of now, to try something that is taken back. */
  fork(): Unknown {
    const fork = new Unknown(this.#schema, []);
    fork.#names.clear();
    for (const name of this.#names) fork.#names.add(name);
    [fork.#links, fork.#version, fork.#words] = [this.#links, this.#version, this.#words];
    return fork;
  }

  has(table: string): boolean {
    return this.#names.has(foldName(table));
  }

  /** @returns `keys`: what it does is known, but not whether foreign keys let it. */
  meets(mirror: Mirror, statement: AnalysedStatement): 'none' | 'keys' | 'rows' {
    if (!concernsRows(statement)) {
      this.#isStale ||= mayChangeSchema(statement);
      return 'none';
    }
    const links = this.#current(mirror, statement);
    const isUnknown = (name: string) => this.#names.has(name);
    if (![...findMet(statement, links)].some(isUnknown)) return 'none';
    this.wasMet = true;
    return [...findMet(statement, links, 'not')].some(isUnknown) ? 'rows' : 'keys';
  }

  /** Whether the rows are known of all tables that a question reads. */
  knows(mirror: Mirror, sql: string): boolean {
    const links = this.#latest(mirror);
    const waiting = [...links.listNamed(sql)];
    const seen = new Set<string>();
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (this.#names.has(name)) return false;
      if (!seen.has(name) && links.isView(name)) waiting.push(...links.reads(name));
      seen.add(name);
    }
    return true;
  }

  /** Folded names of the tables that may be others after the statement. */
  listChanged(mirror: Mirror, statement: AnalysedStatement): ReadonlySet<string> {
    const { kind } = statement;
    if (!concernsRows(statement)) return new Set('name' in kind ? [foldName(kind.name)] : []);
    const changed = new Set(findChanged(statement, this.#current(mirror, statement)));
    if (kind.type === 'rename-table') changed.add(foldName(kind.to));
    return changed;
  }

  /** Called before a statement that proves nothing is run: afterwards, what it changed may be gone. */
  follow(mirror: Mirror, statement: AnalysedStatement): void {
    for (const name of findChanged(statement, this.#current(mirror, statement))) this.#names.add(name);
    if (statement.kind.type === 'rename-table') this.#names.add(foldName(statement.kind.to));
  }

  /** Tables and views come and go with the plan. @param statement the one that runs next. */
  #current(mirror: Mirror, statement: AnalysedStatement): Links {
    const links = this.#latest(mirror);
    this.#isStale = mayChangeSchema(statement);
    return links;
  }

  #latest(mirror: Mirror): Links {
    const links = this.#links === null || this.#isStale ? this.#read(mirror) : this.#links;
    this.#isStale = false;
    return links;
  }

  #read(mirror: Mirror): Links {
    const version = String(mirror.query('PRAGMA schema_version')[0]?.[0]);
    if (this.#links === null || version !== this.#version)
      this.#links = readLinks(readMirrorSchema(mirror), [], (sql) => this.#listWords(sql));
    this.#version = version;
    return this.#links;
  }

  /** Most of a schema is as it was before. */
  #listWords(sql: string): ReadonlySet<string> {
    const words = this.#words.get(sql) ?? listPossibleNames(sql);
    this.#words.set(sql, words);
    return words;
  }
}
