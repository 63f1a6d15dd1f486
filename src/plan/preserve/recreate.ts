/** Making again on the mirror what a rebuild took along, and seeing whether it still works. */

import { exists, findFault, findWorking } from '../../mirror/try-object.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { sortByReading } from '../../schema/fix/readers.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import type { AnalysedStatement } from '../analyse.ts';
import type { Fate, RebuildSpan } from './taken-along.ts';

/** An object as it was right before the DROP of a table that it belongs to, or reads. */
export interface TakenNames {
  readonly object: SchemaObject;
  readonly fate: Exclude<Fate, 'untouched'>;
  /** The rebuilt table, and its DROP. */
  readonly table: string;
  readonly drop: AnalysedStatement;
  /** True if it is dropped with the table; false if it only stands in the way. */
  readonly isOwn: boolean;
  readonly wasBroken: boolean;
}

export interface RecreateFault {
  readonly taken: TakenNames;
  readonly reason: string;
}

export interface Recreation {
  /** In the order in which they were made. */
  readonly made: readonly TakenNames[];
  /** Triggers and indexes that have no place on the new table; they are not there. */
  readonly lost: readonly RecreateFault[];
  /** Views, and triggers of other tables, that work no more. */
  readonly broken: readonly RecreateFault[];
  /** The same, where the migration itself may mend it yet. */
  readonly doubtful: readonly TakenNames[];
}

/**
 * Indexes first, then views, then triggers, which may be made on views. What was broken before may be so again.
 * @param laterIndexes statements with which the migration makes indexes after this: some things work only with them.
 */
export function recreate(
  mirror: Mirror,
  taken: readonly TakenNames[],
  { drops }: RebuildSpan,
  laterIndexes: readonly string[],
): Recreation {
  const ofType = (type: SchemaObject['type']) => taken.filter(({ object }) => object.type === type);
  const left = taken.filter(({ fate }) => fate === 'leave').map(({ object }) => object);
  const gone = [...[...drops.values()].map(({ table }) => table), ...left.map(({ name }) => name)];
  /** True if SQLite drops it silently: with a rebuilt table, or with a view that the migration replaces. */
  const isSilent = ({ object: { type, table } }: TakenNames): boolean =>
    type !== 'view' && gone.some((name) => sameName(name, table));
  const made: TakenNames[] = [];
  const lost: RecreateFault[] = [];
  const faults: RecreateFault[] = [];
  const make = (entry: TakenNames): void => {
    if (entry.fate === 'leave' || exists(mirror, entry.object)) return;
    const reason = tryToRun(mirror, entry.object.sql ?? '');
    if (reason === null) made.push(entry);
    else (isSilent(entry) ? lost : faults).push({ taken: entry, reason });
  };
  const check = (entry: TakenNames): void => {
    const isMade = !entry.wasBroken && made.includes(entry);
    const reason = isMade && !working.has(entry.object) ? findLasting(mirror, entry.object, laterIndexes) : null;
    if (reason === null) return;
    if (entry.fate === 'keep' && isSilent(entry)) {
      mirror.run(`DROP TRIGGER ${quoteIdentifier(entry.object.name)}`);
      made.splice(made.indexOf(entry), 1);
      lost.push({ taken: entry, reason });
    } else faults.push({ taken: entry, reason });
  };

  ofType('index').forEach(make);
  const views = ofType('view');
  const sorted = sortByReading(views.map(({ object }) => object)).flatMap((view) =>
    views.filter(({ object }) => object === view),
  );
  sorted.forEach(make);
  const working = findWorking(
    mirror,
    sorted.filter((entry) => made.includes(entry)).map(({ object }) => object),
  );
  sorted.forEach(check);
  for (const entry of ofType('trigger')) {
    make(entry);
    check(entry);
  }
  const mayBeMended = ({ taken: { fate, object } }: RecreateFault): boolean =>
    fate === 'lend' || left.some(({ name }) => mentionsName(object.sql ?? '', name));
  return {
    made,
    lost,
    broken: faults.filter((fault) => !mayBeMended(fault)),
    doubtful: faults.filter(mayBeMended).map((fault) => fault.taken),
  };
}

/**
 * A fault that the indexes do not mend which the migration is yet to make, as Prisma does after the RENAME: ON CONFLICT, a
 * foreign key and INDEXED BY ask for one.
 */
function findLasting(mirror: Mirror, object: SchemaObject, laterIndexes: readonly string[]): string | null {
  const fault = findFault(mirror, object);
  if (fault === null || laterIndexes.length === 0) return fault;
  mirror.run('SAVEPOINT indexed');
  try {
    for (const sql of laterIndexes) tryToRun(mirror, sql);
    return findFault(mirror, object);
  } finally {
    mirror.run('ROLLBACK TO indexed');
    mirror.run('RELEASE indexed');
  }
}

function tryToRun(mirror: Mirror, sql: string): string | null {
  try {
    mirror.run(sql);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}
