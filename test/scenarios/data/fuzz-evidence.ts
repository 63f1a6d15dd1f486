/** Whether the numbers in a plan's findings are those that are there when the statement runs. */

import type { Finding } from '../../../src/index.ts';
import type { Embedded } from '../../support/embedded-adapter.ts';

/** @param findings those of the statement that is about to run. */
export function countEvidence(database: Embedded, sql: string, findings: readonly Finding[]): readonly string[] {
  return findings.flatMap((finding) => {
    if (finding.code !== 'data-loss') return [];
    const question = findQuestion(finding.message, sql);
    if (question === null) return [];
    const actual = Number(readFirst(database, question));
    if (finding.kind === 'note') return actual === 0 ? [] : [`D note: ${finding.message} but ${actual}`];
    const count = finding.evidence?.count;
    if (!count || count.atLeast) return [];
    return count.rows === actual ? [] : [`D: ${finding.message} but ${actual}`];
  });
}

function readFirst(database: Embedded, sql: string): unknown {
  const [row] = database.prepare(sql).raw(true).all();
  return Array.isArray(row) ? row[0] : null;
}

function findQuestion(message: string, sql: string): string | null {
  const column = /^Drops ("[^"]+")\.("[^"]+")(?: with|, which)/.exec(message);
  if (column) return `SELECT count(*) FROM ${column[1]} WHERE ${column[2]} IS NOT NULL`;
  const table =
    /^Drops ("[^"]+")(?: with|, which)/.exec(message) ?? /^Rebuilds ("[^"]+") without copying/.exec(message);
  if (table) return `SELECT count(*) FROM ${table[1]}`;
  const left = /^Rebuilds "([^"]+)" and does not copy every row/.exec(message);
  if (left && sql.startsWith('DROP')) {
    const other = [`"new_${left[1]}"`, `"${left[1]?.replace(/^old_/, '')}"`];
    const copy = left[1]?.startsWith('old_') ? other[1] : other[0];
    return `SELECT max(0, (SELECT count(*) FROM "${left[1]}") - (SELECT count(*) FROM ${copy}))`;
  }
  return null;
}
