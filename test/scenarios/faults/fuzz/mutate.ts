/** A real answer of the server, changed at random: parts dropped, cut, doubled, swapped, or of another type. */

import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Container = Json[] | { [key: string]: Json };

interface Place {
  readonly owner: Container;
  readonly key: number | string;
}

/** One change; its numbers choose among what there is. */
export interface Mutation {
  readonly kind: (typeof kinds)[number];
  readonly depth: number;
  readonly place: number;
  readonly other: number;
}

const kinds = ['drop', 'replace', 'cut', 'double', 'swap', 'wrap'] as const;

const odd: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'garbage',
  '9'.repeat(30),
  'MP_GUARD:recorded:',
  [],
  [[]],
  {},
  { type: 'ok' },
  { type: 'null' },
  { type: 'text', value: 'x' },
  { type: 'integer', value: '7' },
  { type: 'float', value: 1e300 },
  { type: 'blob', base64: '!' },
  { type: 'error', error: { message: 'no such table: x', code: 'SQLITE_UNKNOWN' } },
];

export const anyMutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), depth: fc.nat(), place: fc.nat(), other: fc.nat() }),
  { minLength: 1, maxLength: 3 },
);

export function mutate(body: string, mutations: readonly Mutation[]): string {
  const root: Container = { message: JSON.parse(body) };
  for (const mutation of mutations) change(root, mutation);
  return JSON.stringify(root.message) ?? '';
}

/** As likely near the root as deep inside, where most of a message is. */
function change(root: Container, { kind, depth, place, other }: Mutation): void {
  const levels = listLevels(root);
  const level = pick(levels, depth) ?? [];
  const { owner, key } = pick(level, place) ?? { owner: root, key: 'message' };
  const value = read({ owner, key });
  switch (kind) {
    case 'drop':
      if (Array.isArray(owner)) owner.splice(Number(key), 1);
      else delete owner[key];
      return;
    case 'replace':
      write({ owner, key }, structuredClone(pick(odd, other) ?? null));
      return;
    case 'cut':
      if (typeof value === 'string' || Array.isArray(value)) write({ owner, key }, value.slice(0, value.length / 2));
      return;
    case 'double':
      if (Array.isArray(owner)) owner.splice(Number(key), 0, structuredClone(value));
      return;
    case 'swap': {
      const second = pick(level, other) ?? { owner, key };
      const theirs = read(second);
      write(second, value);
      write({ owner, key }, theirs);
      return;
    }
    case 'wrap':
      write({ owner, key }, [value]);
      return;
  }
}

/** A whole answer that is not true: values of its rows are others, and rows are missing, doubled or in another order. */
export interface Lie {
  readonly kind: (typeof lies)[number];
  readonly result: number;
  readonly row: number;
  readonly column: number;
  readonly other: number;
}

const lies = ['value', 'value', 'value', 'cut', 'drop', 'double', 'swap'] as const;

const values: readonly Json[] = [
  { type: 'null' },
  { type: 'text', value: '' },
  { type: 'text', value: 'x' },
  { type: 'text', value: 'CREATE TABLE' },
  { type: 'integer', value: '0' },
  { type: 'integer', value: '-1' },
  { type: 'integer', value: '9223372036854775807' },
  { type: 'float', value: 1e300 },
  { type: 'float', value: null },
  { type: 'blob', base64: 'AP8B' },
];

export const anyLies: fc.Arbitrary<readonly Lie[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...lies),
    result: fc.nat(),
    row: fc.nat(),
    column: fc.nat(),
    other: fc.nat(),
  }),
  { minLength: 1, maxLength: 3 },
);

export function lie(body: string, told: readonly Lie[]): string {
  const message: Json = JSON.parse(body);
  for (const one of told) {
    const rows = pick(
      findRows(message).filter(({ length }) => length > 0),
      one.result,
    );
    if (rows !== undefined) changeRows(rows, one);
  }
  return JSON.stringify(message);
}

function findRows(value: Json): readonly Json[][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(findRows);
  return Object.entries(value).flatMap(([key, own]) => (key === 'rows' && Array.isArray(own) ? [own] : findRows(own)));
}

function changeRows(rows: Json[], { kind, row, column, other }: Lie): void {
  const index = row % rows.length;
  const cells = rows[index];
  const second = other % rows.length;
  const first = rows[index] ?? null;
  if (kind === 'drop') rows.splice(index, 1);
  else if (kind === 'double') rows.splice(index, 0, structuredClone(first));
  else if (kind === 'swap') [rows[index], rows[second]] = [rows[second] ?? null, first];
  else if (Array.isArray(cells) && cells.length > 0) {
    const place = column % cells.length;
    if (kind === 'value') cells[place] = structuredClone(pick(values, other) ?? null);
    else cells[place] = cutText(cells[place] ?? null);
  }
}

function cutText(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return typeof value.value === 'string' && value.type === 'text'
    ? { ...value, value: value.value.slice(0, value.value.length / 2) }
    : value;
}

function pick<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % Math.max(1, items.length)];
}

function read({ owner, key }: Place): Json {
  return (Array.isArray(owner) ? owner[Number(key)] : owner[key]) ?? null;
}

function write({ owner, key }: Place, value: Json): void {
  if (Array.isArray(owner)) owner[Number(key)] = value;
  else owner[key] = value;
}

function listLevels(root: Container): readonly (readonly Place[])[] {
  const levels: Place[][] = [];
  let containers: readonly Container[] = [root];
  while (containers.length > 0) {
    const places = containers.flatMap((owner): Place[] =>
      Array.isArray(owner)
        ? owner.map((_, key) => ({ owner, key }))
        : Object.keys(owner).map((key) => ({ owner, key })),
    );
    if (places.length > 0) levels.push(places);
    containers = places.map(read).filter((value): value is Container => typeof value === 'object' && value !== null);
  }
  return levels;
}
