/** What a DELETE or UPDATE changes in other tables, by foreign keys. */

import { findCollation, findStructureColumn } from '../../core/data/production-table.ts';
import { parseDelete, parseUpdate } from '../../core/data/row-statements.ts';
import { isDeferPragma } from '../../core/plan/analyse.ts';
import type { Finding, RowCount } from '../../core/plan/findings.ts';
import type { DataGuard } from '../../core/plan/plan.ts';
import type { ForeignKeyStructure, TableStructure } from '../../core/schema/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../core/sql/identifiers.ts';
import type { Reply } from '../../ports.ts';
import { report } from './constraints.ts';
import { guardLoss } from './losses.ts';
import { countOrphans } from './references.ts';
import { describeRows, type Place, type Scene } from './scene.ts';
import { findReferenced } from './structures.ts';

/** Tables that refer to each other in a circle are followed this far. */
const mostLevels = 5;

/** Rows that hold the ones to be deleted: with foreign keys on the statement fails. @param deleted over today's tables */
export function askHeld(scene: Scene, place: Place, parent: string, deleted: string): void {
  const { migration } = place;
  if (migration.foreignKeysOff || migration.statements.some(({ kind }) => isDeferPragma(kind))) return;
  // A trigger may take the rows away that hold it, and so may another key of the same tables.
  if (scene.structures.listTriggers(parent).length > 0) return;
  const cascaded = new Set(
    followChildren(scene, parent, deleted, new Set([foldName(parent)]), 1).map(({ table }) => foldName(table)),
  );
  const structure = scene.structures.find(parent);
  const standing = countStanding(scene, parent);
  if (standing === null) return;
  for (const { table, key } of scene.structures.listChildren(parent)) {
    if (cascaded.has(foldName(table.name))) continue;
    const referenced = findReferenced(key, structure);
    const holds = words[key.onDelete] === undefined && !key.deferred && !sameName(table.name, parent);
    const query =
      holds && referenced !== null
        ? scene.rows.bind(
            selectReferring(table, key, referenced, deleted, structure),
            findCompared(referenced, deleted),
          )
        : null;
    if (query === null) continue;
    report(scene, place, 'fails', 'foreign-keys', {
      count: lessStanding(scene.questions.countRows(query), standing),
      query,
      columns: table.columns.map(({ name }) => name),
      message: (count) =>
        `${describeRows(count)} of "${table.name}" ${count.rows === 1 ? 'refers' : 'refer'} to what is deleted from "${parent}" (${key.sql}).`,
      why: 'Foreign keys are on in this file, so the statement fails, and the migration is rolled back.',
      way: `-- before it, take them away, or let them refer to others:\nUPDATE ${quoteIdentifier(table.name)} SET ${key.columns.map((column) => `${quoteIdentifier(findStructureColumn(table, column)?.name ?? column)} = …`).join(', ')} WHERE …;`,
    });
  }
}

/** The parent's own rows that are without a parent: deleting them counts the other way. null where that cannot be told. */
function countStanding(scene: Scene, parent: string): ((replies: readonly Reply[]) => number | null) | null {
  if (scene.structures.find(parent)?.foreignKeys.length === 0) return () => 0;
  const table = scene.production.get(foldName(scene.rows.find(parent)?.origin ?? ''));
  return table === undefined ? null : countOrphans(scene, [table]);
}

/** Nothing where what is deleted may outweigh it. */
function lessStanding(
  count: (replies: readonly Reply[]) => RowCount | null,
  standing: (replies: readonly Reply[]) => number | null,
): (replies: readonly Reply[]) => RowCount | null {
  return (replies) => {
    const [found, other] = [count(replies), standing(replies)];
    return found !== null && other !== null && found.rows > other ? found : null;
  };
}

interface Reached {
  readonly table: string;
  readonly action: string;
  /** Rows that change, over today's tables. */
  readonly select: string;
  /** What is compared in it. */
  readonly compared: string;
}

const words: Readonly<Record<string, string>> = {
  cascade: 'deleted',
  'set null': 'set to NULL',
  'set default': 'reset to the default',
};

/** For DELETE and UPDATE. @returns what must hold before it. */
export function askCascades(scene: Scene, place: Place): readonly DataGuard[] {
  const { migration, statement } = place;
  const { kind, sql } = statement;
  if (migration.foreignKeysOff || (kind.type !== 'delete' && kind.type !== 'update')) return [];
  const { table } = kind;
  if (scene.structures.listChildren(table).length === 0 || scene.rows.find(table) === null) return [];
  if (kind.type === 'update' && !replacesRows(statement)) return askChangedKeys(scene, place, table);
  const parts = kind.type === 'delete' ? parseDelete(sql) : null;
  const all = `SELECT * FROM ${quoteIdentifier(table)}`;
  const deleted = parts?.where ? `${all} WHERE ${parts.where}` : all;
  if (parts !== null) askHeld(scene, place, table, deleted);
  const reached = followChildren(scene, table, deleted, new Set([foldName(table)]), 1);
  return tell(scene, place, {
    parent: table,
    verb: kind.type === 'delete' ? 'Deleting from' : 'Replacing rows of',
    reached,
    isExact: parts !== null,
  });
}

/** `UPDATE OR REPLACE` deletes the rows that stand in its way. */
export function replacesRows({ sql }: Place['statement']): boolean {
  return /^\s*(?:WITH\b.*)?\bUPDATE\s+OR\s+REPLACE\b/is.test(sql);
}

/** Children whose key is taken away when the one that it refers to changes. */
function askChangedKeys(scene: Scene, place: Place, table: string): readonly DataGuard[] {
  const parts = parseUpdate(place.statement.sql);
  const structure = scene.structures.find(table);
  const reached = scene.structures.listChildren(table).flatMap(({ table: child, key }): readonly Reached[] => {
    const referenced = findReferenced(key, structure);
    const isOfProduction = (scene.rows.find(child.name)?.origin ?? null) !== null;
    if (referenced === null || !isOfProduction || !['set null', 'set default'].includes(key.onUpdate)) return [];
    const changed = referenced.flatMap((name) => {
      const assigned = parts?.assignments.find(({ column }) => sameName(column, name));
      return assigned ? [`${quoteIdentifier(name)} IS NOT (${assigned.expression})`] : [];
    });
    if (parts !== null && changed.length === 0) return [];
    const conditions = [...(parts?.where ? [`(${parts.where})`] : []), ...(parts ? [`(${changed.join(' OR ')})`] : [])];
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const parents = `SELECT * FROM ${quoteIdentifier(table)}${where}`;
    const select = selectReferring(child, key, referenced, parents, structure);
    return [{ table: child.name, action: key.onUpdate, select, compared: findCompared(referenced, parents) }];
  });
  return tell(scene, place, { parent: table, verb: 'Changing keys of', reached, isExact: parts !== null });
}

interface Told {
  readonly parent: string;
  readonly verb: string;
  readonly reached: readonly Reached[];
  /** Whether these rows are reached, and not only some of them. */
  readonly isExact: boolean;
}

function tell(scene: Scene, place: Place, told: Told): readonly DataGuard[] {
  if (told.reached.length > 0) reportReached(scene, place, told);
  return told.reached.map(({ table, select }) => guardLoss(`NOT EXISTS (${select})`, wordReached(table, told.parent)));
}

function followChildren(
  scene: Scene,
  parent: string,
  deleted: string,
  seen: ReadonlySet<string>,
  level: number,
): readonly Reached[] {
  const structure = scene.structures.find(parent);
  return scene.structures.listChildren(parent).flatMap(({ table, key }) => {
    const referenced = findReferenced(key, structure);
    const origin = scene.rows.find(table.name)?.origin ?? null;
    if (words[key.onDelete] === undefined || referenced === null || origin === null) return [];
    if (sameName(table.name, parent)) return followOwn(table, key, referenced, deleted);
    if (seen.has(foldName(table.name))) return [];
    const select = selectReferring(table, key, referenced, deleted, structure);
    const compared = findCompared(referenced, deleted);
    const reached = { table: table.name, action: key.onDelete, select, compared };
    const further =
      key.onDelete === 'cascade' && level < mostLevels
        ? followChildren(scene, table.name, select, new Set([...seen, foldName(table.name)]), level + 1)
        : [];
    return [reached, ...further];
  });
}

/** Rows of one table that refer to each other, down to the last. */
function followOwn(
  table: TableStructure,
  key: ForeignKeyStructure,
  referenced: readonly string[],
  deleted: string,
): readonly Reached[] {
  const [own, theirs] = [key.columns[0], referenced[0]];
  if (key.columns.length !== 1 || own === undefined || theirs === undefined) {
    const select = selectReferring(table, key, referenced, deleted, table);
    return [{ table: table.name, action: key.onDelete, select, compared: select }];
  }
  const [name, child, parent] = [table.name, own, theirs].map(quoteIdentifier);
  const further =
    key.onDelete === 'cascade'
      ? ` UNION SELECT c.${parent} FROM ${name} AS c JOIN migrate_prod_gone AS g ON c.${child} = g.k`
      : '';
  const select = `WITH RECURSIVE migrate_prod_gone(k) AS (SELECT ${parent} FROM (${deleted})${further}) SELECT * FROM ${name} WHERE ${child} IN (SELECT k FROM migrate_prod_gone) AND ${parent} NOT IN (SELECT ${parent} FROM (${deleted}))`;
  return [{ table: table.name, action: key.onDelete, select, compared: select }];
}

/** The parent's affinity counts, and not the child's (SQLite's foreign key documentation, section 3). */
function findCompared(referenced: readonly string[], deleted: string): string {
  return `${referenced.map(quoteIdentifier).join(' IN ')} IN (${deleted})`;
}

function selectReferring(
  table: TableStructure,
  key: ForeignKeyStructure,
  referenced: readonly string[],
  deleted: string,
  parent: TableStructure | null,
): string {
  // The parent's collation decides (SQLite's foreign key documentation, section 3), and in a query the left side's.
  const own = key.columns
    .map((column, index) => {
      const collation = parent === null ? 'binary' : findCollation(parent, referenced[index] ?? '');
      return `${quoteIdentifier(column)} COLLATE ${collation}`;
    })
    .join(', ');
  const theirs = referenced.map(quoteIdentifier).join(', ');
  const left = key.columns.length === 1 ? own : `(${own})`;
  return `SELECT * FROM ${quoteIdentifier(table.name)} WHERE ${left} IN (SELECT ${theirs} FROM (${deleted}))`;
}

/** One finding for all that the statement reaches. */
function reportReached(scene: Scene, { migration, statement }: Place, { parent, verb, reached, isExact }: Told): void {
  const asked = reached.map(({ table, action, select, compared }) => {
    const query = scene.rows.bind(select, compared);
    return { table, action, query, count: query === null ? null : scene.questions.countRows(query) };
  });
  scene.findings.push((replies): readonly Finding[] => {
    const met = asked
      .map(({ count, ...rest }) => ({ ...rest, count: count === null ? null : count(replies) }))
      .filter(({ count }) => count === null || count.rows > 0)
      .map((each) => (isExact ? each : { ...each, count: null }));
    const [first] = met;
    if (first === undefined) return [];
    const list = met.map(
      ({ table, action, count }) =>
        `${count === null ? 'rows' : describeRows(count)} of "${table}" (${words[action] ?? action})`,
    );
    return [
      {
        kind: 'hazard',
        code: 'data-loss',
        losses: met.map(({ table }) => wordReached(table, parent)),
        migration: migration.migration.name,
        line: statement.line,
        message: `${verb} "${parent}" changes the rows that refer to it: ${list.join(', ')}.`,
        why: 'The file names only the one table; what its foreign keys take along cannot be brought back but from a backup.',
        way: `-- move the rows that are to stay first, in the same file:\nUPDATE ${quoteIdentifier(first.table)} SET … WHERE …;`,
        sql: statement.sql,
        evidence: {
          count: sumCounts(met.map(({ count }) => count)),
          query: first.count === null ? null : first.query,
          examples: null,
        },
      },
    ];
  });
}

function sumCounts(counts: readonly (RowCount | null)[]): RowCount | null {
  const known = counts.filter((count) => count !== null);
  if (known.length < counts.length) return null;
  return { rows: known.reduce((sum, { rows }) => sum + rows, 0), atLeast: known.some(({ atLeast }) => atLeast) };
}

function wordReached(table: string, parent: string): string {
  return `rows of "${table}" that refer to what is changed in "${parent}"`;
}
