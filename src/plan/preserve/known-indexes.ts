/** Which indexes Prisma knows of: it makes them again, or leaves them out on purpose, when it rebuilds their table. */

import type { Migration } from '../../history/migration.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import { classify } from '../../sql/classify.ts';
import { normalizeStatement } from '../../sql/normalize.ts';
import { splitStatements } from '../../sql/split.ts';
import { tokenize } from '../../sql/tokenize.ts';

/** True if Prisma knows the index: then a rebuild that does not create it again drops it on purpose. */
export type IndexJudge = (index: SchemaObject) => boolean;

/** @returns a judge that reads the folder when it first has to. */
export function findKnownIndexes(folder: readonly Migration[]): IndexJudge {
  let created: ReadonlySet<string> | null = null;
  return (index) => {
    const sql = index.sql ?? '';
    if (!isPlain(sql)) return false;
    created ??= new Set(
      folder
        .flatMap((migration) => splitStatements(migration.sql))
        .filter((statement) => classify(statement.sql).type === 'create-index')
        .map((statement) => normalizeStatement(statement.sql)),
    );
    return created.has(normalizeStatement(sql));
  };
}

/** Prisma sees no partial, expression or collated index (its schema engine 7.10). */
function isPlain(sql: string): boolean {
  const tokens = tokenize(sql).map((token) => token.text.toUpperCase());
  return tokens.filter((text) => text === '(').length === 1 && !tokens.includes('WHERE') && !tokens.includes('COLLATE');
}
