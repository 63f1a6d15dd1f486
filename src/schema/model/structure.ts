/** A parsed table in canonical form: two ways of writing the same table are equal. */

/** A PRIMARY KEY or UNIQUE constraint. */
export interface KeyStructure {
  readonly name: string | null;
  /** Canonical text of each column: its folded quoted name, then COLLATE and DESC if they are given. */
  readonly columns: readonly string[];
  /** The ON CONFLICT action, lower case; null for ABORT, which is the default. */
  readonly conflict: string | null;
  /** The constraint as a table would contain it, with names as they are written: for showing. */
  readonly sql: string;
}

export interface CheckStructure {
  readonly name: string | null;
  /** Canonical text of the expression in the parentheses. */
  readonly expression: string;
  /** As it is written, on one line. */
  readonly written: string;
  /** For showing, as with keys. */
  readonly sql: string;
}

export interface ForeignKeyStructure {
  readonly name: string | null;
  /** Folded. */
  readonly columns: readonly string[];
  /** As it is written. */
  readonly references: string;
  /** Folded; empty if the key names none and so means the parent's primary key. */
  readonly referencedColumns: readonly string[];
  /** Lower case; `no action` if none is given. */
  readonly onDelete: string;
  readonly onUpdate: string;
  /** True for DEFERRABLE INITIALLY DEFERRED; every other form is immediate (SQLite's foreign key documentation, section 4.2). */
  readonly deferred: boolean;
  /** For showing, as with keys. */
  readonly sql: string;
}

export interface ColumnStructure {
  /** As it is written. */
  readonly name: string;
  /** The declared type as canonical text; empty for none. */
  readonly type: string;
  readonly notNull: boolean;
  /** The ON CONFLICT action of its NOT NULL, lower case; null for ABORT. */
  readonly notNullConflict: string | null;
  /** Canonical text; null for none and for DEFAULT NULL. */
  readonly default: string | null;
  /** Lower case; null for BINARY, which is the default. */
  readonly collation: string | null;
  readonly generated: { readonly expression: string; readonly storage: 'virtual' | 'stored' } | null;
  /** The text after the keyword, as it is written, on one line and without comments: for showing. */
  readonly written: {
    readonly type: string | null;
    readonly default: string | null;
    readonly generated: string | null;
  };
  /** The column's definition as it is written, name included, without the comma: for showing and for ADD COLUMN. */
  readonly sql: string;
}

/** Constraints that are written with a column are among those of the table: SQLite makes no difference. */
export interface TableStructure {
  readonly name: string;
  readonly columns: readonly ColumnStructure[];
  readonly primaryKey: KeyStructure | null;
  readonly autoincrement: boolean;
  readonly uniques: readonly KeyStructure[];
  readonly checks: readonly CheckStructure[];
  readonly foreignKeys: readonly ForeignKeyStructure[];
  /** `strict`, `without rowid`; sorted. */
  readonly options: readonly string[];
}
