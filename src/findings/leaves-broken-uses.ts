/** Words for what stays and can no longer be used: foreign keys, full-text indexes, tables. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import type { ImpureDate } from '../sql/impure-dates.ts';
import type { BrokenWords } from './leaves-broken-rows.ts';
import { writeUsualRebuild } from './rehearsal-failed.ts';
import { tryable, wayOf } from './way.ts';

/** A foreign key that no row can satisfy. */
export interface BrokenForeignKey {
  readonly what: 'key';
  readonly child: string;
  readonly parent: string;
  /** In the engine's words. */
  readonly reason: string;
  /** What has to be unique in the parent, and a free name for that index; null where that would not help. */
  readonly unique: { readonly columns: readonly string[]; readonly index: string } | null;
}

export function tellForeignKey({ child, parent, reason, unique }: BrokenForeignKey): BrokenWords {
  const [of, to] = [child, parent].map(quoteIdentifier);
  const columns = unique?.columns.map(quoteIdentifier).join(', ');
  const advice = unique === null ? `Rebuild ${of} without that key, or drop it,` : `Make ${to}(${columns}) unique`;
  return {
    message: `After this, nothing can be written to ${of}, because of its foreign key to ${to}: ${reason}. ${advice} in the same file.`,
    why: `With foreign keys on, every INSERT into ${of} fails, whatever the row, and so does every DELETE.`,
    way:
      unique === null
        ? `-- in the same file, without that key:\n${writeUsualRebuild(child)}`
        : wayOf(
            [
              tryable('-- at the end of the file:', [
                { at: 'last', sql: `CREATE UNIQUE INDEX ${quoteIdentifier(unique.index)} ON ${to} (${columns});` },
              ]),
            ],
            `-- make ${to}(${columns}) unique`,
          ),
  };
}

/** A full-text index that cannot be read. */
export interface BrokenFullText {
  readonly what: 'full-text';
  readonly index: string;
  /** The statement that made it. */
  readonly sql: string;
  /** In the engine's words. */
  readonly reason: string;
}

export function tellFullText({ index, reason }: BrokenFullText): BrokenWords {
  const name = quoteIdentifier(index);
  return {
    message: `After this, the full-text index ${name} does not work: ${reason}. Drop it, or make it again for what it is over now, in the same file.`,
    why: 'A full-text index does not follow when its table or a column is renamed. A search fails, or finds nothing.',
    way: `-- at the end of the file:\nDROP TABLE ${name};\nCREATE VIRTUAL TABLE ${name} USING …;\nINSERT INTO ${name}(${name}) VALUES ('rebuild');`,
  };
}

/** A table to which nothing can be written, for a reason of its own. */
export interface BrokenWrites {
  readonly what: 'writes';
  readonly table: string;
  /** In the engine's words. */
  readonly reason: string;
}

export function tellWrites({ table, reason }: BrokenWrites): BrokenWords {
  const name = quoteIdentifier(table);
  return {
    message: `After this, writing to ${name} fails: ${reason}.`,
    why: 'The statements fail whatever rows they have.',
    way: null,
  };
}

/** An expression of a table or an index that SQLite refuses to compute. */
export interface ImpureUse {
  readonly what: 'impure';
  readonly table: string;
  readonly where: 'check' | 'index' | 'generated-column';
  /** As it is written. */
  readonly expression: string;
  readonly date: ImpureDate;
}

export function tellImpure({ table, where, date }: ImpureUse): BrokenWords {
  const name = quoteIdentifier(table);
  const { written, always } = date;
  const reason = `non-deterministic use of ${date.function}() in ${places[where]}`;
  return {
    message: always
      ? `After this, no row can be inserted into ${name}, because of ${written}: ${reason}.`
      : `After this, rows cannot be written to ${name} where ${written} is computed for a date: ${reason}.`,
    why: `SQLite takes such an expression, and refuses it once there is a row: its result depends on when or where it is computed.`,
    way: writeImpureWay(name, where, written),
  };
}

/** As the engine calls them. */
const places = { check: 'a CHECK constraint', index: 'an index', 'generated-column': 'a generated column' };

function writeImpureWay(name: string, where: ImpureUse['where'], written: string): string {
  switch (where) {
    case 'check':
      return `-- without ${written} in the CHECK; a trigger may use it:\nCREATE TRIGGER … BEFORE INSERT ON ${name} WHEN NOT (…) BEGIN\n  SELECT RAISE(ABORT, '…');\nEND;`;
    case 'index':
      return `-- on the column itself; use ${written} in queries:\nCREATE INDEX … ON ${name} (…);`;
    case 'generated-column':
      return `-- without the column; a view may compute it:\nCREATE VIEW … AS SELECT *, ${written} AS … FROM ${name};`;
  }
}
