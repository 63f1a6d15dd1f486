/** What a random database looks like while random statements are written for it, and what became of production's columns. */

export interface Reference {
  readonly parent: string;
  readonly column: string;
  /** `ON DELETE CASCADE` and the like. */
  readonly actions: string;
}

/** In texts `$` stands for the column's own name. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly notNull: boolean;
  readonly fallback: string | null;
  readonly unique: boolean;
  readonly nocase: boolean;
  readonly check: string | null;
  readonly generated: string | null;
  /** Of a generated one: whether its values are kept in the rows. */
  readonly stored: boolean;
  readonly reference: Reference | null;
  /** The column of production whose values these are; null where the migrations compute them. */
  readonly origin: string | null;
}

export type TableKind = 'rowid' | 'autoincrement' | 'text' | 'nullable' | 'pair' | 'keyless' | 'without rowid' | 'int';

export interface Table {
  readonly name: string;
  readonly kind: TableKind;
  readonly strict: boolean;
  readonly columns: readonly Column[];
  /** Constraints of the table, whole. */
  readonly constraints: readonly string[];
  /** The table of production that it is; null for one that the migrations make. */
  readonly origin: string | null;
}

/** What a statement says itself that it deletes or overwrites: of the rows that a query finds, these columns. */
export interface OwnWords {
  readonly finds: string;
  readonly columns: 'all' | readonly string[];
}

/** Mutable: statements are written one after the other. */
export class World {
  tables: Table[] = [];
  indexes: { readonly name: string; readonly table: string }[] = [];
  /** Tables of production that the statements themselves say they delete from or overwrite. */
  readonly named = new Set<string>();
  /** `table.column` of production that the statements themselves overwrite. */
  readonly spoken = new Set<string>();
  /** The same of those that they compute something from. */
  readonly computed = new Set<string>();
  /** Tables that the statements put rows into, by the name they have at that time. */
  readonly filled = new Set<string>();
  /** What tables of production were called, by the name they have there. */
  readonly names = new Map<string, Set<string>>();
  /** Tables of which the rows were copied to another one, to be dropped by the next migration. */
  emptied: string[] = [];
  /** By the text of the statement. */
  readonly ownWords = new Map<string, OwnWords>();
  /** The table of production that most statements are about, by its name there. */
  focus: string | null = null;
  #count = 0;

  pick(place: number): Table | undefined {
    const focused = this.focus === null ? undefined : this.tables.find(({ origin }) => origin === this.focus);
    if (focused !== undefined && place < 4) return focused;
    return this.tables[place % Math.max(1, this.tables.length)];
  }

  find(name: string): Table | undefined {
    return this.tables.find((table) => table.name === name);
  }

  newName(kind: string): string {
    this.#count += 1;
    return `${kind}${this.#count}`;
  }

  replace(name: string, table: Table): void {
    this.tables = this.tables.map((known) => (known.name === name ? table : known));
  }

  drop(name: string): void {
    this.tables = this.tables.filter((table) => table.name !== name);
    this.indexes = this.indexes.filter((index) => index.table !== name);
    this.emptied = this.emptied.filter((known) => known !== name);
  }

  /** RENAME rewrites the foreign keys that point to it. */
  rename(name: string, to: string): void {
    const renamed = this.find(name);
    if (renamed !== undefined) this.call(renamed, to);
    const follow = (reference: Reference | null) =>
      reference?.parent === name ? { ...reference, parent: to } : reference;
    this.tables = this.tables.map((table) => ({
      ...table,
      name: table.name === name ? to : table.name,
      columns: table.columns.map((column) => ({ ...column, reference: follow(column.reference) })),
    }));
    this.emptied = this.emptied.map((known) => (known === name ? to : known));
    this.indexes = this.indexes.map((index) => (index.table === name ? { ...index, table: to } : index));
  }

  renameColumn(table: string, name: string, to: string): void {
    this.tables = this.tables.map((known) => ({
      ...known,
      constraints:
        known.name === table
          ? known.constraints.map((text) => text.replaceAll(`"${name}"`, `"${to}"`))
          : known.constraints,
      columns: known.columns.map((column) => ({
        ...column,
        name: known.name === table && column.name === name ? to : column.name,
        generated:
          known.name === table ? (column.generated?.replaceAll(`"${name}"`, `"${to}"`) ?? null) : column.generated,
        reference:
          column.reference?.parent === table && column.reference.column === name
            ? { ...column.reference, column: to }
            : column.reference,
      })),
    }));
  }

  /** The file's own words say that these values change. */
  speak(table: Table, column: Column): void {
    if (table.origin !== null && column.origin !== null) this.spoken.add(`${table.origin}.${column.origin}`);
  }

  compute(table: Table, column: Column): void {
    if (table.origin !== null && column.origin !== null) this.computed.add(`${table.origin}.${column.origin}`);
  }

  /** From now on these rows of production are found under this name, too. */
  call({ origin }: Table, name: string): void {
    if (origin !== null) this.names.set(origin, new Set([...(this.names.get(origin) ?? []), name]));
  }

  /** @returns the statement */
  say(sql: string, words: OwnWords): string {
    this.ownWords.set(sql, words);
    return sql;
  }

  name(table: Table): void {
    if (table.origin !== null) this.named.add(table.origin);
  }
}

export function quote(name: string): string {
  return `"${name}"`;
}

export function listCopyable({ columns }: Table): readonly Column[] {
  return columns.filter(({ generated }) => generated === null);
}

/** A text where a column's name stands for `$`. */
function fill(text: string, name: string): string {
  return text.replaceAll('$', quote(name));
}

/** What a STRICT table takes in the place of a type. */
const strictTypes: Readonly<Record<string, string>> = { '': 'ANY', DATETIME: 'TEXT' };

export function renderColumn(column: Column, { kind, strict }: Pick<Table, 'kind' | 'strict'>): string {
  const key = column.isKey ? keyWords[kind] : '';
  return [
    quote(column.name),
    strict ? (strictTypes[column.type] ?? column.type) : column.type,
    key,
    column.notNull ? 'NOT NULL' : '',
    column.fallback === null ? '' : `DEFAULT ${column.fallback}`,
    column.unique ? 'UNIQUE' : '',
    column.nocase ? 'COLLATE NOCASE' : '',
    column.check === null ? '' : `CHECK (${fill(column.check, column.name)})`,
    column.generated === null ? '' : `AS (${column.generated})${column.stored ? ' STORED' : ''}`,
    column.reference === null ? '' : renderReference(column.reference),
  ]
    .filter((word) => word !== '')
    .join(' ');
}

function renderReference({ parent, column, actions }: Reference): string {
  return `REFERENCES ${quote(parent)} (${quote(column)})${actions}`;
}

const keyWords: Readonly<Record<TableKind, string>> = {
  rowid: 'PRIMARY KEY',
  autoincrement: 'PRIMARY KEY AUTOINCREMENT',
  text: 'PRIMARY KEY',
  nullable: 'PRIMARY KEY',
  pair: '',
  keyless: '',
  'without rowid': 'PRIMARY KEY',
  int: 'PRIMARY KEY',
};

export function renderTable(table: Table, name: string): string {
  const { kind, strict, columns, constraints } = table;
  const keys = columns.filter(({ isKey }) => isKey).map((column) => quote(column.name));
  const parts = [
    ...columns.map((column) => renderColumn(column, table)),
    ...(kind === 'pair' && keys.length > 0 ? [`PRIMARY KEY (${keys.join(', ')})`] : []),
    ...constraints,
  ];
  const options = [...(kind === 'without rowid' ? ['WITHOUT ROWID'] : []), ...(strict ? ['STRICT'] : [])];
  return `CREATE TABLE ${quote(name)} (${parts.join(', ')})${options.length === 0 ? '' : ` ${options.join(', ')}`}`;
}
