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
import { placeAt, type Scene, type StatementPlace } from '../ask/context.ts';
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
  const { analysed, index } = place;
  const origin = scene.rows.find(table)?.origin ?? table;
  const hadCounter = scene.production.get(foldName(origin))?.structure.autoincrement === true;
  if (!old.autoincrement || !hadCounter || analysed.namesCounters) return [];
  const key = nameKey(old);
  const highest = `SELECT max(${quoteIdentifier(key)}) FROM ${quoteIdentifier(table)}`;
  const ahead = scene.asking.first({
    select: askAhead(highest, table),
    bound: { sql: askAhead(scene.rows.bind(highest)?.sql ?? 'SELECT 0', origin), isSure: true, scan: null },
  });
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
  const holds = `coalesce((SELECT seq FROM sqlite_sequence WHERE name = ${quoteText(table)} COLLATE NOCASE), 0) <= coalesce((${highest}), 0)`;
  return [guardLoss(holds, loss)];
}

/** By how much the counter is ahead of the ids that are there, and where it stands; no row without one. */
function askAhead(highest: string, table: string): string {
  return `SELECT seq - coalesce((${highest}), 0), seq FROM sqlite_sequence WHERE name = ${quoteText(table)} COLLATE NOCASE`;
}

/** The column with the counter. */
function nameKey(table: TableStructure): string {
  return findWrittenName(table, parseKeyColumn(table.primaryKey?.columns[0] ?? '').name);
}
