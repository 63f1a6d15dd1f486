/** What is there already of pending migrations, and what that says of those that change rows: they may have run before. */

import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import { writeOperand } from '../text/shell.ts';
import { type AnalysedMigration, isRowStatement } from './analyse.ts';
import type { PlannedStatement } from './plan.ts';
import type { There } from './rehearse/there.ts';

/** Whether production has all that the migration makes, as far as it was rehearsed. */
export function isWhollyThere(
  { statements, rebuilds }: AnalysedMigration,
  rehearsed: { readonly statements: readonly PlannedStatement[]; readonly there: There } | undefined,
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
    const message = describe(analysed.migration.name, own.length, later?.migration.name);
    if (message === null) return [];
    return [
      worded({
        kind: 'hazard',
        code: 'partly-applied',
        migration: analysed.migration.name,
        line: own[0] ?? null,
        message,
        why: 'What is there already is left alone, but a change of rows that runs twice changes them twice.',
        way: '-- let it change only rows that are not changed yet:\nUPDATE … SET … = … WHERE … IS NULL;',
        sql: null,
      }),
    ];
  });
}

function isThere(there: There | undefined): boolean {
  return there !== undefined && there.made.length + there.rebuilt.length > 0;
}

function describe(name: string, own: number, later: string | undefined): string | null {
  const again = `its statements that change rows would run again. If all of it has run: migrate-prod backfill ${writeOperand(name)}`;
  if (own > 0) {
    return `Production already has ${own} of what this migration creates, so it may have run in part before; ${again}.`;
  }
  if (later === undefined) return null;
  return `Production already has what ${later} makes, which comes after it, so it may have run before; ${again}.`;
}
