/** AUTOINCREMENT counters that a rebuild would set back: ids that deleted rows had would be handed out again. */

import type { Finding } from '../../findings/catalogue.ts';
import { type DataLossArgs, dataLoss } from '../../findings/data-loss.ts';
import { find } from '../../findings/finding.ts';
import { kept } from '../../findings/kept.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { isRebuildDrop } from '../../plan/preserve/taken-along.ts';
import { findWrittenName } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { parseKeyColumn } from '../../schema/parse/build-constraint.ts';
import { foldName, quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import { placeAt, type Scene, type StatementPlace } from '../context.ts';
import { findWholeOf, type TableRows } from '../state/table-rows.ts';
import { guardLoss } from './loss.ts';

interface CounterLoss {
  readonly table: string;
  readonly old: TableStructure;
  readonly made: TableStructure;
}

/** The next id of a table without its counter is the highest that is there, and one. @returns what must hold before it. */
export function askCounter(
  scene: Scene,
  place: StatementPlace,
  { table, old, made }: CounterLoss,
): readonly DataGuard[] {
  const { analysed, statement } = place;
  if (!old.autoincrement || analysed.namesCounters) return [];
  const tracked = scene.rows.find(table);
  const origin = tracked?.origin ?? table;
  if (scene.production.get(foldName(origin))?.structure.autoincrement !== true) return [];
  const key = nameKey(old);
  const highest = tracked === null ? null : findHighest(tracked.rows, key);
  const ahead = scene.questions.read(
    `SELECT s.seq - coalesce((${highest ?? 'SELECT 0'}), 0), s.seq FROM sqlite_sequence AS s WHERE s.name = ${quoteText(origin)}`,
  );
  const index = analysed.statements.indexOf(statement);
  const isCarried = made.autoincrement && isRebuildDrop(analysed, index);
  const loss = { kind: 'ids-again', table } as const;
  scene.findings.push((replies): readonly Finding[] => {
    const answer = ahead(replies);
    const [gap, counter] = answer ?? [];
    if (answer === null ? isCarried : !(Number(gap ?? 0) > 0)) return [];
    if (isCarried) {
      const args = { what: 'counter', table: origin, counter: String(counter) } as const;
      return [find(kept, 'note', placeAt(place, null), args)];
    }
    const args: DataLossArgs = {
      what: 'lost-counter',
      table: origin,
      counter: answer === null ? null : String(counter),
      way: made.autoincrement ? { how: 'hand-on', table, replacement: made.name } : { how: 'keep', key },
    };
    const query = `SELECT * FROM sqlite_sequence WHERE name = ${quoteText(origin)}`;
    const evidence = { count: null, query, examples: null };
    return [find(dataLoss, 'hazard', placeAt(place), args, { losses: [loss], evidence })];
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
