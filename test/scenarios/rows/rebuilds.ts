/** Table rebuilds as Prisma writes them, and what a finding of one may point to. */

/** A table rebuilt as Prisma writes it. */
export interface Redefinition {
  readonly table: string;
  /** Of the new table: columns and constraints. */
  readonly columns: string;
  /** What stands behind them, such as WITHOUT ROWID. */
  readonly options?: string;
  /** The copy, wholly; as `into` and `select` say unless given. */
  readonly insert?: string;
  /** Names of the columns that are copied. */
  readonly into?: string;
  /** What is copied into them; the same names unless given. */
  readonly select?: string;
  /** What comes after it: indexes. */
  readonly last?: string;
}

/** What a rebuild's finding may point to where it speaks of the rebuild as a whole. */
export const anyOfRebuild = ['CREATE TABLE "new_', 'INSERT ', 'DROP TABLE '];

/** The middle of a rebuild, without the pragmas around it. */
export function rebuild(redefinition: Redefinition): string {
  const { table, columns, options = '', into = '', select = into, last = '' } = redefinition;
  const insert = redefinition.insert ?? `INSERT INTO "new_${table}" (${into}) SELECT ${select} FROM "${table}";`;
  return `CREATE TABLE "new_${table}" (${columns}) ${options};
${insert}
DROP TABLE "${table}";
ALTER TABLE "new_${table}" RENAME TO "${table}";
${last}`;
}

export function redefine(redefinition: Redefinition): string {
  return keysOff(rebuild(redefinition));
}

/** With the pragmas that Prisma puts around rebuilds. */
export function keysOff(sql: string): string {
  return `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
${sql}
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;
}
