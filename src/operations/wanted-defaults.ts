/** Defaults of schema.prisma that SQLite refuses as Prisma writes them: what they would have to be, tried on the mirror. */

import { type DefaultClause, findDefaultClauses, replaceDefaults } from '../core/schema/default-clauses.ts';
import { quoteText } from '../core/sql/identifiers.ts';
import { findStatements } from '../core/sql/split.ts';
import { listSome } from '../core/text/list.ts';
import { EngineError, type Mirror } from '../ports.ts';
import { findReach } from './reach.ts';
import type { RefusedWish } from './wanted-script.ts';

export interface MendedDefaults {
  /** The statement with other defaults, or without them. */
  readonly sql: string;
  /** Those that no form of is known which SQLite takes. */
  readonly lost: readonly { readonly column: string; readonly value: string }[];
  readonly advice: string;
}

/** @param table that schema.prisma has them in. @returns null where none of its defaults stands in the way. */
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
          `SQLite knows no such default as that of ${listSome(lost.map(([clause]) => nameOf(clause)))}: write one that it knows, in parentheses, such as @default(dbgenerated("(unixepoch())")), or leave it out.`,
        ]),
  ].join(' ');
  return { sql: replaceDefaults(sql, replaced), lost: lost.map(([{ column, value }]) => ({ column, value })), advice };
}

/** Whether it is one expression that needs no row. */
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

/** @param sql a part of the script, with these in single quotes. */
export function adviseJson(sql: string, quoted: readonly string[]): readonly RefusedWish[] {
  if (quoted.length === 0) return [];
  const clauses = findStatements(sql).flatMap(({ from, to }) => findDefaultClauses(sql.slice(from, to)));
  return quoted.map((json) => {
    const column = clauses.find(({ value }) => value === quoteText(json))?.column;
    const of = column === undefined ? '' : ` of ${column}`;
    return {
      table: null,
      sql: `DEFAULT ${json}`,
      message: `unrecognized token: "${json[0]}"`,
      advice: `Prisma writes the JSON default${of} without quotes, which SQLite refuses. Leave schema.prisma as it is, and put it into single quotes in the migration: DEFAULT ${quoteText(json)}.`,
    };
  });
}
