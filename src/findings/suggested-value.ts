/** A value for rows that have none, used in the safe ways of several findings. */

import { quoteIdentifier } from '../sql/identifiers.ts';

export type SuggestedValue =
  /** The id of a row of another table. */
  | { readonly type: 'parent'; readonly table: string; readonly isUnique: boolean }
  /** A different value for each row. */
  | { readonly type: 'unique' }
  /** SQL that is suitable for all rows. */
  | { readonly type: 'same'; readonly sql: string };

export function writeValue(value: SuggestedValue): string {
  return value.type === 'same' ? value.sql : '…';
}

/** The value that the user has to choose for `…`; null if the SQL can be used as it is. */
export function sayValue(value: SuggestedValue): string | null {
  switch (value.type) {
    case 'parent':
      return `the id of a row of ${quoteIdentifier(value.table)}${value.isUnique ? ', a different one for each row' : ''}`;
    case 'unique':
      return 'a different value for each row';
    case 'same':
      return null;
  }
}
