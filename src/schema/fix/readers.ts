/** Views and triggers that have to be dropped before a change, because RENAME makes SQLite read all of them again. */

import { Cursor } from '../../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { isReserved } from '../../sql/reserved.ts';
import { tokenize } from '../../sql/tokenize.ts';
import type { Schema, SchemaObject } from '../model/objects.ts';
import { isRefusedName } from '../model/reserved-names.ts';

/**
 * The views and triggers whose text names one of these (folded) tables and views, or one of the views found so. A name
 * with another meaning, such as a column, counts as well: at worst one more object is dropped and created again.
 */
export function findReaders(schema: Schema, names: ReadonlySet<string>): ReadonlySet<SchemaObject> {
  const candidates = schema.objects
    .filter((object) => object.type === 'view' || object.type === 'trigger')
    .map((object) => ({ object, words: listNames(object) }));
  const found = new Set<SchemaObject>();
  const known = new Set(names);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { object, words } of candidates) {
      if (found.has(object) || !words.some((word) => known.has(word))) continue;
      found.add(object);
      if (object.type === 'view') known.add(foldName(object.name));
    }
  }
  return found;
}

/** The views, each after those that it reads; otherwise in the given order. */
export function sortByReading(views: readonly SchemaObject[]): readonly SchemaObject[] {
  const sorted: SchemaObject[] = [];
  let remaining = views.map((view) => ({ view, names: new Set(listNames(view)) }));
  while (remaining.length > 0) {
    const waits = ({ view, names }: (typeof remaining)[number]): boolean =>
      remaining.some((other) => other.view !== view && names.has(foldName(other.view.name)));
    const ready = remaining.filter((entry) => !waits(entry));
    // Names with another meaning, such as columns, may form a circle.
    const next = ready.length > 0 ? ready : remaining.slice(0, 1);
    sorted.push(...next.map(({ view }) => view));
    remaining = remaining.filter((entry) => !next.includes(entry));
  }
  return sorted;
}

/** Folded names of tables that views and triggers read or write although they do not exist; RENAME fails because of them. */
export function findMissing(schema: Schema): readonly string[] {
  const known = new Set([...schema.kinds.keys(), ...schema.objects.map((object) => object.name)].map(foldName));
  return schema.objects
    .filter((object) => object.type === 'view' || object.type === 'trigger')
    .flatMap((object) => listSources(object.sql ?? ''))
    .filter((name) => !known.has(name) && !isRefusedName(name));
}

/** Names after FROM, JOIN, INTO and UPDATE, common table expressions included. */
function listSources(sql: string): readonly string[] {
  const cursor = new Cursor(tokenize(sql));
  const sources: string[] = [];
  while (cursor.peek() !== undefined) {
    if (cursor.skipWords('UPDATE', 'OF')) continue;
    const isSource = cursor.skipOneOf(['FROM', 'JOIN', 'INTO', 'UPDATE']) !== null;
    const text = cursor.peek()?.text ?? '';
    const name = isSource && !isReserved(text) ? cursor.takeQualifiedName() : null;
    if (name !== null && !cursor.skipOperator('(')) sources.push(foldName(name.name));
    if (!isSource) cursor.index += 1;
  }
  return sources;
}

/** As `listWords`, without bare reserved words: ORDER is in most views and is rarely a table. */
function listNames(object: SchemaObject): readonly string[] {
  return tokenize(object.sql ?? '')
    .filter((token) => token.kind !== 'word' || !isReserved(token.text))
    .map((token) => foldName(unquoteIdentifier(token.text)));
}

/** Every token of the text as a folded name. Strings count: in some places SQLite takes one for a name. */
export function listWords(object: SchemaObject): readonly string[] {
  return tokenize(object.sql ?? '').map((token) => foldName(unquoteIdentifier(token.text)));
}
