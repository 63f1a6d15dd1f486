/** Which tables' rows are not known while a plan runs on the others: what meets them proves nothing. */

import { readMirrorSchema } from '../../mirror/mirror.ts';
import type { AnalysedStatement } from '../../plan/analyse.ts';
import type { Mirror } from '../../ports.ts';
import { isVirtualTable, type Schema } from '../../schema/model/objects.ts';
import { foldName } from '../../sql/identifiers.ts';
import { findMet, readLinks } from '../fetch/concerned.ts';

/** The tables whose rows are not known: those that were not loaded, and those that were written with what these hold. */
export class Unknown {
  readonly #names: Set<string>;
  #links: ReturnType<typeof readLinks>;
  #version = '';
  wasMet = false;

  constructor(schema: Schema, names: readonly string[]) {
    const owners = names.flatMap((name) => listOwners(schema, name));
    this.#names = new Set([...names, ...owners].map(foldName));
    this.#links = readLinks(schema);
  }

  has(table: string): boolean {
    return this.#names.has(foldName(table));
  }

  meets(mirror: Mirror, statement: AnalysedStatement): boolean {
    if (this.#names.size === 0) return false;
    const met = findMet(statement, this.#current(mirror));
    const isMet = [...met].some((name) => this.#names.has(name));
    this.wasMet ||= isMet;
    return isMet;
  }

  /** Called once the statement has run. */
  follow(mirror: Mirror, { kind }: AnalysedStatement, isKnown: boolean): void {
    if (kind.type === 'rename-table' && this.has(kind.table)) this.#names.add(foldName(kind.to));
    if (isKnown) return;
    const table = 'table' in kind ? kind.table : 'name' in kind ? kind.name : null;
    if (table === null) return;
    this.#names.add(foldName(table));
    for (const name of this.#current(mirror).triggers(foldName(table))) this.#names.add(name);
  }

  /** Tables and views come and go with the plan. */
  #current(mirror: Mirror) {
    const version = String(mirror.query('PRAGMA schema_version')[0]?.[0]);
    if (version !== this.#version) this.#links = readLinks(readMirrorSchema(mirror));
    this.#version = version;
    return this.#links;
  }
}

/** The virtual tables that may keep themselves in the table. */
function listOwners({ objects, kinds }: Schema, table: string): readonly string[] {
  if (kinds.get(table) !== 'shadow') return [];
  const folded = foldName(table);
  return objects
    .filter((object) => isVirtualTable(object) && folded.startsWith(`${foldName(object.name)}_`))
    .map(({ name }) => name);
}
