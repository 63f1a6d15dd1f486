/** The INSERTs of migrations that rely on the order of columns. */

import type { Migration } from '../history/migration.ts';
import { findPositionalNames } from '../sql/positional.ts';
import type { AnalysedMigration, AnalysedStatement } from './analyse.ts';

export interface PositionalStatement {
  readonly migration: Migration;
  readonly statement: AnalysedStatement;
  /** What it mentions; folded. */
  readonly names: ReadonlySet<string>;
}

export function findPositionalStatements(migrations: readonly AnalysedMigration[]): readonly PositionalStatement[] {
  return migrations.flatMap(({ migration, statements }) =>
    statements.flatMap((statement) => {
      const names = statement.kind.type === 'insert' ? findPositionalNames(statement.sql) : null;
      return names === null ? [] : [{ migration, statement, names }];
    }),
  );
}
