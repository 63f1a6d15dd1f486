/** Many DELETEs of one table, one after the other: what they take along is asked and told once. */

import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';
import { findAffinity } from '../../schema/model/affinity.ts';
import { findCollation, findStructureColumn } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { isKeyword } from '../../sql/cursor.ts';
import { isOfRowAlone, parseLiteralCondition, uniteConditions } from '../../sql/delete-conditions.ts';
import { foldName, sameName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { type DeleteParts, parseDelete } from '../../sql/row-statements.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { parseTriggerSteps, type TriggerStep } from '../../sql/trigger.ts';
import { listWords } from '../../sql/words.ts';
import type { StatementPlace } from '../place.ts';
import { isAction, type LinkedTables, listLinks } from '../state/key-links.ts';

export interface DeleteSeries {
  readonly first: AnalysedStatement;
  /** Where it is told: the first that may take something along. */
  readonly told: AnalysedStatement;
  /** The rows that they delete together; null where each is followed by itself. */
  readonly everything: string | null;
  /** The same without what took its children away before; several where one would be too long. */
  readonly asked: readonly string[];
  /** How many statements that stands for. */
  readonly count: number;
  /** Whether rows that they name count where they refer to others that they name: the later of two may be gone by then. */
  readonly own: 'left out' | 'counted';
  /** Whether nothing but these statements takes away what they would take along. */
  readonly isExact: boolean;
}

interface Deletion extends DeleteParts {
  readonly statement: AnalysedStatement;
}

/** DELETEs with nothing in between that could change what they find. */
type Region = readonly Deletion[];

/** As many are asked one by one where what is in between has to be followed closely. */
const mostAlone = 16;

/** Of one migration and table, beside series. */
const mostQuestions = 64;

/** Mutable: a rehearsal goes through it once. */
export class DeleteSeriesFinder {
  readonly #regions = new Map<AnalysedStatement, Region>();
  readonly #series = new Map<AnalysedStatement, DeleteSeries | null>();
  readonly #alone = new Map<string, number>();
  #last = 0;

  /** The series that a DELETE belongs to; null where it stands alone. */
  find(scene: LinkedTables, { analysed, statement }: StatementPlace): DeleteSeries | null {
    const known = this.#series.get(statement);
    if (known !== undefined) return known;
    const region = this.#regions.get(statement) ?? this.#readRegion(analysed, statement);
    const start = region.findIndex((each) => each.statement === statement);
    const table = region[start]?.table ?? '';
    const isOwn = (each: Deletion) => sameName(each.table, table);
    const span = start < 0 ? [] : region.slice(start, region.findLastIndex(isOwn) + 1);
    const series = build(scene, table, span);
    for (const each of span.filter(isOwn)) this.#series.set(each.statement, series);
    return series;
  }

  /** Whether what a DELETE takes along is still worth a question of its own: each of very many may read a table. */
  mayAsk({ analysed }: StatementPlace, table: string): boolean {
    const key = JSON.stringify([analysed.migration.name, foldName(table)]);
    const asked = this.#alone.get(key) ?? 0;
    this.#alone.set(key, asked + 1);
    return asked < mostQuestions;
  }

  #readRegion(analysed: AnalysedMigration, from: AnalysedStatement): Region {
    const region: Deletion[] = [];
    for (let index = this.#findPlace(analysed, from); index < analysed.statements.length; index += 1) {
      const statement = analysed.statements[index];
      if (statement === undefined || statement.kind.type === 'select') continue;
      const parts = statement.kind.type === 'delete' ? parseDelete(statement.sql) : null;
      if (parts === null || !isOfRowAlone(parts.where)) break;
      region.push({ ...parts, statement });
    }
    for (const { statement } of region) this.#regions.set(statement, region);
    return region;
  }

  /** They are asked for in order: it is looked for behind the last one. */
  #findPlace({ statements }: AnalysedMigration, statement: AnalysedStatement): number {
    const behind = statements.indexOf(statement, this.#last);
    this.#last = behind === -1 ? Math.max(0, statements.indexOf(statement)) : behind;
    return this.#last;
  }
}

/** @param span of the region, from the first of the table's own to the last. */
function build(scene: LinkedTables, table: string, span: Region): DeleteSeries | null {
  const isOwn = (each: Deletion) => sameName(each.table, table);
  const own = span.filter(isOwn);
  const [first] = own;
  const structure = scene.structures.find(table);
  if (first === undefined || own.length < 2 || structure === null) return null;
  const below = listBelow(scene, table);
  const others = new Set(span.filter((each) => !isOwn(each)).map((each) => foldName(each.table)));
  const related = [...others].filter((name) => below.has(name) || listBelow(scene, name).has(foldName(table)));
  const involved = [foldName(table), ...below, ...related];
  if (!onlyAdds(scene, involved)) return null;
  const wheres = own.map(({ where }) => where);
  if (wheres.some((where) => readsCleared(structure, where))) return null;
  // Which of its own rows goes along with which depends on their order.
  const isCircle = below.has(foldName(table));
  const counting = isCircle ? 'counted' : 'left out';
  if (isCircle && own.length <= mostAlone) return null;
  if (related.length === 0) {
    const asked = uniteConditions(wheres);
    const everything = asked.join(' OR ');
    return {
      first: first.statement,
      told: first.statement,
      everything,
      asked,
      count: own.length,
      own: counting,
      isExact: !isCircle,
    };
  }
  const open = listOpen(scene, structure, span);
  if (open === null && own.length <= mostAlone) return null;
  const left = open ?? own;
  return {
    first: first.statement,
    told: (left[0] ?? first).statement,
    everything: null,
    asked: left.length === 0 ? [] : uniteConditions(left.map(({ where }) => where)),
    count: left.length,
    own: counting,
    isExact:
      open !== null && related.every((name) => listLinks(scene, table).some(({ child }) => sameName(child.name, name))),
  };
}

/** Whether all that fires on these tables adds rows to others, as a log: nothing of these is another for it. */
export function onlyAdds({ structures }: LinkedTables, tables: readonly string[]): boolean {
  const own = new Set(tables.map(foldName));
  const adds = ({ table, verb, deletes }: TriggerStep) =>
    verb === 'insert' && !deletes && !own.has(foldName(table)) && structures.listTriggers(table).length === 0;
  return tables.every((table) =>
    structures
      .listTriggers(table)
      .every((sql) => !tokenize(sql).some((token) => isKeyword(token, 'RAISE')) && parseTriggerSteps(sql).every(adds)),
  );
}

/** Folded names of the tables that refer to it, and of those that refer to them, down to the last. */
export function listBelow({ structures }: LinkedTables, table: string): ReadonlySet<string> {
  const below = new Set<string>();
  const waiting = [table];
  for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift()) {
    for (const { table: child } of structures.listChildren(parent)) {
      const name = foldName(child.name);
      if (below.has(name)) continue;
      below.add(name);
      waiting.push(child.name);
    }
  }
  return below;
}

/** Whether a key may clear what it looks at while others are deleted. */
export function readsCleared({ foreignKeys }: TableStructure, where: string | null): boolean {
  const cleared = foreignKeys.filter(({ onDelete }) => isAction(onDelete) && onDelete !== 'cascade');
  if (where === null || cleared.length === 0) return false;
  const words = listWords(where);
  return cleared.some(({ columns }) => columns.some((column) => words.has(foldName(column))));
}

/**
 * The parent's DELETEs, without the keys of which every child's rows are deleted before: `DELETE FROM child
 * WHERE parentId = 7` is known by its literal.
 * @returns null where that cannot be told.
 */
function listOpen(scene: LinkedTables, parent: TableStructure, span: Region): Region | null {
  const keys = findChildKeys(scene, parent);
  if (keys === null) return null;
  if (keys.columns.size === 0) return [];
  const gone = new Map([...keys.columns.keys()].map((name) => [name, new Set<string>()]));
  const open: Deletion[] = [];
  for (const deletion of span) {
    const { table, where } = deletion;
    const own = gone.get(foldName(table));
    const isParent = sameName(table, parent.name);
    if (own === undefined && !isParent) continue;
    const condition = parseLiteralCondition(where);
    const column = isParent ? keys.referenced : keys.columns.get(foldName(table));
    if (condition === null || foldName(unquoteIdentifier(condition.column)) !== column) return null;
    for (const text of condition.literals) own?.add(text);
    if (!isParent) continue;
    const left = condition.literals.filter((text) => ![...gone.values()].every((texts) => texts.has(text)));
    // What some of them have lost is still asked of these.
    if (left.some((text) => [...gone.values()].some((texts) => texts.has(text)))) return null;
    if (left.length > 0) open.push({ ...deletion, where: `${condition.column} IN (${left.join(', ')})` });
  }
  return open;
}

interface ChildKeys {
  /** Folded; undefined where nothing refers to the table. */
  readonly referenced: string | undefined;
  /** The one column of each child's key, by its folded name. */
  readonly columns: ReadonlyMap<string, string>;
}

/** Where every child refers by one key of one column, all to the same. */
function findChildKeys(scene: LinkedTables, parent: TableStructure): ChildKeys | null {
  const links = listLinks(scene, parent.name);
  const referenced = links[0]?.referenced[0];
  const columns = new Map(links.map(({ child, key }) => [foldName(child.name), foldName(key.columns[0] ?? '')]));
  const isPlain = links.every(
    ({ child, key, referenced: theirs }) =>
      key.columns.length === 1 &&
      sameName(theirs[0] ?? '', referenced ?? '') &&
      isAlike(child, key.columns[0] ?? '', parent, referenced ?? ''),
  );
  if (!isPlain || columns.size < links.length || columns.has(foldName(parent.name))) return null;
  return { referenced: referenced === undefined ? undefined : foldName(referenced), columns };
}

/** Whether a literal finds the same values in both. */
function isAlike(child: TableStructure, column: string, parent: TableStructure, referenced: string): boolean {
  const [own, their] = [findStructureColumn(child, column), findStructureColumn(parent, referenced)];
  return (
    own !== undefined &&
    their !== undefined &&
    findAffinity(own, child) === findAffinity(their, parent) &&
    findCollation(child, column) === findCollation(parent, referenced)
  );
}
