/** What production had and has no more, as the rows themselves tell. */

import type { Finding } from '../../../../src/index.ts';
import type { Value } from '../../../../src/ports.ts';
import type { Dump } from './dump.ts';
import type { Fault } from './fault.ts';
import { findHomes, type Home, listMarks } from './marks.ts';
import type { FuzzStory } from './story.ts';
import type { Column, Table } from './world.ts';

/**
 * @param told the plan's hazards of lost data; those of a table are taken to tell everything of it
 * @returns what neither they nor the story's own words say: that rows are deleted, or values overwritten
 */
export function findLosses(story: FuzzStory, told: readonly Finding[], was: Dump, is: Dump): readonly Fault[] {
  const silent = story.before.filter((table) => !told.some((finding) => speaksOf(story, finding, table)));
  return silent.flatMap((table) => describeLost(story, table, was, is)).map((text) => ({ kind: 'silent loss', text }));
}

/** @param notes of values that a copy makes others of in so many words */
export function listSaid(story: FuzzStory, notes: readonly Finding[]): FuzzStory {
  const said = story.before.flatMap(({ name: table, columns }) =>
    columns.flatMap(({ name: column }) =>
      notes.some((note) => tellsOf(story, note, { table, column })) ? [`${table}.${column}`] : [],
    ),
  );
  return { ...story, spoken: new Set([...story.spoken, ...said]) };
}

/**
 * The same of single values, wherever they went.
 * @param named marks that the statements delete or overwrite by their own words
 */
export function findLostMarks(
  story: FuzzStory,
  told: readonly Finding[],
  was: Dump,
  is: Dump,
  named: ReadonlySet<string>,
): readonly Fault[] {
  const lost = listLostMarks(story.before, was, is).filter(([mark]) => !named.has(mark));
  const silent = lost.filter(([, home]) => !told.some((finding) => tellsOf(story, finding, home)));
  return silent.map(([mark, { table, column }]) => ({ kind: 'silent loss', text: `${mark} of ${table}.${column}` }));
}

export function listLostMarks(tables: readonly Table[], was: Dump, is: Dump): readonly (readonly [string, Home])[] {
  const homes = findHomes(
    was,
    tables.map(({ name }) => name),
  );
  const there = listMarks(is);
  return [...homes].filter(([mark]) => !there.has(mark));
}

/** Whether a finding names the table, by any of the names that it has on the way. */
export function speaksOf({ names }: FuzzStory, { message, sql }: Finding, { name }: Pick<Table, 'name'>): boolean {
  return [...(names.get(name) ?? [])].some((each) => mentions(message, each) || mentions(sql ?? '', each));
}

/** What a finding says of another column says nothing of this one; a column that was renamed may be any. */
function tellsOf(story: FuzzStory, finding: Finding, { table, column }: Home): boolean {
  if (!speaksOf(story, finding, { name: table })) return false;
  const columns = [...finding.message.matchAll(/"[^"]+"\."([^"]+)"/g)].map(([, name = '']) => name.toLowerCase());
  const isOfRows = columns.length === 0 || !/^(?:Drops|Rebuilds) "/.test(finding.message);
  return isOfRows || columns.some((name) => name === column.toLowerCase() || /^r\d+$/.test(name));
}

function mentions(text: string, name: string): boolean {
  const words: readonly string[] = text.toLowerCase().match(/\w+/g) ?? [];
  return words.includes(name.toLowerCase());
}

/** @returns nothing where the table's rows and values are all there, or gone by the story's own words. */
export function describeLost(story: FuzzStory, table: Table, was: Dump, is: Dump): readonly string[] {
  const { after, named } = story;
  const old = was.tables.get(table.name.toLowerCase()) ?? [];
  if (named.has(table.name) || old.length === 0) return [];
  const heirs = after.filter(({ origin }) => origin === table.name);
  const lost = heirs.map((heir) => describeLostIn(heir, table, story, was, is));
  return lost.length === 0 ? [`table ${table.name}`] : (lost.find((words) => words.length === 0) ?? lost[0] ?? []);
}

function describeLostIn(heir: Table, table: Table, story: FuzzStory, was: Dump, is: Dump): readonly string[] {
  const old = was.tables.get(table.name.toLowerCase()) ?? [];
  const rows = is.tables.get(heir.name.toLowerCase());
  if (rows === undefined) return [`table ${table.name}`];
  if (rows.length < old.length) return [`${old.length - rows.length} rows of ${table.name}`];
  const keys = readKeys(heir, table, story, was, is);
  return table.columns.flatMap((column) => {
    const name = `${table.name}.${column.name}`;
    const values = readColumn(was, table.name, column.name);
    if (story.spoken.has(name) || column.generated !== null || values.every((value) => value === null)) return [];
    const { candidates, isCopied, isComputed } = findCandidates(heir, table, column, story);
    if (candidates.length === 0) return [`column ${name}`];
    const shows = (text: string, value: string) => (isComputed ? text.includes(value) : text === value);
    const isThere = candidates.some((candidate) => {
      const texts = readColumn(is, heir.name, candidate.name);
      return keys === null || isComputed ? isKept(values, texts, shows) : isKeptAt(keys, values, texts);
    });
    return isThere ? [] : [isCopied || isComputed ? `values of ${name}` : `column ${name}`];
  });
}

/** Which of the heir's columns may show a column's values. */
function findCandidates(heir: Table, table: Table, column: Column, { computed }: FuzzStory) {
  const copies = heir.columns.filter(({ origin }) => origin === column.name);
  // What is computed from it may still show it.
  const isComputed = copies.length === 0 && computed.has(`${table.name}.${column.name}`);
  // Of two copies that share the rows, the story knows no one origin; the values tell.
  const named = heir.columns.filter((one) => one.name === column.name);
  const candidates = isComputed ? heir.columns : copies.length > 0 ? copies : named;
  return { candidates, isCopied: copies.length > 0, isComputed };
}

/** Its values, each as the text that it is written with: a number may become a text, and back. */
function readColumn({ tables, columns }: Dump, table: string, column: string): readonly (string | null)[] {
  const place = columns.get(table.toLowerCase())?.indexOf(column.toLowerCase()) ?? -1;
  return (tables.get(table.toLowerCase()) ?? []).map((row) => writeText(row[place] ?? null));
}

function writeText(value: Value): string | null {
  if (value === null) return null;
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
  return text.replace(/^(-?\d+)\.0$/, '$1');
}

interface Keys {
  readonly was: readonly (string | null)[];
  readonly is: readonly (string | null)[];
}

/** The keys by which a row can be found again; null where they change, or are not those of one row each. */
function readKeys(heir: Table, table: Table, { spoken, filled }: FuzzStory, was: Dump, is: Dump): Keys | null {
  const key = heir.columns.find(({ origin }) => origin === 'id');
  if (key === undefined || spoken.has(`${table.name}.id`) || filled.size > 0) return null;
  const keys = { was: readColumn(was, table.name, 'id'), is: readColumn(is, heir.name, key.name) };
  const isOfOne = (list: Keys['was']) => new Set(list).size === list.length && !list.includes(null);
  return isOfOne(keys.was) && isOfOne(keys.is) && keys.was.every((each) => keys.is.includes(each)) ? keys : null;
}

/** In the same row as before. */
function isKeptAt(keys: Keys, values: Keys['was'], texts: Keys['is']): boolean {
  const places = new Map(keys.is.map((key, place) => [key, place]));
  return keys.was.every((key, place) => values[place] === null || texts[places.get(key) ?? -1] === values[place]);
}

function isKept(values: Keys['was'], texts: Keys['is'], shows: (text: string, value: string) => boolean): boolean {
  const left = texts.filter((text) => text !== null);
  return values.every((value) => {
    if (value === null) return true;
    const place = left.findIndex((text) => shows(text, value));
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
}
