/** Values that production has once, so that each of them can be found again, wherever the migrations put it. */

import type { Value } from '../../../../src/ports.ts';
import type { Dump } from './dump.ts';
import type { Column } from './world.ts';

/** Where in production a mark is. */
export interface Home {
  readonly table: string;
  readonly column: string;
}

/** The capital letter is for `lower`: a text that it changes is another one. */
const anyMark = /M\d+m|70\d{5}/g;

/** @param number unique, and not next to another one: what adds 1 makes no other mark. */
export function writeMark({ type }: Column, number: number): string {
  if (type === 'INTEGER' || type === 'REAL') return String(7_000_000 + number);
  return type === 'BLOB' ? `CAST('M${number}m' AS BLOB)` : `'M${number}m'`;
}

export function findMarks(value: Value | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
  return text.match(anyMark) ?? [];
}

/** @returns each mark of these tables with its place; of the dump of production. */
export function findHomes(dump: Dump, tables: readonly string[]): ReadonlyMap<string, Home> {
  const homes = new Map<string, Home>();
  for (const table of tables) {
    const columns = dump.columns.get(table.toLowerCase()) ?? [];
    for (const row of dump.tables.get(table.toLowerCase()) ?? [])
      for (const [place, column] of columns.entries())
        for (const mark of findMarks(row[place])) homes.set(mark, { table, column });
  }
  return homes;
}

/** @returns those that some table still shows, alone or within a text. */
export function listMarks({ tables }: Dump): ReadonlySet<string> {
  return new Set([...tables.values()].flat(2).flatMap(findMarks));
}
