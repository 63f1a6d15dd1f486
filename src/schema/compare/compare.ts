/** The structural comparison of two schemas: the judge of drift. */

import { straightenMade } from '../../mirror/made-texts.ts';
import { foldName } from '../../sql/identifiers.ts';
import { normalizeStatement } from '../../sql/normalize.ts';
import { normalizeIndex, normalizeTrigger } from '../model/canonical.ts';
import { buildIndexedSchema, buildObjectKey, type IndexedSchema } from '../model/indexed-schema.ts';
import { isVirtualTable, type SchemaObject } from '../model/objects.ts';
import { isSameIndex, isVisible, reduceTables } from '../prisma/lens.ts';
import { type Both, compareTables } from './compare-table.ts';
import type { Difference, ObjectType } from './difference.ts';
import { compareTexts } from './pair-parts.ts';

/** `prisma` compares only what Prisma's engine can see, so that schema.prisma can settle every difference. */
export type Lens = 'everything' | 'prisma';

/**
 * The differences of two schemas. Two ways of writing the same thing are no difference. Objects are the same if type
 * and name are. If only one side has a table, its indexes and triggers are not listed too.
 * @returns tables by name, each with its columns by name and its constraints; then indexes, views and triggers. Swapped
 * sides give the same differences, swapped; a name that both sides have is spelled as on the left.
 */
export function compareSchemas(
  left: readonly SchemaObject[],
  right: readonly SchemaObject[],
  lens: Lens,
): readonly Difference[] {
  const sides = { left: buildIndexedSchema(left), right: buildIndexedSchema(right) };
  return pairObjects(sides).flatMap((pair) => compareObjects(pair, sides, lens));
}

const typeOrder = { table: 0, index: 1, view: 2, trigger: 3 } as const;

/** The objects whose texts are not exactly the same. */
function pairObjects({ left, right }: Both<IndexedSchema>): readonly Both<SchemaObject | null>[] {
  const pairs: Both<SchemaObject | null>[] = [];
  for (const [key, object] of left.objects) {
    const other = right.objects.get(key) ?? null;
    if (other?.sql !== object.sql) pairs.push({ left: object, right: other });
  }
  for (const [key, object] of right.objects) {
    if (!left.objects.has(key)) pairs.push({ left: null, right: object });
  }
  return pairs
    .flatMap((pair) => {
      const object = pair.left ?? pair.right;
      return object === null ? [] : [{ pair, order: typeOrder[object.type], name: foldName(object.name) }];
    })
    .sort((a, b) => a.order - b.order || compareTexts(a.name, b.name))
    .map(({ pair }) => pair);
}

function compareObjects(
  { left, right }: Both<SchemaObject | null>,
  sides: Both<IndexedSchema>,
  lens: Lens,
): readonly Difference[] {
  if (left !== null && right !== null) return compareBoth({ left, right }, sides, lens);
  const object = left ?? right;
  if (object === null) return [];
  const [own, other] = left === null ? [sides.right, sides.left] : [sides.left, sides.right];
  if (isOwnerMissing(object, own, other) || (lens === 'prisma' && !isVisible(object, { left: own, right: other })))
    return [];
  return [buildDifference('existence', { left, right }, object)];
}

function isOwnerMissing({ type, table }: SchemaObject, own: IndexedSchema, other: IndexedSchema): boolean {
  if (type !== 'index' && type !== 'trigger') return false;
  const keys = [buildObjectKey({ type: 'table', name: table }), buildObjectKey({ type: 'view', name: table })];
  const owner = keys.find((key) => own.objects.has(key));
  return owner !== undefined && !other.objects.has(owner);
}

function compareBoth(pair: Both<SchemaObject>, sides: Both<IndexedSchema>, lens: Lens): readonly Difference[] {
  const isSame = (normalize: (object: SchemaObject, side: IndexedSchema) => string): boolean =>
    normalize(pair.left, sides.left) === normalize(pair.right, sides.right);
  const report = (same: boolean): readonly Difference[] =>
    same ? [] : [buildDifference('definition', pair, isVirtualTable(pair.right) ? pair.right : pair.left)];
  switch (pair.left.type) {
    case 'table': {
      const [left, right] = [sides.left.findTable(pair.left.name), sides.right.findTable(pair.right.name)];
      if (left === null || right === null) {
        const isHidden = lens === 'prisma' && isVirtualTable(pair.left) && isVirtualTable(pair.right);
        return report(isHidden || isSame(({ sql }) => normalizeStatement(sql ?? '')));
      }
      return compareTables(lens === 'prisma' ? reduceTables({ left, right }, sides) : { left, right });
    }
    case 'index':
      if (lens === 'prisma') return report(isSameIndex(pair, sides));
      return report(isSame(({ sql }, side) => normalizeIndex(sql ?? '', side.findCollation)));
    case 'view':
    case 'trigger': {
      const normalize = pair.left.type === 'view' ? normalizeStatement : normalizeTrigger;
      return report(
        lens === 'prisma' ||
          isSame(({ sql }) => normalize(sql ?? '')) ||
          // If one side was replayed, its texts may have other quotes.
          isSame(({ sql }, side) => normalize(straightenMade(sql ?? '', side.findSource))),
      );
    }
  }
}

/** @param named the object whose name the difference gets */
function buildDifference(
  kind: 'existence' | 'definition',
  { left, right }: Both<SchemaObject | null>,
  named: SchemaObject,
): Difference {
  const object: ObjectType = isVirtualTable(named) ? 'virtual-table' : named.type;
  return { kind, object, name: named.name, table: named.table, left: left?.sql ?? null, right: right?.sql ?? null };
}
