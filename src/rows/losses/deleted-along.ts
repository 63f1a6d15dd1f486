/** Rows of other tables that go along with rows that are deleted: how many, and the query that finds them. */

import type { RowCount } from '../../findings/finding.ts';
import { listKeyColumns } from '../../schema/model/columns.ts';
import { quoteIdentifier, quoteText, sameName } from '../../sql/identifiers.ts';
import { sumCounts } from '../../text/count.ts';
import { type Scene, type StatementPlace, showQuery } from '../context.ts';
import { followDeleted } from '../state/follow-keys.ts';
import { isAction, listLinks, refers, writeColumns } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';

interface TakenAlong {
  /** null for several. */
  readonly table: string | null;
  readonly query: string | null;
  readonly count: RowCount | null;
}

/** What a DROP TABLE with foreign keys on takes along: proof for the finding that the text of the file gives rise to already. */
export function askTakenAlong(scene: Scene, { analysed, statement }: StatementPlace, name: string): void {
  if (findKeys(analysed) === 'off') return;
  const { reached } = followDeleted(scene, name, '1');
  // Tables that the plan makes, as the copy of one that refers to itself.
  const made = listLinks(scene, name).filter(
    ({ child, key }) => isAction(key.onDelete) && !reached.some(({ table }) => sameName(table, child.name)),
  );
  const asked = [
    ...reached,
    ...made.map((link) => ({
      table: link.child.name,
      where: refers(scene, link, { text: '1', compared: '' }),
      isLoose: false,
    })),
  ].filter(({ table }) => !sameName(table, name));
  if (asked.length === 0 || asked.length > mostAsked) return;
  const counts = asked.map(({ table, where, isLoose }) => {
    const select = where && `SELECT * FROM ${quoteIdentifier(table)} WHERE ${where.text}`;
    const query = select && where && !isLoose ? scene.rows.bind(select, where.compared) : null;
    return { table, query, count: query === null ? null : scene.questions.countRows(query) };
  });
  scene.proofs.push((replies) => {
    const met = counts
      .map((each) => ({ ...each, count: each.count?.(replies) ?? null }))
      .filter(({ count }) => count === null || count.rows > 0 || count.atLeast);
    const count = sumCounts(met.map((each) => each.count));
    return {
      code: 'drops-referenced',
      place: { migration: analysed.migration.name, line: statement.line },
      evidence: { count, query: writeAlongQuery(scene, met), examples: null },
    };
  });
}

/** Each is a question. */
const mostAsked = 8;

/** Of rows of several tables: each table's name with the rows' keys. */
export function writeAlongQuery(scene: Scene, met: readonly TakenAlong[]): string | null {
  const known = met.flatMap(({ table, query, count }) =>
    table === null || query === null || count === null ? [] : [{ table, query: showQuery(scene, query) }],
  );
  const [first, ...more] = known;
  if (first === undefined || more.length === 0) return first?.query ?? null;
  const selects = known.map(({ table, query }, index) => {
    const structure = scene.structures.find(table);
    const columns = structure?.primaryKey ? listKeyColumns(structure.primaryKey) : [];
    const keys = writeColumns(structure, columns);
    const key = keys.length === 0 ? 'NULL' : keys.join(` || ', ' || `);
    const list = index === 0 ? `${quoteText(table)} AS "table", ${key} AS "key"` : `${quoteText(table)}, ${key}`;
    const all = `SELECT * FROM ${quoteIdentifier(table)} `;
    return query.startsWith(all) ? query.replace('*', () => list) : `SELECT ${list} FROM (${query})`;
  });
  return selects.join(' UNION ALL ');
}
