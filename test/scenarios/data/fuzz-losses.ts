/** What production had and has no more, as the rows themselves tell. */

import { type Dump, describeRow } from './fuzz-check.ts';
import type { FuzzStory } from './fuzz-story.ts';

export function findLosses(
  { before, after, named, spoken, computed }: FuzzStory,
  was: Dump,
  is: Dump,
): readonly string[] {
  return before.flatMap((table) => {
    if (named.has(table.name)) return [];
    const old = was.tables.get(table.name) ?? [];
    if (old.length === 0) return [];
    const now = after.find(({ origin }) => origin === table.name);
    const rows = now === undefined ? undefined : is.tables.get(now.name);
    if (now === undefined || rows === undefined) return [`B loss: table ${table.name} is gone`];
    if (rows.length < old.length) return [`B loss: ${old.length - rows.length} rows of ${table.name}`];
    return table.columns.flatMap((column) => {
      const name = `${table.name}.${column.name}`;
      if (spoken.has(name) || column.generated !== null) return [];
      const values = readColumn(was, table.name, column.name);
      if (values.length === 0) return [];
      const kept = now.columns.filter(({ origin }) => origin === column.name);
      if (kept.length === 0) return computed.has(name) ? [] : [`B loss: column ${name} is gone`];
      const isThere = kept.some((candidate) => includesAll(readColumn(is, now.name, candidate.name), values));
      return isThere ? [] : [`B loss: values of ${name}`];
    });
  });
}

/** Its values other than NULL, as they compare whatever the type of their column. */
function readColumn({ tables, columns }: Dump, table: string, column: string): readonly string[] {
  const place = columns.get(table)?.indexOf(column) ?? -1;
  return (tables.get(table) ?? []).flatMap((row) => {
    const value = row[place] ?? null;
    if (value === null) return [];
    if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
      return [`number ${Number(value)}`];
    return [typeof value === 'number' || typeof value === 'bigint' ? `number ${Number(value)}` : describeRow([value])];
  });
}

function includesAll(values: readonly string[], wanted: readonly string[]): boolean {
  const left = [...values];
  return wanted.every((value) => {
    const place = left.indexOf(value);
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
}
