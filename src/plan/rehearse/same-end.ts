/** Whether a migration mended by a safe way makes the schema that it makes as it is. */

import type { OwnColumn, WayEdit, WayVariant } from '../../findings/way.ts';
import { compareSchemas } from '../../schema/compare/compare.ts';
import type { Difference, DifferenceKind } from '../../schema/compare/difference.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import { classify } from '../../sql/classify.ts';
import { sameName } from '../../sql/identifiers.ts';
import { splitStatements } from '../../sql/split.ts';

/** What a way itself makes and drops is no difference, nor is what it is allowed. */
export function endsTheSame(
  meant: readonly SchemaObject[],
  mended: readonly SchemaObject[],
  { edits, allowed }: Pick<WayVariant, 'edits' | 'allowed'>,
): boolean {
  const own = listNames(edits);
  return compareSchemas(meant, mended, 'everything').every((difference) => {
    if (difference.object === 'column') return isAllowed(difference, allowed.loosens ?? []);
    const isOfObject = difference.kind === 'existence' || difference.kind === 'definition';
    return isOfObject && own.some((name) => sameName(name, difference.name));
  });
}

const loosened: readonly DifferenceKind[] = ['default', 'nullability', 'generated'];

function isAllowed({ kind, name, table, right }: Difference, changes: readonly OwnColumn[]): boolean {
  const isOwn = changes.some((each) => sameName(each.table, table) && sameName(`${table}.${each.column}`, name));
  // What is computed stays so, only otherwise.
  return isOwn && loosened.includes(kind) && (kind !== 'generated' || right !== null);
}

/** The objects that the SQL makes or drops. */
export function listNames(edits: readonly WayEdit[]): readonly string[] {
  return edits
    .flatMap(({ sql }) => splitStatements(sql))
    .flatMap(({ sql }) => {
      const kind = classify(sql);
      const isOfObject = kind.type.startsWith('create-') || kind.type === 'drop';
      return isOfObject && 'name' in kind ? [kind.name] : [];
    });
}
