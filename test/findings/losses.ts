/** A loss of every kind, and names that are hard to carry. */

import type { Loss } from '../../src/findings/loss.ts';

/** A kind without a line here is an error of types. */
const ofKinds = {
  rows: { kind: 'rows', table: 'Customer' },
  'rows-not-copied': { kind: 'rows-not-copied', table: 'Customer' },
  'rows-replaced': { kind: 'rows-replaced', table: 'Customer' },
  'rows-referring': { kind: 'rows-referring', table: 'Order', parent: 'Customer' },
  'rows-referring-more': { kind: 'rows-referring-more', tables: 1234, parent: 'Customer' },
  'rows-of-trigger': { kind: 'rows-of-trigger', table: 'Order', trigger: 'tidy' },
  'rows-without-key': { kind: 'rows-without-key', table: 'Customer', column: 'id' },
  values: { kind: 'values', table: 'Customer', column: 'fax' },
  'values-not-kept': { kind: 'values-not-kept', table: 'Customer', column: 'fax' },
  'values-rewritten': { kind: 'values-rewritten', table: 'Customer', column: 'fax' },
  'ids-again': { kind: 'ids-again', table: 'Customer' },
  rowids: { kind: 'rowids', table: 'Customer' },
} as const satisfies { readonly [K in Loss['kind']]: Extract<Loss, { readonly kind: K }> };

export const losses: readonly Loss[] = Object.values(ofKinds);

/** That a table can have. */
export const hardNames: readonly (readonly [title: string, name: string])[] = [
  ['double quotes', 'a"b""c'],
  ['single quotes', "it's ''two'' and one'"],
  ['line ends and tabs', 'first\nsecond\r\n\tthird'],
  ['a backslash', 'a\\b\\n\\u0041\\'],
  ['text that looks like a key', '{"kind":"rows","table":"Other"}'],
  ['text that looks like a guard', "MP_GUARD:recorded:'"],
  ['other scripts and characters that nobody sees', 'Zoë 表 😀 \u200b\u202e\u007f\u2028'],
  ['200,000 characters', `${'long"\n'.repeat(33_333)}er`],
];

/** That none can have, and that must not get lost either. */
export const impossibleNames: readonly (readonly [title: string, name: string])[] = [
  ['NUL', 'before\0after'],
  ['half a character', 'before\ud800after'],
];
