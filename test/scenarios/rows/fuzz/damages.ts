/** What is broken after `apply`, and was not before, and nobody said so. */

import type { Finding } from '../../../../src/index.ts';
import type { Dump } from './dump.ts';
import type { Fault } from './fault.ts';
import { findBroken, type Health } from './health.ts';
import type { FuzzStory } from './story.ts';

/** Which findings say that it will be broken. */
const tellers: Readonly<Record<Health[number]['of'], readonly Finding['code'][]>> = {
  table: [],
  keys: ['foreign-keys', 'foreign-key-mismatch', 'leaves-broken', 'drops-referenced'],
  search: ['leaves-broken'],
};

export function findDamages(story: FuzzStory, told: readonly Finding[], was: Health, is: Health): readonly Fault[] {
  const codes = new Set(told.map(({ code }) => code));
  return findBroken(was, is)
    .filter(({ of }) => !tellers[of].some((code) => codes.has(code)))
    .filter(({ of }) => of !== 'search' || !writesSearched(story))
    .map(({ of, text }) => ({ kind: 'damage', text: `${of}: ${text}` }));
}

/** Without triggers a full-text index is what the application makes of it, and does not follow what is written. */
function writesSearched({ schema, named, spoken, filled, before }: FuzzStory): boolean {
  const isKept = schema.some((sql) => sql.includes('"search in"'));
  const [first] = before;
  if (isKept || first === undefined) return false;
  return named.has(first.name) || filled.size > 0 || [...spoken].some((name) => name.startsWith(`${first.name}.`));
}

/** Where nothing is kept the schema is the one that the same files make by hand; else that is a part of it. */
export function compareSchemas(byHand: Dump, after: Dump, isKept: boolean): readonly Fault[] {
  const lost = byHand.schema.filter((text) => !after.schema.includes(text));
  const more = isKept ? [] : after.schema.filter((text) => !byHand.schema.includes(text));
  return [
    ...lost.map((text): Fault => ({ kind: 'damage', text: `the schema lacks ${text}` })),
    ...more.map((text): Fault => ({ kind: 'damage', text: `the schema has also ${text}` })),
  ];
}
