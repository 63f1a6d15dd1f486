/** Which tables have rows in a rehearsal that they need not have in production: those that were made of what production has. */

import type { Classified } from '../../sql/classify.ts';
import { isKeyword } from '../../sql/cursor.ts';
import { foldName } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isNameToken, readName } from '../../sql/words.ts';
import type { AnalysedStatement } from '../analyse.ts';

type Statement = Pick<AnalysedStatement, 'sql' | 'kind'>;

/**
 * True if the statement meets rows that may be others in production, so that its failure on them proves nothing. True in doubt.
 * Rows that the plan only adds to a table of production's will be there in production too.
 * @param production names of its tables and views; folded.
 * @param ran what was run before it on the mirror, of all migrations.
 */
export function meetsUncertainRows(
  production: ReadonlySet<string>,
  ran: readonly Statement[],
  { sql, kind }: Statement,
): boolean {
  /** Tables that have other rows in production, or more; and tables that have rows here which they may lack there. */
  const [other, made] = [new Set(production), new Set<string>()];
  const all = ran.map((statement) => ({ ...statement, names: listRead(statement) }));
  // A trigger or a key may have been made before the table that it speaks of was filled.
  for (let before = -1; before < other.size + made.size; ) {
    before = other.size + made.size;
    for (const statement of all) {
      if (statement.kind.type === 'rename-table' && other.has(foldName(statement.kind.table))) {
        other.add(foldName(statement.kind.to));
        if (made.has(foldName(statement.kind.table))) made.add(foldName(statement.kind.to));
        continue;
      }
      const reads = statement.names.some((name) => other.has(name));
      for (const name of listChanged(statement)) {
        if (!reads && !(mayPassOver(statement) && other.has(name))) continue;
        other.add(name);
        made.add(name);
      }
    }
  }
  if ('table' in kind) return made.has(foldName(kind.table));
  return listRead({ sql, kind }).some((name) => other.has(name));
}

/** The names in the statement, without the one that says what it changes. */
function listRead({ sql, kind }: Statement): readonly string[] {
  const names = tokenize(sql).filter(isNameToken).map(readName);
  const target = kind.type === 'create-trigger' ? -1 : names.findIndex((name) => listTargets(kind).includes(name));
  return names.filter((_, index) => index !== target);
}

function listTargets(kind: Classified): readonly string[] {
  switch (kind.type) {
    case 'create-table':
    case 'create-view':
    case 'create-virtual-table':
      return [foldName(kind.name)];
    case 'insert':
    case 'update':
    case 'delete':
      return [foldName(kind.table)];
    default:
      return [];
  }
}

function listChanged(statement: Statement): readonly string[] {
  return statement.kind.type === 'create-trigger' ? listRead(statement) : listTargets(statement.kind);
}

/** True if a row that is there already may keep another from being added: OR IGNORE, ON CONFLICT. */
function mayPassOver({ sql, kind }: Statement): boolean {
  if (kind.type !== 'insert' && kind.type !== 'update') return false;
  return tokenize(sql).some((token) => isKeyword(token, 'IGNORE') || isKeyword(token, 'CONFLICT'));
}
