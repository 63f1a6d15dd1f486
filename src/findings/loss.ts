/** A loss: data that production would no longer have, as a value. Guards, consents and ids use its key; people read its words. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { count } from '../text/count.ts';

interface Values {
  readonly table: string;
  readonly column: string;
  readonly parent: string;
  readonly trigger: string;
  /** The number of tables that it is about. */
  readonly tables: number;
}

/** Every kind of loss with its properties, in the order of its key. A change here changes plan ids and consents. */
const kinds = {
  /** All rows of the table. */
  rows: ['table'],
  'rows-not-copied': ['table'],
  /** Other rows take their place. */
  'rows-replaced': ['table'],
  /** Rows that foreign keys delete or change, because of the rows that go in the parent. */
  'rows-referring': ['table', 'parent'],
  /** The same for several tables, if there are too many to name. */
  'rows-referring-more': ['tables', 'parent'],
  'rows-of-trigger': ['table', 'trigger'],
  /** Their key is NULL, so they get another one. */
  'rows-without-key': ['table', 'column'],
  values: ['table', 'column'],
  'values-not-kept': ['table', 'column'],
  /** By an expression that the copy writes out. */
  'values-rewritten': ['table', 'column'],
  'ids-again': ['table'],
  /** Something finds rows by them, and they become other rows', or nobody's. */
  rowids: ['table'],
} as const satisfies Readonly<Record<string, readonly (keyof Values)[]>>;

type LossKind = keyof typeof kinds;

type LossOf<K extends LossKind> = { readonly kind: K } & Pick<Values, (typeof kinds)[K][number]>;

export type Loss = { [K in LossKind]: LossOf<K> }[LossKind];

/** The text by which guards, consents and ids know a loss: one line of JSON, the same for the same values. */
export function buildLossKey(loss: Loss): string {
  const values: Partial<Values> = loss;
  const fields = kinds[loss.kind].map((name) => [name, values[name]] as const);
  return JSON.stringify(Object.fromEntries([['kind', loss.kind], ...fields]));
}

/** @returns null if it is no key of a loss */
export function parseLossKey(key: string): Loss | null {
  const loss = readJson(key);
  return isLoss(loss) && buildLossKey(loss) === key ? loss : null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isLoss(value: unknown): value is Loss {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) return false;
  return kinds[kind as LossKind].every((name) => typeof rest[name] === (name === 'tables' ? 'number' : 'string'));
}

export function isSameLoss(left: Loss, right: Loss): boolean {
  return buildLossKey(left) === buildLossKey(right);
}

/** For people, as part of a sentence. */
export function wordLoss(loss: Loss): string {
  switch (loss.kind) {
    case 'rows':
      return `rows in ${quoteIdentifier(loss.table)}`;
    case 'rows-not-copied':
      return `rows in ${quoteIdentifier(loss.table)} that are not copied`;
    case 'rows-replaced':
      return `rows of ${quoteIdentifier(loss.table)} that others replace`;
    case 'rows-referring':
      return `rows of "${loss.table}" that refer to changed rows of "${loss.parent}"`;
    case 'rows-referring-more':
      return `rows of ${count(loss.tables, 'more table')} that refer to changed rows of "${loss.parent}"`;
    case 'rows-of-trigger':
      return `rows of "${loss.table}" that the trigger "${loss.trigger}" deletes`;
    case 'rows-without-key':
      return `rows of ${quoteIdentifier(loss.table)} that have NULL in ${quoteIdentifier(loss.column)}`;
    case 'values':
      return `values in ${nameColumn(loss)}`;
    case 'values-not-kept':
      return `values of ${nameColumn(loss)} that are not kept`;
    case 'values-rewritten':
      return `values of ${nameColumn(loss)} that the copy makes others of`;
    case 'ids-again':
      return `ids of "${loss.table}" that would be used again`;
    case 'rowids':
      return `what is found in ${quoteIdentifier(loss.table)} by rowid`;
  }
}

function nameColumn({ table, column }: Pick<Values, 'table' | 'column'>): string {
  return `${quoteIdentifier(table)}.${quoteIdentifier(column)}`;
}
