/** Which tables' rows a plan may meet: those that its statements name, and those that these lead to. */

import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';
import {
  findKeepers,
  isSystemTable,
  isVirtualTable,
  type Schema,
  type SchemaObject,
} from '../../schema/model/objects.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isNameToken, readName } from '../../sql/words.ts';
import { concernsRows } from '../row-concerns.ts';

/** Folded names. */
type Names = ReadonlySet<string>;

/** What leads from one table or view of a schema to others. */
export interface Links {
  /** The tables and views that a text names: as they are called, by a name that the plan gives them, or by an index of theirs. */
  readonly listNamed: (sql: string) => Names;
  /** What its own text names: its parents, or what a view or a virtual table reads. */
  readonly reads: (name: string) => Names;
  /** What the triggers on it name: what they read, and write. */
  readonly triggers: (name: string) => Names;
  /** True for a view, and for a virtual table: what it shows may be rows of what it reads. */
  readonly isView: (name: string) => boolean;
  /** The tables whose text names it: its children, say. */
  readonly children: (name: string) => Names;
  /** Those of its children whose rows may change with its own. */
  readonly cascades: (name: string) => Names;
  /** What statements meet that name nothing but one table, by that table; filled as they are asked about. */
  readonly known: Readonly<Record<Looks, Map<string, Names>>>;
}

interface Rename {
  readonly table: string;
  readonly to: string;
}

/**
 * @param renames of tables, where a statement may speak of them by either name.
 * @param listWords what in a text may be a name, folded.
 */
export function readLinks(schema: Schema, renames: readonly Rename[] = [], listWords = listPossibleNames): Links {
  const isPlace = ({ type }: SchemaObject) => type === 'table' || type === 'view';
  const places = schema.objects.filter(isPlace);
  const views = new Set(
    places.filter((object) => object.type === 'view' || isVirtualTable(object)).map(({ name }) => foldName(name)),
  );
  const called = readCalled(schema, places, renames);
  const listNamed = (sql: string) => new Set([...listWords(sql)].flatMap((word) => [...(called.get(word) ?? none)]));
  const [reads, triggers, children, cascades] = [openLinks(), openLinks(), openLinks(), openLinks()];
  for (const object of schema.objects) {
    const { type, sql } = object;
    if (type === 'index' || sql === null) continue;
    const owners = called.get(foldName(object.table)) ?? none;
    const isCascading = type === 'table' && hasKeyword(sql, 'CASCADE', 'SET');
    for (const name of listNamed(sql)) {
      for (const owner of owners) {
        if (name === owner) continue;
        (type === 'trigger' ? triggers : reads).add(owner, name);
        if (type === 'table') children.add(name, owner);
        if (isCascading) cascades.add(name, owner);
      }
    }
  }
  // An index over what a view shows goes stale with the rows of the tables behind it.
  for (const object of places.filter(isVirtualTable)) {
    const owner = foldName(object.name);
    const behind = new Set(reads.of(owner));
    for (const name of behind) if (views.has(name)) for (const other of reads.of(name)) behind.add(other);
    for (const name of behind) if (name !== owner && !views.has(name)) children.add(name, owner);
  }
  return {
    listNamed,
    reads: reads.of,
    triggers: triggers.of,
    isView: (name) => views.has(name),
    children: children.of,
    cascades: cascades.of,
    known: { too: new Map(), not: new Map() },
  };
}

const none: Names = new Set();

function openLinks() {
  const links = new Map<string, Set<string>>();
  return {
    add: (from: string, to: string) => void links.set(from, (links.get(from) ?? new Set()).add(to)),
    of: (from: string): Names => links.get(from) ?? none,
  };
}

/** By every name that may stand for them, the tables and views that are meant; a renamed one is meant with all its names. */
function readCalled(
  { objects }: Schema,
  places: readonly SchemaObject[],
  renames: readonly Rename[],
): ReadonlyMap<string, Names> {
  const called = new Map<string, Names>(places.map(({ name }) => [foldName(name), new Set([foldName(name)])]));
  for (const { table, to } of renames) {
    const [from, next] = [foldName(table), foldName(to)];
    const all = new Set([from, next, ...(called.get(from) ?? none), ...(called.get(next) ?? none)]);
    for (const name of all) called.set(name, all);
  }
  // A function that searches a vector index is given its name.
  for (const { type, name, table } of objects)
    if (type === 'index' && !called.has(foldName(name)))
      called.set(foldName(name), called.get(foldName(table)) ?? none);
  return called;
}

/**
 * Words and quoted names, and tables in single quotes: by SQLite's own leniency, as the content of a full-text index, and as
 * an argument of what searches a vector index. Any other text may well be a value, such as 'user'.
 */
export function listPossibleNames(sql: string): Names {
  const tokens = tokenize(sql);
  const isVirtual = isKeyword(tokens[0], 'CREATE') && isKeyword(tokens[1], 'VIRTUAL');
  const isNamed = (place: number) => {
    const [function_, before] = [tokens[place - 2], tokens[place - 1]];
    return (
      isVirtual ||
      isOperator(before, '.') ||
      ['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE'].some((word) => isKeyword(before, word)) ||
      (function_ !== undefined && isOperator(before, '(') && readName(function_) === 'vector_top_k')
    );
  };
  return new Set(
    tokens.flatMap((token, place) =>
      isNameToken(token) || (token.kind === 'string' && isNamed(place)) ? [readName(token)] : [],
    ),
  );
}

/**
 * The tables and views that a statement meets the rows of, folded: what it names, what views read and triggers change,
 * parents that its rows point to, and children that its foreign keys change.
 */
export function findMet(statement: AnalysedStatement, links: Links, looks: Looks = 'too'): Names {
  if (!concernsRows(statement)) return none;
  const { kind, sql } = statement;
  // A column of it may be called as another table.
  if (kind.type === 'create-index') return links.listNamed(quoteIdentifier(kind.table));
  if (!movesRows(kind.type)) return links.listNamed(sql);
  const table = findOnlyTable(statement);
  if (table === null) return follow(links.listNamed(sql), links, looks);
  // Files that fill tables have thousands of such statements.
  const known = links.known[looks];
  const met = known.get(table) ?? follow(links.listNamed(quoteIdentifier(table)), links, looks);
  known.set(table, met);
  return met;
}

/** Whether tables count whose rows foreign keys look at and leave as they are: on these, a statement may fail, and nothing else. */
type Looks = 'too' | 'not';

/** @returns null where the statement may name other tables than its own. */
function findOnlyTable({ kind, sql }: AnalysedStatement): string | null {
  switch (kind.type) {
    case 'insert':
    case 'delete':
      return hasKeyword(sql, 'SELECT', 'WITH', 'IN') ? null : kind.table;
    case 'update':
      return hasKeyword(sql, 'SELECT', 'WITH', 'IN', 'FROM') ? null : kind.table;
    default:
      return null;
  }
}

/** With all that they lead to. */
function follow(names: Names, links: Links, looks: Looks): Names {
  const met = new Set(names);
  const followed = new Set<string>();
  const waiting = [...met];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (followed.has(name)) continue;
    followed.add(name);
    // What a parent points to matters to nobody, nor what a table that a view reads does: these are only read.
    const read = [...links.reads(name)];
    const children = looks === 'too' ? links.children(name) : links.cascades(name);
    const changed = [...links.triggers(name), ...(links.isView(name) ? [] : children)];
    waiting.push(...changed, ...read.filter(links.isView));
    const seen = looks === 'not' && !links.isView(name) ? read.filter(links.isView) : read;
    for (const other of [...changed, ...seen]) met.add(other);
  }
  return met;
}

/** The tables and views whose rows a statement may change, folded: its own, and what triggers and foreign keys change with it. */
export function findChanged({ kind }: AnalysedStatement, links: Links): Names {
  const table = 'table' in kind ? kind.table : 'name' in kind ? kind.name : null;
  const changed = new Set<string>();
  const waiting = table === null ? [] : [foldName(table)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (changed.has(name)) continue;
    changed.add(name);
    if (movesRows(kind.type)) waiting.push(...links.triggers(name), ...links.cascades(name));
  }
  return changed;
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
  const renames = statements.flatMap(({ kind }) => (kind.type === 'rename-table' ? [kind] : []));
  const links = readLinks({ ...schema, objects: [...schema.objects, ...statements.flatMap(readMade)] }, renames);
  const met = new Set(statements.flatMap((one) => [...findMet(one, links)]));
  const isKeptFor = (table: string) => findKeepers(schema, table).some(({ name }) => met.has(foldName(name)));
  return schema.objects.filter(
    (object) =>
      object.type === 'table' &&
      !isVirtualTable(object) &&
      ((met.has(foldName(object.name)) && !isSystemTable(schema, object.name)) ||
        isKeptFor(object.name) ||
        (met.size > 0 && object.name === 'sqlite_sequence')),
  );
}

/** What a plan makes leads on, too: a new table to its parents, a view to what it reads, a trigger to what it writes. */
function readMade({ sql, kind }: AnalysedStatement): readonly SchemaObject[] {
  switch (kind.type) {
    case 'create-table':
    case 'create-virtual-table':
      return [{ type: 'table', name: kind.name, table: kind.name, sql }];
    case 'create-view':
      return [{ type: 'view', name: kind.name, table: kind.name, sql }];
    case 'create-trigger':
      return [{ type: 'trigger', name: kind.name, table: kind.table, sql }];
    default:
      return [];
  }
}
