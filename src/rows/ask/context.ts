/** What the data questions of a rehearsal share: the rows so far, the mirror's schema, and the list of questions. */

import type { Finding } from '../../findings/catalogue.ts';
import type { Examples, FindingEvidence } from '../../findings/finding.ts';
import type { Structures } from '../../mirror/structures.ts';
import type { RebuildSize } from '../../plan/plan.ts';
import type { ProductionTable } from '../../production/tables.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { AlongTold } from '../losses/along-told.ts';
import type { Own } from '../losses/own.ts';
import type { Answers, AskedRows, Asking, Moment, When } from './asking.ts';
import type { BoundQuery, DatabaseRows } from './database-rows.ts';
import type { StatementPlace } from './place.ts';

export type { StatementPlace } from './place.ts';

export interface Scene {
  readonly along: AlongTold;
  readonly own: Own;
  readonly rows: DatabaseRows;
  readonly structures: Structures;
  /** By folded name. */
  readonly production: ReadonlyMap<string, ProductionTable>;
  /** Questions at the moment that the rehearsal is at. */
  readonly asking: Asking;
  readonly examples: 'none' | 'some';
  /** Findings that wait for the answers. */
  readonly findings: ((replies: Answers) => readonly Finding[])[];
  /** What production's rows say of findings that are made without them. */
  readonly proofs: ((replies: Answers) => RowProof)[];
  /** How many statements were asked what they put into a table, by its folded name. */
  readonly asked: Map<string, number>;
  /** The sizes of rebuilt tables, by migration, that wait for the answers. */
  readonly sizes: ((replies: Answers) => { readonly migration: string; readonly size: RebuildSize } | null)[];
}

/** Of the finding of that code in that place. */
export interface RowProof extends Pick<Finding, 'code'> {
  readonly place: Pick<Finding['place'], 'migration' | 'line'>;
  readonly evidence: FindingEvidence;
}

/** A table of production as it is there. */
export function bindToday({ name }: ProductionTable, condition: string | null = null): BoundQuery {
  const some = condition === null ? '' : ` WHERE ${condition}`;
  return { sql: `SELECT * FROM ${quoteIdentifier(name)}${some}`, isSure: true, scan: null };
}

/**
 * Rows of the plan's tables as they are at this moment.
 * @param compared the part of it that may compare what it reads; all of it unless given.
 */
export function rowsNow({ rows }: Scene, select: string, compared = select): AskedRows {
  return { select, bound: rows.bind(select, compared) };
}

/** Asks for example values where somebody wants to see them. */
export function askExamples(
  scene: Scene,
  query: string,
  columns: readonly string[],
): (replies: Answers) => Examples | null {
  if (scene.examples === 'none') return () => null;
  const answer = scene.asking.examples(query);
  return (replies) => {
    const rows = answer(replies);
    return rows === null || rows.length === 0 ? null : { columns, rows: rows.map((row) => row.map(showValue)) };
  };
}

function showValue(value: unknown): string {
  if (value === null) return 'NULL';
  return value instanceof Uint8Array ? `${value.length} bytes` : String(value);
}

export function momentOf({ analysed, index }: StatementPlace, when: When): Moment {
  return { migration: analysed.migration.name, statement: index, when };
}

/** Where a finding about the statement stands. @param sql null where the statement is not shown. */
export function placeAt({ analysed, statement }: StatementPlace, sql: string | null = statement.sql): Finding['place'] {
  return { migration: analysed.migration.name, line: statement.line, sql };
}

/** The table that an INSERT fills, as `findShown` calls it. */
export function findFilled(place: StatementPlace): string {
  const { kind } = place.statement;
  return findShown(place, kind.type === 'insert' ? kind.table : '');
}

/** What people call a table: a rebuild's copy by the name that it will have. */
export function findShown({ analysed }: StatementPlace, name: string): string {
  return analysed.rebuilds.find(({ replacement }) => sameName(replacement, name))?.table ?? name;
}
