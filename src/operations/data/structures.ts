/** What the mirror's schema is at this moment, taken apart. */

import { parseKeyColumn } from '../../core/schema/build-constraint.ts';
import { parseTableStructure } from '../../core/schema/parse-structure.ts';
import type { ForeignKeyStructure, TableStructure } from '../../core/schema/structure.ts';
import { sameName } from '../../core/sql/identifiers.ts';
import type { Mirror } from '../../ports.ts';

export class Structures {
  readonly #mirror: Mirror;
  readonly #parsed = new Map<string, TableStructure | null>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** null for a table that is not there, and for one that cannot be taken apart. */
  find(name: string): TableStructure | null {
    const rows = this.#mirror.query(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`, [
      name,
    ]);
    const sql = rows[0]?.[0];
    return typeof sql === 'string' ? this.#parse(sql) : null;
  }

  exists(name: string): boolean {
    return (
      this.#mirror.query(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`, [name])
        .length > 0
    );
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
    return this.#mirror
      .query(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%references%'`)
      .flatMap(([sql]) => this.#parse(String(sql)) ?? []);
  }

  /** The texts of the triggers on a table. */
  listTriggers(table: string): readonly string[] {
    return this.#mirror
      .query(`SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`, [table])
      .map(([sql]) => String(sql));
  }

  /** The texts of the indexes on a table that were made by CREATE INDEX. */
  listIndexes(table: string): readonly string[] {
    return this.#mirror
      .query(`SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL`, [
        table,
      ])
      .map(([sql]) => String(sql));
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
