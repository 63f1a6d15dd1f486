/** Rows that a migration leaves without a parent: counted when it begins, and again when it ends. */

import { find, placeIn, type RowCount } from '../../findings/finding.ts';
import { type ForeignKeysArgs, foreignKeys } from '../../findings/foreign-keys.ts';
import { type AnalysedMigration, type AnalysedStatement, listTables, placeOf } from '../../plan/analyse.ts';
import { mendOrphans } from '../../plan/structure/safe-ways.ts';
import type { ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { RowAnswer } from '../ask/asking.ts';
import { askExamples, rowsNow, type Scene } from '../ask/context.ts';
import type { BoundQuery } from '../ask/database-rows.ts';
import { writeMissing } from './parents.ts';

/** The rows that break a foreign key at one moment. */
export interface Orphans {
  readonly child: TableStructure;
  readonly key: ForeignKeyStructure;
  /** Its tables as production calls them, to know it by at another moment. */
  readonly name: string;
  readonly condition: string;
  readonly select: string;
  /** What finds them in production; null where nothing does. */
  readonly query: string | null;
  readonly today: BoundQuery | null;
  /** As the run counts them. */
  readonly count: RowAnswer<RowCount>;
}

/** Of the tables whose rows or keys a migration may change, as they are now. */
export function countOrphansNow(scene: Scene, { statements }: AnalysedMigration): readonly Orphans[] {
  const touched = new Set(
    statements
      .filter(mayOrphan)
      .flatMap(({ kind }) => listTables(kind))
      .map(foldName),
  );
  const nameOf = (table: string) => foldName(scene.rows.find(table)?.origin ?? table);
  return scene.structures.listReferring().flatMap((child) =>
    child.foreignKeys.flatMap((key): readonly Orphans[] => {
      const isTouched = touched.has(foldName(child.name)) || touched.has(foldName(key.references));
      const isEmpty = scene.rows.rowsOf(child.name).type === 'none';
      const condition = isTouched && !isEmpty ? writeMissing(scene, child, key) : null;
      if (condition === null) return [];
      const name = JSON.stringify([nameOf(child.name), nameOf(key.references), key.columns.length]);
      const asked = rowsNow(scene, `SELECT * FROM ${quoteIdentifier(child.name)} WHERE ${condition}`);
      const count = scene.asking.countHere(asked.select);
      const { select, bound } = asked;
      return [{ child, key, name, condition, select, query: bound?.sql ?? null, today: bound, count }];
    }),
  );
}

function mayOrphan({ kind }: AnalysedStatement): boolean {
  const isHarmless = ['create-index', 'pragma', 'select', 'rename-column'].includes(kind.type);
  return !isHarmless && (kind.type !== 'add-column' || hasKeyword(kind.definition, 'REFERENCES'));
}

/**
 * With foreign keys off what is left asks for consent; where they only wait for the end, COMMIT fails.
 * @param before those of when the migration began.
 */
export function askOrphans(
  scene: Scene,
  analysed: AnalysedMigration,
  before: readonly Orphans[],
  consequence: 'asks' | 'fails',
): void {
  const counted = countOrphansNow(scene, analysed).map((orphans) => {
    const standing = before.filter(({ name }) => name === orphans.name);
    return { orphans, standing, more: countMore(scene, orphans, standing) };
  });
  // SQLite counts rows without a parent all in one: where one is deleted or mended, one that is new goes through (fkey.c).
  const gone = before.filter(({ name }) => !counted.some(({ orphans }) => orphans.name === name));
  const counts = gone.map((orphans) => countNow(scene, orphans));
  const isOutweighed: RowAnswer<boolean> = (answers) => {
    const less = counts.reduce((sum, count) => sum + (count(answers)?.rows ?? Infinity), 0);
    return counted.reduce((sum, { more }) => sum + (more(answers)?.rows ?? 0), 0) <= less;
  };
  for (const { orphans, standing, more } of counted) {
    const isAsked = consequence === 'asks' || standing.length > 0 || isMade(analysed, orphans.child.name);
    if (!isAsked) continue;
    if (!isSame(orphans, standing) && [orphans, ...standing].some(({ today }) => today?.isSure !== true))
      scene.asking.needsRun(orphans.select);
    const count: RowAnswer<RowCount> = (answers) =>
      consequence === 'fails' && isOutweighed(answers) ? null : more(answers);
    const because = consequence === 'fails' ? 'commit-fails' : standing.length > 0 ? 'keys-off' : 'not-checked';
    report(scene, analysed, orphans, { because, count });
  }
}

function countNow(scene: Scene, { today: bound, count }: Orphans): RowAnswer<RowCount> {
  const today = scene.asking.countToday(bound);
  return (answers) => count(answers) ?? today(answers);
}

/** The same rows of production, whatever the migration does. */
function isSame(now: Orphans, standing: readonly Orphans[]): boolean {
  return now.query !== null && standing.some(({ query }) => query === now.query);
}

/** Those that were there before are no news. */
function countMore(scene: Scene, now: Orphans, standing: readonly Orphans[]): RowAnswer<RowCount> {
  const isKept = isSame(now, standing);
  const counts = [now, ...standing].map((orphans) => (isKept ? orphans.count : countNow(scene, orphans)));
  return (answers) => {
    const [after = null, ...before] = counts.map((count) => count(answers));
    if (after === null || before.includes(null)) return isKept ? { rows: 0, atLeast: false } : null;
    return { ...after, rows: before.reduce((rows, each) => rows - (each?.rows ?? 0), after.rows) };
  };
}

interface Told {
  readonly because: Extract<ForeignKeysArgs, { what: 'left' }>['because'];
  readonly count: RowAnswer<RowCount>;
}

function report(scene: Scene, analysed: AnalysedMigration, orphans: Orphans, { because, count }: Told): void {
  const { child, key, condition, query } = orphans;
  const names = child.columns.map(({ name }) => name);
  const examples = query === null ? () => null : askExamples(scene, query, names);
  const cause = findCause(analysed, child.name, key.references);
  const off = analysed.statements.find(({ kind }) => kind.type === 'pragma' && kind.name === 'foreign_keys');
  const isEarlier = cause !== undefined && isRowChange(cause) && off !== undefined && cause.line < off.line;
  const args: ForeignKeysArgs = {
    ...{ what: 'left', child: child.name, parent: key.references, key: key.sql, because },
    mend: isEarlier ? null : mendOrphans(child, key, condition),
  };
  const { name: migration } = analysed.migration;
  const place = cause === undefined ? placeIn(migration) : placeOf(analysed, cause);
  scene.findings.push((answers) => {
    const found = count(answers);
    if (found === null || found.rows <= 0) return [];
    const shown = query === null ? null : query;
    const evidence = { count: found, query: shown, examples: examples(answers) };
    return [find(foreignKeys, because === 'commit-fails' ? 'blocker' : 'hazard', place, args, { evidence })];
  });
}

/** COMMIT counts what the migration itself breaks: a column that is added is none of it. */
function isMade({ statements }: AnalysedMigration, table: string): boolean {
  return statements.some(({ kind }) => {
    const made = kind.type === 'create-table' ? kind.name : kind.type === 'rename-table' ? kind.to : '';
    return sameName(made, table);
  });
}

function isRowChange({ kind }: AnalysedStatement): boolean {
  return kind.type === 'delete' || kind.type === 'update';
}

/** The statement that changes rows of one of the tables, or else that speaks of the child, or of the parent. */
function findCause({ statements }: AnalysedMigration, child: string, parent: string): AnalysedStatement | undefined {
  const speaksOf = (name: string) => (one: AnalysedStatement) =>
    ('table' in one.kind && sameName(one.kind.table, name)) || ('name' in one.kind && sameName(one.kind.name, name));
  const [ofChild, ofParent] = [statements.filter(speaksOf(child)), statements.filter(speaksOf(parent))];
  return [...ofParent, ...ofChild].find(isRowChange) ?? ofChild[0] ?? ofParent[0];
}
