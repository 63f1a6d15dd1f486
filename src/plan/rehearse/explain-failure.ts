/** Why a statement fails on the mirror, in words for people: what the engine's do not tell, and how to write it. */

import type { Finding } from '../../findings/catalogue.ts';
import { type WordedArgs, worded } from '../../findings/worded.ts';
import { readMissingColumn } from '../../mirror/engine-words.ts';
import { readNames } from '../../mirror/mirror.ts';
import { straightenName } from '../../mirror/texts.ts';
import type { Mirror } from '../../ports.ts';
import { isRefusedName, nameAnew } from '../../schema/model/reserved-names.ts';
import { adviseJsonQuotes } from '../../schema/prisma/default-clauses.ts';
import { findBrokenPlaces } from '../../sql/broken.ts';
import { quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';
import { dependsOnRows } from './rows-in-rehearsal.ts';

/** What a failure in the engine's words comes from, where production had it already; null where it is the statement's own. */
export type ExplainFault = (message: string) => { readonly words: string; readonly way: string } | null;

export function explainFailure(
  mirror: Mirror,
  { migration }: AnalysedMigration,
  statement: AnalysedStatement,
  message: string,
  fault: ReturnType<ExplainFault> = null,
): Finding {
  const failed = `It fails on an empty copy of production's schema: ${message}.`;
  const shared = {
    kind: 'blocker',
    code: 'rehearsal-failed',
    migration: migration.name,
    why: 'What fails on the copy fails in production as well, and the migration is rolled back.',
  } as const;
  const [broken] = fault === null ? findBrokenPlaces(statement.sql) : [];
  if (broken !== undefined) {
    const said = `${failed} ${broken.message}${adviseJsonQuotes(statement.sql)}`;
    return worded({ ...shared, line: statement.line + broken.line - 1, message: said, sql: broken.text });
  }
  return worded({
    ...shared,
    line: statement.line,
    message: `${failed}${fault?.words ?? explain(message, statement)}`,
    ...(fault === null ? findMend(mirror, message, statement) : { way: fault.way }),
    sql: statement.sql,
  });
}

/** For those that are met most: a leftover of an earlier attempt, a name that Prisma took from SQLite, a text in double quotes. */
function findMend(mirror: Mirror, message: string, { kind, sql }: AnalysedStatement): Pick<WordedArgs, 'way'> {
  if (kind.type === 'create-table' && /already exists/.test(message)) {
    return { way: `-- first in the file, if it is a leftover:\nDROP TABLE ${quoteIdentifier(kind.name)};` };
  }
  if (kind.type === 'create-index' && isRefusedName(kind.name)) {
    return { way: `-- under another name, and so in schema.prisma:\n${nameAnew(kind.name, sql, readNames(mirror))};` };
  }
  const quoted = dependsOnRows(kind) ? findQuotedColumn(message, sql) : null;
  return quoted === null ? {} : { way: `-- if it is a text:\n${quoted.straight};` };
}

interface QuotedColumn {
  readonly name: string;
  /** The statement with the name as a text. */
  readonly straight: string;
}

/** What the engine takes for a column only because it stands in double quotes, perhaps; null where it does not. */
function findQuotedColumn(message: string, sql: string): QuotedColumn | null {
  const name = readMissingColumn(message);
  const straight = name === null ? null : straightenName(sql, name);
  return name === null || straight === null ? null : { name, straight };
}

function explain(message: string, statement: AnalysedStatement): string {
  if (statement.kind.type === 'create-table' && /already exists/.test(message)) {
    return ' Inside a table rebuild nothing is skipped: a leftover of an earlier attempt would be taken for the copy. Look at it, and drop it if it is one.';
  }
  return explainWords(message, statement);
}

/** What the engine's words do not tell of a failure: empty, or sentences to put behind them. */
export function explainWords(message: string, { kind, sql }: Pick<AnalysedStatement, 'kind' | 'sql'>): string {
  const index = /error in index (.+) after drop column/.exec(message)?.[1];
  if (index !== undefined) return ` The index has the column: drop it first, by DROP INDEX ${quoteIdentifier(index)}.`;
  const column = findQuotedColumn(message, sql)?.name;
  if (column !== undefined) {
    return ` libSQL takes ${quoteIdentifier(column)} in double quotes for a column; if it is a text, write ${quoteText(column)}.`;
  }
  if (kind.type === 'rename-table' && /error in (view|trigger)/.test(message)) {
    return ' A view or trigger names what is not there: drop it before the rebuild, and create it again after it where it is still wanted.';
  }
  return '';
}
