/** AUTOINCREMENT counters that a rebuild would set back: ids that deleted rows had would be handed out again. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { kept } from '../../findings/kept.ts';
import { worded } from '../../findings/worded.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { isRebuildDrop } from '../../plan/preserve/taken-along.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { parseKeyColumn } from '../../schema/parse/build-constraint.ts';
import { foldName, quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import type { Place, Scene } from '../context.ts';
import { findWrittenName } from '../state/production-table.ts';
import { findWholeOf, type TableRows } from '../state/table-rows.ts';
import { guardLoss } from './loss.ts';

const why = 'What still holds such an id, a link, a log or another system, then means another row.';

interface Counted {
  readonly table: string;
  readonly old: TableStructure;
  readonly made: TableStructure;
}

/** The next id of a table without its counter is the highest that is there, and one. @returns what must hold before it. */
export function askCounter(scene: Scene, place: Place, { table, old, made }: Counted): readonly DataGuard[] {
  const { migration, statement } = place;
  if (!old.autoincrement || migration.namesCounters) return [];
  const tracked = scene.rows.find(table);
  const origin = tracked?.origin ?? table;
  if (scene.production.get(foldName(origin))?.structure.autoincrement !== true) return [];
  const key = nameKey(old);
  const highest = tracked === null ? null : findHighest(tracked.rows, key);
  const ahead = scene.questions.read(
    `SELECT s.seq - coalesce((${highest ?? 'SELECT 0'}), 0), s.seq FROM sqlite_sequence AS s WHERE s.name = ${quoteText(origin)}`,
  );
  const index = migration.statements.indexOf(statement);
  const isCarried = made.autoincrement && isRebuildDrop(migration, index);
  const loss = { kind: 'ids-again', table } as const;
  const shared = { migration: migration.migration.name, line: statement.line } as const;
  scene.findings.push((replies): readonly Finding[] => {
    const answer = ahead(replies);
    const [gap, counter] = answer ?? [];
    if (answer === null ? isCarried : !(Number(gap ?? 0) > 0)) return [];
    if (isCarried) {
      const args = { what: 'counter', table: origin, counter: String(counter) } as const;
      return [find(kept, 'note', { ...shared, sql: null }, args)];
    }
    return [
      worded({
        ...shared,
        kind: 'hazard',
        code: 'data-loss',
        losses: [loss],
        message: `"${origin}" ${answer === null ? 'may lose its AUTOINCREMENT counter' : `loses its AUTOINCREMENT counter (${String(counter)})`}: ids that deleted rows had are handed out again.`,
        why,
        way: made.autoincrement
          ? `-- hand it on, before the DROP TABLE:\nUPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = ${quoteText(table)}) WHERE name = ${quoteText(made.name)};`
          : `-- keep it in the new table:\n${quoteIdentifier(key)} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT`,
        sql: statement.sql,
        evidence: {
          count: null,
          query: `SELECT * FROM sqlite_sequence WHERE name = ${quoteText(origin)}`,
          examples: null,
        },
      }),
    ];
  });
  if (isCarried) return [];
  const counted = `(SELECT seq FROM sqlite_sequence WHERE name = ${quoteText(table)} COLLATE NOCASE)`;
  const holds = `coalesce(${counted}, 0) <= coalesce((SELECT max(rowid) FROM ${quoteIdentifier(table)}), 0)`;
  return [guardLoss(holds, loss)];
}

/** A query for the highest id that is there by then; null where there is none, or nobody can tell. */
function findHighest(rows: TableRows, key: string): string | null {
  const whole = findWholeOf(rows);
  if (whole !== null) return `SELECT max(rowid) FROM main.${quoteIdentifier(whole)}`;
  return rows.type === 'known' && rows.numbered === null
    ? `SELECT max(${quoteIdentifier(key)}) FROM (${rows.select})`
    : null;
}

/** The column with the counter. */
function nameKey(table: TableStructure): string {
  return findWrittenName(table, parseKeyColumn(table.primaryKey?.columns[0] ?? '').name);
}
