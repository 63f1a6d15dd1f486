/** What the mirror's schema is at this moment, taken apart. */

import { parseKeyColumn } from '../../core/schema/build-constraint.ts';
import { parseTableStructure } from '../../core/schema/parse-structure.ts';
import type { ForeignKeyStructure, TableStructure } from '../../core/schema/structure.ts';
import { foldName, sameName } from '../../core/sql/identifiers.ts';
import type { Mirror } from '../../ports.ts';

interface Schema {
  readonly version: string;
  /** The texts of tables, by folded name. */
  readonly tables: ReadonlyMap<string, string>;
  readonly virtual: readonly Attached[];
  /** Triggers, views, and the indexes that CREATE INDEX made. */
  readonly attached: readonly Attached[];
}

interface Attached {
  readonly type: string;
  readonly name: string;
  /** Folded. */
  readonly table: string;
  readonly sql: string;
}

export class Structures {
  readonly #mirror: Mirror;
  readonly #parsed = new Map<string, TableStructure | null>();
  #schema: Schema | null = null;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** Read again only after it has changed. */
  #read(): Schema {
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
    this.#schema = {
      version,
      tables: new Map(tables.map(({ name, sql }) => [foldName(name), sql])),
      virtual: tables.filter(({ sql }) => /^create\s+virtual\b/i.test(sql)),
      attached: objects.filter(({ type }) => type !== 'table'),
    };
    return this.#schema;
  }

  /** null for a table that is not there, and for one that cannot be taken apart. */
  find(name: string): TableStructure | null {
    const sql = this.#read().tables.get(foldName(name));
    return sql === undefined ? null : this.#parse(sql);
  }

  exists(name: string): boolean {
    return this.#read().tables.has(foldName(name));
  }

  /** The virtual tables, by their texts. */
  listVirtual(): readonly Pick<Attached, 'name' | 'sql'>[] {
    return this.#read().virtual;
  }

  #parse(sql: string): TableStructure | null {
    const known = this.#parsed.get(sql);
    if (known !== undefined) return known;
    const parsed = parseTableStructure(sql);
    this.#parsed.set(sql, parsed);
    return parsed;
  }

  /** The tables that refer to this one, with their keys. */
  listChildren(parent: string): readonly { readonly table: TableStructure; readonly key: ForeignKeyStructure }[] {
    return this.listReferring().flatMap((table) =>
      table.foreignKeys.filter((key) => sameName(key.references, parent)).map((key) => ({ table, key })),
    );
  }

  /** Every table with a foreign key. */
  listReferring(): readonly TableStructure[] {
    return [...this.#read().tables.values()]
      .filter((sql) => /references/i.test(sql))
      .flatMap((sql) => this.#parse(sql) ?? []);
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

  #listAttached(wanted: 'trigger' | 'index', table: string): readonly Attached[] {
    const folded = foldName(table);
    return this.#read().attached.filter((object) => object.type === wanted && object.table === folded);
  }

  /** What an ADD COLUMN says of a table that has a row: SQLite's own words, or null where it has none. */
  refuseColumn(definition: string): string | null {
    const probe = '"migrate_prod_probe"';
    this.#mirror.run('SAVEPOINT migrate_prod_probe');
    try {
      this.#mirror.run(`CREATE TABLE ${probe} (migrate_prod_probe)`);
      this.#mirror.run(`INSERT INTO ${probe} VALUES (1)`);
      this.#mirror.run(`ALTER TABLE ${probe} ADD COLUMN ${definition}`);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : null;
    } finally {
      this.#mirror.run('ROLLBACK TO migrate_prod_probe');
      this.#mirror.run('RELEASE migrate_prod_probe');
    }
  }
}

/** The columns that a foreign key points to; null where the parent's key is not known. */
export function findReferenced(key: ForeignKeyStructure, parent: TableStructure | null): readonly string[] | null {
  if (key.referencedColumns.length > 0) return key.referencedColumns;
  const primary = parent?.primaryKey?.columns.map((column) => parseKeyColumn(column).name);
  return primary !== undefined && primary.length === key.columns.length ? primary : null;
}
