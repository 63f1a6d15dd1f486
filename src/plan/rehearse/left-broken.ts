/** Views and triggers that a DROP leaves where they are, although they need what is gone: SQLite says nothing of it. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import { exists, findFault, findWorking } from '../../mirror/try-object.ts';
import type { Mirror } from '../../ports.ts';
import { findReaders } from '../../schema/fix/readers.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { AnalysedStatement } from '../analyse.ts';

/** @returns what names the table or view, stays when it goes, and works as long as it is there. */
export function readWorkingReaders(mirror: Mirror, name: string): readonly SchemaObject[] {
  const objects = mirror.query(`${selectSchemaObjects} WHERE type IN ('view', 'trigger')`).map(parseSchemaObject);
  if (objects.length === 0) return [];
  const readers = [
    ...findReaders({ objects, kinds: new Map(), tracker: mirror.tracker }, new Set([foldName(name)])),
  ].filter((object) => !sameName(object.type === 'view' ? object.name : object.table, name));
  const working = findWorking(mirror, readers);
  return readers.filter((object) => working.has(object));
}

/** A statement that takes away what views and triggers may need. */
export interface LeavingDrop {
  readonly statement: AnalysedStatement;
  /** Those that work until then, and do not go with it. */
  readonly readers: readonly SchemaObject[];
}

/** @param mirror as it is when the migration has ended. */
export function findLeftBroken(mirror: Mirror, migration: string, drops: readonly LeavingDrop[]): readonly Finding[] {
  const left = drops.flatMap(({ statement, readers }) =>
    readers.flatMap((object) => {
      const reason = exists(mirror, object) ? findFault(mirror, object) : null;
      return reason === null ? [] : [{ statement, object, reason }];
    }),
  );
  const views = left.filter(({ object }) => object.type === 'view').map(({ object }) => object.name);
  // A view's triggers go with it.
  const own = left.filter(
    ({ object }, index) =>
      left.findIndex((other) => other.object.type === object.type && sameName(other.object.name, object.name)) ===
        index && !(object.type === 'trigger' && views.some((view) => sameName(view, object.table))),
  );
  return own.map(({ statement: { line, sql }, object, reason }) =>
    find(leavesBroken, 'hazard', { migration, line, sql }, { what: 'object', object, reason }),
  );
}
