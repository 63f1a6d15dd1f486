/** A migration as it would be with the SQL of safe ways in it. */

import type { Place } from '../findings/finding.ts';
import type { WayEdit } from '../findings/way.ts';
import { sameName } from '../sql/identifiers.ts';
import { splitStatements } from '../sql/split.ts';
import { type AnalysedMigration, type AnalysedStatement, analyseMigration } from './analyse.ts';

/** The SQL of one way, and the finding's place that it is for. */
export interface Mend {
  readonly place: Place;
  readonly edits: readonly WayEdit[];
}

/** @returns null where a mend has no place in the file. */
export function mendMigration({ migration, ...analysed }: AnalysedMigration, mends: readonly Mend[]) {
  const alone = mends.flatMap(({ edits }) => edits.filter(({ at }) => at === 'alone'));
  if (alone.length > 0) return analyseMigration({ ...migration, sql: joinStatements(alone.map(({ sql }) => sql)) });
  const file = analysed.statements.map(({ sql }) => ({ before: [] as string[], own: [sql] }));
  const [first, last]: [string[], string[]] = [[], []];
  for (const { place, edits } of mends) {
    for (const edit of edits) {
      if (edit.at === 'first') first.push(edit.sql);
      else if (edit.at === 'last') last.push(edit.sql);
      else if (!editAt(file, edit, findPlaces(analysed, place, edit))) return null;
    }
  }
  const texts = [...first, ...file.flatMap(({ before, own }) => [...before, ...own]), ...last];
  return analyseMigration({ ...migration, sql: joinStatements(texts) });
}

/** @param places of the statements that it is about, in order. @returns false for none. */
function editAt(
  file: readonly { before: string[]; own: string[] }[],
  { at, sql }: WayEdit,
  places: readonly number[],
): boolean {
  const [place] = places;
  const statement = place === undefined ? undefined : file[place];
  if (statement === undefined) return false;
  if (at === 'before' || at === 'before-drop') {
    statement.before.push(sql);
    return true;
  }
  for (const each of places) file[each]?.own.splice(0);
  statement.own.push(sql);
  return true;
}

function findPlaces(
  { statements, rebuilds }: Pick<AnalysedMigration, 'statements' | 'rebuilds'>,
  place: Place,
  edit: WayEdit,
): readonly number[] {
  const where = (test: (statement: AnalysedStatement) => boolean) =>
    statements.flatMap((statement, index) => (test(statement) ? [index] : []));
  switch (edit.at) {
    case 'before-drop':
      return where(({ kind }) => kind.type === 'drop' && kind.object === 'table' && sameName(kind.name, edit.table));
    case 'copy': {
      const copies = where(({ kind }) => kind.type === 'insert' && sameName(kind.table, edit.into));
      return copies.length === 1 ? copies : [];
    }
    case 'rename':
      return findRenamed({ statements, rebuilds }, edit);
    default:
      return where(({ line, sql }) => line === place.line && sql === place.sql).slice(0, 1);
  }
}

function findRenamed(
  { statements, rebuilds }: Pick<AnalysedMigration, 'statements' | 'rebuilds'>,
  { table, column, to }: Extract<WayEdit, { at: 'rename' }>,
): readonly number[] {
  const rebuild = column === null ? undefined : rebuilds.find((each) => sameName(each.table, table));
  const whole = column === null ? null : (rebuild ?? findPutAside(statements, table));
  if (whole !== null)
    return statements.flatMap((_, index) => (whole.first <= index && index <= whole.last ? [index] : []));
  const places = statements.flatMap(({ kind }, index) => {
    const isGone =
      column === null
        ? kind.type === 'drop' && kind.object === 'table' && sameName(kind.name, table)
        : kind.type === 'drop-column' && sameName(kind.table, table) && sameName(kind.column, column);
    const isMade =
      column === null
        ? kind.type === 'create-table' && sameName(kind.name, to)
        : kind.type === 'add-column' && sameName(kind.table, table) && sameName(kind.column, to);
    return isGone || isMade ? [index] : [];
  });
  return places.length === 2 ? places : [];
}

/** From where a table is renamed, to be made again under its name, to where the renamed one is dropped; null if it is not. */
function findPutAside(
  statements: readonly AnalysedStatement[],
  table: string,
): { readonly first: number; readonly last: number } | null {
  const first = statements.findIndex(({ kind }) => kind.type === 'rename-table' && sameName(kind.table, table));
  const kind = statements[first]?.kind;
  const aside = kind?.type === 'rename-table' ? kind.to : '';
  const last = statements.findIndex(
    (each, index) => index > first && each.kind.type === 'drop' && sameName(each.kind.name, aside),
  );
  const isMade = statements
    .slice(first, last)
    .some((each) => each.kind.type === 'create-table' && sameName(each.kind.name, table));
  return first >= 0 && isMade ? { first, last } : null;
}

/** Whatever ends them: a comment at the end of one takes nothing of the next along. */
function joinStatements(texts: readonly string[]): string {
  return texts
    .flatMap((text) => splitStatements(text))
    .map(({ sql }) => `${sql}\n;\n`)
    .join('');
}
