/** Findings of what a rebuild drops or trips over: preserved, impossible to preserve, or in its way. */

import type { Finding } from '../../findings/catalogue.ts';
import { type AttachedObject, dropsIndex, dropsTrigger } from '../../findings/drops-attached.ts';
import { find } from '../../findings/finding.ts';
import { kept } from '../../findings/kept.ts';
import { rehearsalFailed } from '../../findings/rehearsal-failed.ts';
import { readNames } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import { isRefusedName, nameAnew } from '../../schema/model/reserved-names.ts';
import type { Misfit, Preserver } from './preserve.ts';

/** @param mirror as it is when the migration has ended. */
export function findPreserved(mirror: Mirror, preserver: Preserver, migration: string): readonly Finding[] {
  const { tables, lost } = preserver.readPreserved();
  return [
    ...preserver.findBroken().map((misfit) => reportBroken(migration, misfit)),
    ...lost.map((misfit) => reportLost(mirror, migration, misfit)),
    ...tables.map(({ table, line, own, around }) => {
      const args = { what: 'objects', table, own: own.map(nameObject), around: around.map(nameObject) } as const;
      return find(kept, 'note', { migration, line, sql: null }, args);
    }),
  ];
}

/** A view, or another table's trigger, for which SQLite would refuse the rebuild. */
export function reportBroken(migration: string, { object, table: rebuilt, line, sql, reason }: Misfit): Finding {
  return find(rehearsalFailed, 'blocker', { migration, line, sql }, { what: 'breaks-reader', object, rebuilt, reason });
}

/** A trigger or an index that goes with its table and cannot be made again on the new one. */
function reportLost(mirror: Mirror, migration: string, { object, line, sql, reason }: Misfit): Finding {
  const place = { migration, line, sql };
  return find(chooseDrops(object), 'hazard', place, {
    what: 'no-place',
    object,
    reason,
    anew: writeAnew(mirror, object),
  });
}

/** The finding that is told of a trigger, or an index, that its table takes along. */
export function chooseDrops({ type }: AttachedObject): typeof dropsTrigger | typeof dropsIndex {
  return type === 'trigger' ? dropsTrigger : dropsIndex;
}

/** @returns what makes it under another name, where SQLite keeps its own for itself; null where it does not. */
export function writeAnew(mirror: Mirror, { name, sql }: AttachedObject): string | null {
  return isRefusedName(name) ? nameAnew(name, sql ?? '', readNames(mirror)) : null;
}

function nameObject({ type, name, table }: SchemaObject): Pick<SchemaObject, 'type' | 'name' | 'table'> {
  return { type, name, table };
}
