/** A pending migration that changes rows may have run before, if production has a part of it or of a later one. */

import type { Finding } from '../findings/catalogue.ts';
import { find } from '../findings/finding.ts';
import { type PartlyAppliedArgs, partlyApplied } from '../findings/partly-applied.ts';
import { type AnalysedMigration, isRowStatement } from './analyse.ts';
import type { StatementDecision } from './plan.ts';
import type { There } from './rehearse/there.ts';

/** True if production has everything that the migration makes, as far as it was rehearsed. */
export function isWhollyThere(
  { statements, rebuilds }: AnalysedMigration,
  rehearsed: { readonly statements: readonly StatementDecision[]; readonly there: There } | undefined,
): boolean {
  if (rehearsed === undefined || !isThere(rehearsed.there)) return false;
  return statements.every(({ kind, line }, index) => {
    if (isRowStatement(kind) || rehearsed.statements[index]?.action === 'skip') return true;
    const rebuild = rebuilds.find(({ first, last }) => first <= index && index <= last);
    return rebuild !== undefined && rehearsed.there.rebuilt.includes(statements[rebuild.last]?.line ?? line);
  });
}

/**
 * A part is there already, of the migration itself or of one that comes after it, and it changes rows: they may have been
 * changed once before.
 * @param there by migration.
 */
export function findPartlyApplied(
  migrations: readonly AnalysedMigration[],
  there: readonly There[],
): readonly (readonly Finding[])[] {
  return migrations.map((analysed, index) => {
    if (!analysed.changesRows) return [];
    const own = there[index]?.made ?? [];
    const later = migrations.find((_, at) => at > index && isThere(there[at]));
    const args = judge(own.length, later?.migration.name);
    if (args === null) return [];
    return [
      find(partlyApplied, 'hazard', { migration: analysed.migration.name, line: own[0] ?? null, sql: null }, args),
    ];
  });
}

function isThere(there: There | undefined): boolean {
  return there !== undefined && there.made.length + there.rebuilt.length > 0;
}

/** @param later the first of the later ones of which something is there. */
function judge(own: number, later: string | undefined): PartlyAppliedArgs | null {
  if (own > 0) return { what: 'has-part', there: own };
  return later === undefined ? null : { what: 'has-later', later };
}
