/** What the mirror's schema is at this moment, taken apart. */

import type { Mirror } from '../ports.ts';
import { mayTakeLong } from '../sandbox/duration.ts';
import { listKeyColumns } from '../schema/model/columns.ts';
import type { ForeignKeyStructure, TableStructure } from '../schema/model/structure.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { beginsWith, hasKeyword } from '../sql/contents.ts';
import { foldName, sameName } from '../sql/identifiers.ts';
import { groupBy } from '../text/group.ts';
import { readStructure } from './read-structure.ts';
import { readColumnNames, straightenExpressions } from './texts.ts';

interface MirrorSchema {
  readonly version: string;
  /** The texts of tables, by folded name. */
  readonly tables: ReadonlyMap<string, string>;
  readonly virtual: readonly Attached[];
  /** Triggers, views, and the indexes that CREATE INDEX made. */
  readonly attached: readonly Attached[];
  /** The triggers and indexes, by their table. */
  readonly byTable: ReadonlyMap<string, readonly Attached[]>;
  /** The tables with a foreign key; null until somebody asks, as the next. */
  referring: readonly TableStructure[] | null;
  /** By the folded name of what they refer to. */
  children: ReadonlyMap<string, readonly Child[]> | null;
}

interface Attached {
  readonly type: string;
  readonly name: string;
  /** Folded. */
  readonly table: string;
  readonly sql: string;
}

/** A table that refers to another, with its key. */
interface Child {
  readonly table: TableStructure;
  readonly key: ForeignKeyStructure;
}

export class Structures {
  readonly #mirror: Mirror;
  readonly #parsed = new Map<string, TableStructure | null>();
  readonly #refusals = new Map<string, string | null>();
  #schema: MirrorSchema | null = null;
  #isCurrent = false;
  #marked: MirrorSchema | null = null;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** After what may have changed the schema: most statements of a long file do not, and the mirror is not asked for nothing. */
  refresh(): void {
    this.#isCurrent = false;
  }

  /** Read again only after it has changed. */
  #read(): MirrorSchema {
    if (this.#schema !== null && this.#isCurrent) return this.#schema;
    this.#isCurrent = true;
    const version = String(this.#mirror.query('PRAGMA schema_version')[0]?.[0]);
    if (this.#schema?.version === version) return this.#schema;
    const objects = this.#mirror
      .query('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
      .map(([type, name, table, sql]) => ({
        type: String(type),
        name: String(name),
        table: foldName(String(table)),
        sql: String(sql),
      }));
    const tables = objects.filter(({ type }) => type === 'table');
    const attached = objects.filter(({ type }) => type !== 'table');
    this.#schema = {
      version,
      tables: new Map(tables.map(({ name, sql }) => [foldName(name), sql])),
      virtual: tables.filter(({ sql }) => beginsWith(sql, 'CREATE', 'VIRTUAL')),
      attached,
      byTable: groupBy(attached, ({ table }) => table),
      referring: null,
      children: null,
    };
    return this.#schema;
  }

  /** null for a table that is not there. */
  find(name: string): TableStructure | null {
    return this.#findIn(this.#read(), name);
  }

  /** From here on `findMarked` looks at the schema as it is now. */
  mark(): void {
    this.#marked = this.#read();
  }

  findMarked(name: string): TableStructure | null {
    return this.#marked && this.#findIn(this.#marked, name);
  }

  #findIn({ tables }: MirrorSchema, name: string): TableStructure | null {
    const sql = tables.get(foldName(name));
    return sql === undefined ? null : this.#parse(name, sql);
  }

  exists(name: string): boolean {
    return this.#read().tables.has(foldName(name));
  }

  /** Whether there is such a table or view. */
  isReadable(name: string): boolean {
    return this.exists(name) || this.#read().attached.some((each) => each.type === 'view' && sameName(each.name, name));
  }

  /** The virtual tables, by their texts. */
  listVirtual(): readonly Pick<Attached, 'name' | 'sql'>[] {
    return this.#read().virtual;
  }

  /** What cannot be taken apart is asked of SQLite. */
  #parse(name: string, sql: string): TableStructure | null {
    const known = this.#parsed.get(sql);
    if (known !== undefined) return known;
    const straight = straightenExpressions(sql, () => readColumnNames(sql));
    const parsed = parseTableStructure(straight) ?? readStructure(this.#mirror, name, sql);
    this.#parsed.set(sql, parsed);
    return parsed;
  }

  /** The tables that refer to this one, with their keys. */
  listChildren(parent: string): readonly Child[] {
    const schema = this.#read();
    schema.children ??= groupChildren(this.listReferring());
    return schema.children.get(foldName(parent)) ?? [];
  }

  /** Every table with a foreign key. */
  listReferring(): readonly TableStructure[] {
    const schema = this.#read();
    schema.referring ??= [...schema.tables]
      .filter(([, sql]) => hasKeyword(sql, 'REFERENCES'))
      .flatMap(([name, sql]) => this.#parse(name, sql) ?? []);
    return schema.referring;
  }

  /** Those of every table and view; their tables folded. */
  listAllTriggers(): readonly Pick<Attached, 'name' | 'table' | 'sql'>[] {
    return this.#read().attached.filter(({ type }) => type === 'trigger');
  }

  listNamedTriggers(table: string): readonly { readonly name: string; readonly sql: string }[] {
    return this.#listAttached('trigger', table);
  }

  /** The texts of the triggers on a table. */
  listTriggers(table: string): readonly string[] {
    return this.#listAttached('trigger', table).map(({ sql }) => sql);
  }

  /** The texts of the indexes on a table that were made by CREATE INDEX. */
  listIndexes(table: string): readonly string[] {
    return this.#listAttached('index', table).map(({ sql }) => sql);
  }

  /** As `listIndexes`, of the schema that was marked. */
  listMarkedIndexes(table: string): readonly string[] {
    return this.#marked === null ? [] : listOf(this.#marked, 'index', table).map(({ sql }) => sql);
  }

  #listAttached(wanted: 'trigger' | 'index', table: string): readonly Attached[] {
    return listOf(this.#read(), wanted, table);
  }

  /** What an ADD COLUMN says of a table that has a row: SQLite's own words, or null where it has none. */
  refuseColumn(definition: string): string | null {
    const known = this.#refusals.get(definition);
    if (known !== undefined) return known;
    const refusal = this.#tryColumn(definition);
    this.#refusals.set(definition, refusal);
    return refusal;
  }

  /** On this thread: what may take long is not tried, and then nothing is known against it. */
  #tryColumn(definition: string): string | null {
    const probe = '"migrate_prod_probe"';
    const add = `ALTER TABLE ${probe} ADD COLUMN ${definition}`;
    if (mayTakeLong(add)) return null;
    this.#mirror.run('SAVEPOINT migrate_prod_probe');
    try {
      this.#mirror.run(`CREATE TABLE ${probe} (migrate_prod_probe)`);
      this.#mirror.run(`INSERT INTO ${probe} VALUES (1)`);
      this.#mirror.run(add);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : null;
    } finally {
      this.#mirror.run('ROLLBACK TO migrate_prod_probe');
      this.#mirror.run('RELEASE migrate_prod_probe');
    }
  }
}

function listOf({ byTable }: MirrorSchema, wanted: 'trigger' | 'index', table: string): readonly Attached[] {
  return (byTable.get(foldName(table)) ?? []).filter(({ type }) => type === wanted);
}

function groupChildren(tables: readonly TableStructure[]): ReadonlyMap<string, readonly Child[]> {
  const children = tables.flatMap((table) => table.foreignKeys.map((key): Child => ({ table, key })));
  return groupBy(children, ({ key }) => foldName(key.references));
}

/** The columns that a foreign key points to; null where the parent's key is not known. */
export function findReferenced(key: ForeignKeyStructure, parent: TableStructure | null): readonly string[] | null {
  if (key.referencedColumns.length > 0) return key.referencedColumns;
  const primary = parent?.primaryKey ? listKeyColumns(parent.primaryKey) : undefined;
  return primary !== undefined && primary.length === key.columns.length ? primary : null;
}
