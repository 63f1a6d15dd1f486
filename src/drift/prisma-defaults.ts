/** Defaults of schema.prisma that SQLite refuses in the form in which Prisma writes them: tries other forms on the mirror. */

import { EngineError, type Mirror } from '../ports.ts';
import { findReach } from '../sandbox/reach.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import {
  type DefaultClause,
  findDefaultClauses,
  type QuotedJson,
  replaceDefaults,
} from '../schema/prisma/default-clauses.ts';
import { quoteText, sameName } from '../sql/identifiers.ts';
import { findStatements, type StatementPlace } from '../sql/split.ts';
import { listSome } from '../text/list.ts';

/** A part of schema.prisma for which Prisma writes SQL that SQLite refuses. */
export interface RefusedWish {
  /** The table that it is about; null if that is not known. */
  readonly table: string | null;
  readonly sql: string;
  /** The error in the engine's words. */
  readonly message: string;
  /** How to write it instead. */
  readonly advice: string;
}

export interface MendedDefaults {
  /** The statement with other defaults, or without them. */
  readonly sql: string;
  /** Defaults for which no form is known that SQLite takes. */
  readonly lost: readonly { readonly column: string; readonly value: string }[];
  readonly advice: string;
}

/**
 * @param table the table in schema.prisma
 * @returns null if its defaults are not the reason
 */
export function mendDefaults(mirror: Mirror, sql: string, table: string | null): MendedDefaults | null {
  const replaced = new Map<DefaultClause, string | null>();
  for (const clause of findDefaultClauses(sql)) {
    if (clause.form === 'literal' || (clause.form === 'bracketed' && computes(mirror, clause.value))) continue;
    replaced.set(clause, clause.form === 'bare' && computes(mirror, clause.value) ? `(${clause.value})` : null);
  }
  if (replaced.size === 0) return null;
  const nameOf = ({ column }: DefaultClause) => (table === null ? column : `${table}.${column}`);
  const [bare, lost] = [
    [...replaced].filter(([, value]) => value !== null),
    [...replaced].filter(([, value]) => value === null),
  ];
  const advice = [
    ...bare.map(
      ([clause, value]) =>
        `SQLite wants parentheses around the default of ${nameOf(clause)}: @default(dbgenerated(${JSON.stringify(value)})).`,
    ),
    ...(lost.length === 0
      ? []
      : [
          `SQLite does not know the default of ${listSome(lost.map(([clause]) => nameOf(clause)))}: write one that it knows, in parentheses, such as @default(dbgenerated("(unixepoch())")), or leave it out.`,
        ]),
  ].join(' ');
  return { sql: replaceDefaults(sql, replaced), lost: lost.map(([{ column, value }]) => ({ column, value })), advice };
}

/** True if it is one expression that does not depend on a row. */
function computes(mirror: Mirror, value: string): boolean {
  const sql = `SELECT (${value})`;
  if (findStatements(sql).length !== 1 || findReach(mirror, sql) !== null) return false;
  try {
    mirror.compile(sql);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

/** A JSON default, which Prisma writes without quotes. */
export interface JsonDefault {
  readonly json: string;
  /** null if it is not known which column has the default. */
  readonly column: { readonly table: string; readonly name: string } | null;
}

/** A statement of a part of the script, and the table in schema.prisma for what it creates. */
export interface PlacedStatement extends StatementPlace {
  readonly table: string | null;
}

/** @param sql a part of the script, with its JSON defaults in single quotes */
export function placeJsonDefaults(
  sql: string,
  quoted: readonly QuotedJson[],
  statements: readonly PlacedStatement[],
): readonly JsonDefault[] {
  if (quoted.length === 0) return [];
  const columns = new Map(
    statements.flatMap(({ from, to, table }) =>
      table === null
        ? []
        : findDefaultClauses(sql.slice(from, to)).map(
            ({ column, valueFrom }) => [from + valueFrom, { table, name: column }] as const,
          ),
    ),
  );
  return quoted.map(({ json, from }) => ({ json, column: columns.get(from) ?? null }));
}

/**
 * @param before the objects for which the script was written
 * @returns null if the column already has that default: then there is nothing to write
 */
export function adviseJson({ json, column }: JsonDefault, before: readonly SchemaObject[]): RefusedWish | null {
  if (column !== null && isSameJson(findDefault(before, column), json)) return null;
  const of = column === null ? '' : ` of ${column.table}.${column.name}`;
  return {
    table: column?.table ?? null,
    sql: `DEFAULT ${json}`,
    message: `unrecognized token: "${json[0]}"`,
    advice: `Prisma writes the JSON default${of} without quotes. Leave schema.prisma as it is, and put it into single quotes in the migration: DEFAULT ${quoteText(json)}.`,
  };
}

/** @param written a default as it is in the parsed table */
function isSameJson(written: string | null, json: string): boolean {
  if (written === null || !written.startsWith("'")) return written === json;
  const text = written.slice(1, -1).replaceAll("''", "'");
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(JSON.parse(json));
  } catch {
    return false;
  }
}

/** @returns the default as it is in the parsed table; null if there is none */
function findDefault(
  objects: readonly SchemaObject[],
  { table, name }: { readonly table: string; readonly name: string },
): string | null {
  const found = objects.find((object) => object.type === 'table' && sameName(object.name, table));
  const columns = parseTableStructure(found?.sql ?? '')?.columns ?? [];
  return columns.find((column) => sameName(column.name, name))?.default ?? null;
}
