/** Effects of a migration that the schema does not show, so that the schema cannot tell whether it ran. */

import { type AnalysedMigration, isInsideRebuild, isRebuildCopy } from '../plan/analyse.ts';
import type { Rebuild } from '../plan/plan.ts';
import type { Classified } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';

/** True if it changes rows other than by an exact copy in a rebuild, or drops something with rows and creates it again. */
export function changesRowsUnseen(analysed: AnalysedMigration): boolean {
  return (
    analysed.changesRows ||
    analysed.statements.some(({ kind }) => fillsTable(kind) || setsNumber(kind)) ||
    analysed.rebuilds.some((rebuild) => !copiesRows(analysed, rebuild)) ||
    takesAndMakesAgain(analysed)
  );
}

function fillsTable(kind: Classified): boolean {
  return kind.type === 'create-table' && kind.asSelect;
}

/** Numbers that an application may store in the database's header. */
function setsNumber(kind: Classified): boolean {
  return kind.type === 'pragma' && kind.value !== null && /^(?:user_version|application_id)$/.test(kind.name);
}

function copiesRows({ statements, rebuilds }: AnalysedMigration, { first, last }: Rebuild): boolean {
  return statements.slice(first, last + 1).some((statement) => isRebuildCopy(statement, rebuilds));
}

/** DROP and CREATE of one name, or two names swapped: the schema is as before, but the rows are not. */
function takesAndMakesAgain({ statements, rebuilds }: AnalysedMigration): boolean {
  const taken = new Set<string>();
  for (const [index, { kind }] of statements.entries()) {
    if (isInsideRebuild(rebuilds, index)) continue;
    const { takes, makes } = nameParts(kind);
    if (makes !== null && taken.has(makes)) return true;
    if (takes !== null) taken.add(takes);
  }
  return false;
}

interface UnseenParts {
  readonly takes: string | null;
  readonly makes: string | null;
}

function nameParts(kind: Classified): UnseenParts {
  const column = (name: string, table: string) => `${foldName(table)}.${foldName(name)}`;
  switch (kind.type) {
    case 'drop':
      return { takes: kind.object === 'table' ? foldName(kind.name) : null, makes: null };
    case 'create-table':
    case 'create-virtual-table':
      return { takes: null, makes: foldName(kind.name) };
    case 'rename-table':
      return { takes: foldName(kind.table), makes: foldName(kind.to) };
    case 'drop-column':
      return { takes: column(kind.column, kind.table), makes: null };
    case 'add-column':
      return { takes: null, makes: column(kind.column, kind.table) };
    case 'rename-column':
      return { takes: column(kind.column, kind.table), makes: column(kind.to, kind.table) };
    default:
      return { takes: null, makes: null };
  }
}
