/** Which tables' rows a plan may meet: those that its statements name, and those that these lead to. */

import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';
import { isSystemTable, isVirtualTable, type Schema, type SchemaObject } from '../../schema/model/objects.ts';
import { foldName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { listWords } from '../../sql/words.ts';
import { concernsRows } from '../row-concerns.ts';

/** Folded names. */
type Names = ReadonlySet<string>;

/** What leads from one table or view of a schema to others. */
export interface Links {
  /** Folded names of all tables and views. */
  readonly all: Names;
  /** What its own text names: its parents, or what a view reads. */
  readonly reads: (name: string) => Names;
  /** What the triggers on it name: what they read, and write. */
  readonly triggers: (name: string) => Names;
  readonly isView: (name: string) => boolean;
  /** The tables whose text names it: its children, say. */
  readonly children: (name: string) => Names;
}

export function readLinks(schema: Schema): Links {
  const isPlace = ({ type }: SchemaObject) => type === 'table' || type === 'view';
  const places = schema.objects.filter((object) => isPlace(object) && !isSystemTable(schema, object.name));
  const all = new Set(places.map(({ name }) => foldName(name)));
  const views = new Set(places.filter(({ type }) => type === 'view').map(({ name }) => foldName(name)));
  const [reads, triggers, children] = [openNames(all), openNames(all), openNames(all)];
  for (const object of schema.objects) {
    const owner = foldName(object.table);
    if (object.type === 'index' || object.sql === null || !all.has(owner)) continue;
    for (const name of listNamed(object, all)) {
      if (name === owner) continue;
      (object.type === 'trigger' ? triggers : reads).get(owner)?.add(name);
      if (object.type === 'table') children.get(name)?.add(owner);
    }
  }
  return {
    all,
    reads: (name) => reads.get(name) ?? none,
    triggers: (name) => triggers.get(name) ?? none,
    isView: (name) => views.has(name),
    children: (name) => children.get(name) ?? none,
  };
}

const none: Names = new Set();

function openNames(all: Names): ReadonlyMap<string, Set<string>> {
  return new Map([...all].map((name) => [name, new Set<string>()]));
}

/** A full-text index names the table of its content in a text: `content='Note'`. */
function listNamed(object: SchemaObject, all: Names): readonly string[] {
  const sql = object.sql ?? '';
  const texts = isVirtualTable(object)
    ? tokenize(sql).flatMap(({ kind, text }) => (kind === 'string' ? [foldName(unquoteIdentifier(text))] : []))
    : [];
  return [...listWords(sql), ...texts].filter((name) => all.has(name));
}

/**
 * The tables and views that a statement meets the rows of, folded: what it names, what views read and triggers change,
 * parents that its rows point to, and children that its foreign keys change.
 */
export function findMet(statement: AnalysedStatement, links: Links): Names {
  if (!concernsRows(statement)) return none;
  const { kind, sql } = statement;
  // A column of it may be called as another table.
  if (kind.type === 'create-index') return keepTables([kind.table], links);
  const met = keepTables(listWords(sql), links);
  if (!movesRows(kind.type)) return met;
  const followed = new Set<string>();
  const waiting = [...met];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (followed.has(name)) continue;
    followed.add(name);
    // What a parent points to matters to nobody, nor what a table that a view reads does: these are only read.
    const read = [...links.reads(name)];
    const changed = [...links.triggers(name), ...(links.isView(name) ? [] : links.children(name))];
    waiting.push(...changed, ...read.filter(links.isView));
    for (const other of [...changed, ...read]) met.add(other);
  }
  return met;
}

function keepTables(names: Iterable<string>, { all }: Links): Set<string> {
  return new Set([...names].map(foldName).filter((name) => all.has(name)));
}

/** False where it only looks at the rows of the tables that it names. */
function movesRows(type: AnalysedStatement['kind']['type']): boolean {
  return (
    type === 'insert' ||
    type === 'update' ||
    type === 'delete' ||
    type === 'drop' ||
    type === 'select' ||
    type === 'create-table'
  );
}

/**
 * The tables whose rows are to be fetched, in the order of the schema. A virtual table has none of its own: the tables where it
 * keeps them are among these.
 */
export function findConcerned(schema: Schema, migrations: readonly AnalysedMigration[]): readonly SchemaObject[] {
  const statements = migrations.flatMap((migration) => migration.statements);
  // A table that the plan makes points to parents, whose rows matter where it is filled.
  const made = statements.flatMap(({ sql, kind }): readonly SchemaObject[] =>
    kind.type === 'create-table' ? [{ type: 'table', name: kind.name, table: kind.name, sql }] : [],
  );
  const links = readLinks({ ...schema, objects: [...schema.objects, ...made] });
  const met = new Set(statements.flatMap((one) => [...findMet(one, links)]));
  const virtual = schema.objects.filter((object) => isVirtualTable(object) && met.has(foldName(object.name)));
  const isKeptFor = (name: string) =>
    schema.kinds.get(name) === 'shadow' &&
    virtual.some((owner) => foldName(name).startsWith(`${foldName(owner.name)}_`));
  return schema.objects.filter(
    (object) =>
      object.type === 'table' &&
      !isVirtualTable(object) &&
      (met.has(foldName(object.name)) || isKeptFor(object.name) || (met.size > 0 && object.name === 'sqlite_sequence')),
  );
}
