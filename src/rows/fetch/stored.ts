/** How a table keeps its rows: what is needed to copy them exactly. */

import type { PageKey } from '../../backup/tables.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';

export interface TableShape {
  readonly name: string;
  /** The columns that it stores, in order: generated ones that are computed as they are read are not among them. */
  readonly columns: readonly string[];
  /** A name of its rowid that no column has; null where it has none, or where a column is the rowid. */
  readonly rowid: string | null;
  /** The order in which it is read part by part. */
  readonly key: PageKey;
  /**
   * The table without types, defaults or constraints, but with its keys: what takes any value as it is. Null where no such text
   * has the same indexes.
   */
  readonly bare: string | null;
}

/** The list of columns that an INSERT names, and a SELECT reads. */
export function listStored({ rowid, columns }: TableShape): readonly string[] {
  return [...(rowid === null ? [] : [rowid]), ...columns.map(quoteIdentifier)];
}
