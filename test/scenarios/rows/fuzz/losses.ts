/** What production had and has no more, as the rows themselves tell. */

import type { Finding } from '../../../../src/index.ts';
import type { Dump } from './dump.ts';
import type { Fault } from './fault.ts';
import type { FuzzStory } from './story.ts';
import type { Table } from './world.ts';

/**
 * @param told the plan's hazards of lost data; those of a table are taken to tell everything of it
 * @returns what neither they nor the story's own words say: that rows are deleted, or values overwritten
 */
export function findLosses(story: FuzzStory, told: readonly Finding[], was: Dump, is: Dump): readonly Fault[] {
  const isTold = ({ name }: Table) =>
    [...(story.names.get(name) ?? [])].some((each) =>
      told.some(({ message, sql }) => mentions(message, each) || mentions(sql ?? '', each)),
    );
  const silent = story.before.filter((table) => !isTold(table));
  return silent.flatMap((table) => describeLost(story, table, was, is)).map((text) => ({ kind: 'silent loss', text }));
}

function mentions(text: string, name: string): boolean {
  const words: readonly string[] = text.toLowerCase().match(/\w+/g) ?? [];
  return words.includes(name.toLowerCase());
}

function describeLost(story: FuzzStory, table: Table, was: Dump, is: Dump): readonly string[] {
  const { after, named } = story;
  const old = was.tables.get(table.name.toLowerCase()) ?? [];
  if (named.has(table.name) || old.length === 0) return [];
  const heirs = after.filter(({ origin }) => origin === table.name);
  const lost = heirs.map((heir) => describeLostIn(heir, table, story, was, is));
  return lost.length === 0 ? [`table ${table.name}`] : (lost.find((words) => words.length === 0) ?? lost[0] ?? []);
}

function describeLostIn(
  heir: Table,
  table: Table,
  { spoken, computed }: FuzzStory,
  was: Dump,
  is: Dump,
): readonly string[] {
  const old = was.tables.get(table.name.toLowerCase()) ?? [];
  const rows = is.tables.get(heir.name.toLowerCase());
  if (rows === undefined) return [`table ${table.name}`];
  if (rows.length < old.length) return [`${old.length - rows.length} rows of ${table.name}`];
  return table.columns.flatMap((column) => {
    const name = `${table.name}.${column.name}`;
    const values = readColumn(was, table.name, column.name);
    if (spoken.has(name) || column.generated !== null || values.length === 0) return [];
    const copies = heir.columns.filter(({ origin }) => origin === column.name);
    // What is computed from it may still show it.
    const isComputed = copies.length === 0 && computed.has(name);
    // Of two copies that share the rows, the story knows no one origin; the values tell.
    const named = heir.columns.filter((one) => one.name === column.name);
    const candidates = isComputed ? heir.columns : copies.length > 0 ? copies : named;
    if (candidates.length === 0) return [`column ${name}`];
    const shows = (text: string, value: string) => (isComputed ? text.includes(value) : text === value);
    const isThere = candidates.some((candidate) => isKept(values, readColumn(is, heir.name, candidate.name), shows));
    return isThere ? [] : [copies.length > 0 || isComputed ? `values of ${name}` : `column ${name}`];
  });
}

/** Its values other than NULL, each as the text that it is written with: a number may become a text, and back. */
function readColumn({ tables, columns }: Dump, table: string, column: string): readonly string[] {
  const place = columns.get(table.toLowerCase())?.indexOf(column.toLowerCase()) ?? -1;
  return (tables.get(table.toLowerCase()) ?? []).flatMap((row) => {
    const value = row[place] ?? null;
    if (value === null) return [];
    const text = value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
    return [text.replace(/^(-?\d+)\.0$/, '$1')];
  });
}

function isKept(
  values: readonly string[],
  texts: readonly string[],
  shows: (text: string, value: string) => boolean,
): boolean {
  const left = [...texts];
  return values.every((value) => {
    const place = left.findIndex((text) => shows(text, value));
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
}
