/** Rows of other tables that go along with a table that is dropped: proof for the finding that the text of the file gives rise to already. */

import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { sumCounts } from '../../text/count.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { followDeleted } from '../state/follow-keys.ts';
import { findKeys } from '../state/keys.ts';
import { writeAlongQuery } from './along-query.ts';
import { watchRows } from './watched.ts';

/** Each is a question. */
const mostAsked = 8;

/** With foreign keys on, the rows of the table are deleted first. */
export function askTakenAlong(scene: Scene, { analysed, statement }: StatementPlace, name: string): void {
  if (findKeys(analysed) === 'off') return;
  const reached = followDeleted(scene, name, '1').reached.filter(({ table }) => !sameName(table.name, name));
  if (reached.length === 0) return;
  const seen = watchRows(scene, reached, null);
  const asked = reached.slice(0, mostAsked).map(({ table, where, isWhole }) => {
    const query = where && scene.rows.bind(`SELECT * FROM ${quoteIdentifier(table.name)} WHERE ${where}`);
    return {
      of: { table: table.name, actions: [] },
      query,
      count: query && isWhole ? scene.questions.countRows(query) : null,
    };
  });
  scene.proofs.push((replies) => {
    const rows = seen(replies);
    const all = reached.map(({ table }, index) => {
      const here = rows?.get(foldName(table.name)) ?? null;
      const count = here === null ? (asked[index]?.count?.(replies) ?? null) : { rows: here, atLeast: false };
      return { along: { of: { table: table.name, actions: [] } }, query: asked[index]?.query ?? null, count };
    });
    const met = all.filter(({ count }) => count === null || count.rows > 0 || count.atLeast);
    return {
      code: 'drops-referenced',
      place: { migration: analysed.migration.name, line: statement.line },
      evidence: {
        count: sumCounts(met.map(({ count }) => count)),
        query: writeAlongQuery(
          scene,
          met.map((each) => [each]),
        ),
        examples: null,
      },
    };
  });
}
