/**
 * Rows without a parent where foreign keys are on. SQLite only counts how many a transaction makes and mends, so that where
 * production has some already, one that is mended makes room for another. And it looks for the children of a row that goes by their
 * own type, which finds none where that is another than the parent's.
 */

import { readColumns } from '../../mirror/columns.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import { type ForeignKey, pairKeys } from '../../plan/key-checks.ts';
import { findForeignKeys } from '../../plan/rehearse/foreign-keys.ts';
import type { Mirror } from '../../ports.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { Unknown } from './unknown.ts';
import {
  type BrokenRows,
  compareBroken,
  findViolations,
  readBroken,
  readBrokenRows,
  type Violations,
} from './violations.ts';

/** The keys of one migration that SQLite only counts, with the rows that point nowhere before it. */
export class CountedKeys {
  readonly #keys: readonly ForeignKey[];
  /** By the SELECT of the rows. */
  readonly #before: ReadonlyMap<string, BrokenRows>;

  private constructor(keys: readonly ForeignKey[], before: ReadonlyMap<string, BrokenRows>) {
    this.#keys = keys;
    this.#before = before;
  }

  /** Before a migration. */
  static async begin(mirror: Mirror, migration: AnalysedMigration, unknown: Unknown): Promise<CountedKeys> {
    const movesRows = migration.statements.some(({ kind: { type } }) => moving.has(type));
    if (migration.foreignKeysOff || !movesRows) return new CountedKeys([], new Map());
    const tables = listKnown(mirror, unknown);
    const standing = (await findViolations(mirror, tables)).filter(({ parent }) => !unknown.has(parent));
    const found = listKeys(mirror, migration, tables);
    const keys = standing.length > 0 ? found : found.filter((key) => !hasSameTypes(mirror, key));
    const before = new Map<string, BrokenRows>();
    for (const { after } of pairKeys(keys, keys)) before.set(after, await readBrokenRows(mirror, after));
    return new CountedKeys(keys, before);
  }

  /** After it, whatever the tables are called then. @returns of each key, the rows that point nowhere and did not before */
  async compare(mirror: Mirror, migration: AnalysedMigration, unknown: Unknown): Promise<readonly Violations[]> {
    if (this.#keys.length === 0) return [];
    const checks = pairKeys(this.#keys, listKeys(mirror, migration, listKnown(mirror, unknown)));
    const compared = checks.filter(({ before, parent }) => before !== null && !unknown.has(parent));
    const broken = await readBroken(mirror, compared, 'after');
    return compareBroken(
      compared,
      compared.map(({ before }) => this.#before.get(before ?? '') ?? null),
      broken,
    );
  }
}

function listKnown(mirror: Mirror, unknown: Unknown): readonly string[] {
  const tables = mirror.query(`SELECT name FROM sqlite_schema WHERE type = 'table'`).map(([name]) => String(name));
  return tables.filter((name) => !unknown.has(name));
}

/** A row without a parent may get another primary key: by the value that points nowhere it is known still. */
function listKeys(mirror: Mirror, migration: AnalysedMigration, tables: readonly string[]): readonly ForeignKey[] {
  const { keys } = findForeignKeys(mirror, { ...migration, touchedTables: tables.map(foldName) });
  return keys.map((key) => ({ ...key, identity: [] }));
}

function hasSameTypes(mirror: Mirror, { child, columns, parent, parentColumns }: ForeignKey): boolean {
  const typeOf = (table: string, column: string) =>
    readColumns(mirror, table)
      .find(({ name }) => sameName(name, column))
      ?.type.toLowerCase();
  return columns.every((column, index) => typeOf(child, column) === typeOf(parent, parentColumns?.[index] ?? ''));
}

const moving: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'drop']);
