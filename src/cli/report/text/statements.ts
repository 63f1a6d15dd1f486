/** The statements of a planned migration as rows: rebuilds as one, runs of like statements as one. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { PlannedMigration, PlannedStatement } from '../../../plan/plan.ts';
import { beginsWith, cutBeforeList, readBeginning } from '../../../sql/contents.ts';
import { joinLines } from '../../../sql/one-line.ts';
import { count, writeNumber } from '../../../text/count.ts';
import { fitLine, hang } from './layout.ts';
import { describeSize } from './size.ts';
import { paintSql, readSqlLine } from './sql.ts';

interface StatementRow {
  readonly line: number;
  readonly text: string;
  /** How many characters of it are SQL: words of ours may follow. */
  readonly sql: number;
  /** Empty if the statement simply runs. */
  readonly remark: string;
}

/** Shorter runs are listed statement by statement. */
const shortestRun = 6;
/** Room for a statement beside which a remark stands. */
const statementWidth = { least: 32, most: 56 };

/** True for pragmas of foreign keys: the program sets them around the transaction. */
function isSetAround({ skip }: PlannedStatement): boolean {
  return skip === 'foreign-keys';
}

/** How many statements a migration has besides its own foreign-key pragmas. */
export function countStatements(migration: PlannedMigration): { readonly all: number; readonly skipped: number } {
  const own = migration.statements.filter((statement) => !isSetAround(statement));
  return { all: own.length, skipped: own.filter((statement) => statement.action === 'skip').length };
}

export function renderStatements(migration: PlannedMigration, screen: Screen): readonly string[] {
  const rows = buildRows(migration);
  const lineWidth = Math.max(4, ...rows.map((row) => String(row.line).length));
  const room = findRoom(rows, lineWidth, screen);
  return rows.flatMap((row) => {
    const indent = lineWidth + 4;
    const start = `  ${screen.paint.dim(String(row.line).padStart(lineWidth))}  `;
    if (row.remark === '') return [`${start}${paintRow(row, fitLine(row.text, indent, screen), screen)}`];
    const brush = screen.paint.yellow;
    if (room === null) {
      const remark = hang(row.remark, 2, indent, screen).map((line) => `${' '.repeat(indent)}${brush(line)}`);
      return [`${start}${paintRow(row, fitLine(row.text, indent, screen), screen)}`, ...remark];
    }
    const text = screen.columns === null ? row.text : fitLine(row.text, screen.columns - room, screen);
    const padding = padToWidth(text, room).slice(text.length);
    return [`${start}${paintRow(row, text, screen)}${padding}  ${brush(row.remark)}`];
  });
}

/** @param shown the row's text, or its beginning with a mark at the end. */
function paintRow({ text, sql }: StatementRow, shown: string, screen: Screen): string {
  const end = Math.min(sql, shown === text ? text.length : shown.length - 1);
  return paintSql(readSqlLine(text), 0, end, screen) + shown.slice(end);
}

/** The columns for statements beside which a remark stands; null where remarks have to go below. */
function findRoom(rows: readonly StatementRow[], lineWidth: number, { columns }: Screen): number | null {
  const remarked = rows.filter((row) => row.remark !== '');
  const text = Math.max(0, ...remarked.map((row) => measureWidth(row.text)));
  if (columns === null) return Math.min(statementWidth.most, text);
  const remark = Math.max(0, ...remarked.map((row) => measureWidth(row.remark)));
  const room = columns - lineWidth - 6 - remark;
  return room < Math.min(statementWidth.least, text) ? null : Math.min(statementWidth.most, text, room);
}

function buildRows(migration: PlannedMigration): readonly StatementRow[] {
  const { statements } = migration;
  const rows: StatementRow[] = [];
  for (let index = 0; index < statements.length; ) {
    const statement = statements[index];
    if (statement === undefined || isSetAround(statement)) {
      index += 1;
      continue;
    }
    const rebuild = migration.rebuilds.find((candidate) => candidate.first === index);
    if (rebuild) {
      const parts = statements.slice(rebuild.first, rebuild.last + 1).filter((part) => !isSetAround(part));
      const text = summarize(statement.sql);
      rows.push({
        line: statement.line,
        text: `${text} … ${count(parts.length, 'statement')}`,
        sql: text.length,
        remark: describeRebuild(migration, rebuild.table),
      });
      index = rebuild.last + 1;
      continue;
    }
    const end = findRunEnd(migration, index);
    const run = statements.slice(index, end);
    if (run.length >= shortestRun) rows.push(summarizeRun(run));
    else rows.push(...run.map(buildRow));
    index = end;
  }
  return rows;
}

function describeRebuild(migration: PlannedMigration, table: string): string {
  const size = describeSize(migration, table);
  return `rebuilds "${printable(table)}"${size === '' ? '' : `, ${size}`} (atomic; must not run twice)`;
}

function buildRow(statement: PlannedStatement): StatementRow {
  const text = summarize(statement.sql);
  return {
    line: statement.line,
    text,
    sql: text.length,
    remark: statement.action === 'skip' ? `SKIP  ${printable(statement.reason ?? '')}`.trimEnd() : '',
  };
}

/** The index after the last statement that is like the one at `start`. */
function findRunEnd({ statements, rebuilds }: PlannedMigration, start: number): number {
  const key = describeKind(statements[start]);
  let end = start + 1;
  while (
    end < statements.length &&
    describeKind(statements[end]) === key &&
    !rebuilds.some((rebuild) => rebuild.first === end)
  ) {
    end += 1;
  }
  return end;
}

function describeKind(statement: PlannedStatement | undefined): string {
  if (statement === undefined) return '';
  return `${findVerb(statement.sql)} ${statement.action} ${statement.reason ?? ''}`;
}

const made = ['TABLE', 'INDEX', 'VIEW', 'TRIGGER'] as const;

/** `INSERT`, `CREATE TABLE`, `CREATE INDEX` (unique ones too), … */
function findVerb(sql: string): string {
  const words = readBeginning(sql, 3).map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : ''));
  const [verb, ...more] = words;
  const object = more[0] === 'UNIQUE' ? more[1] : more[0];
  if (verb === 'CREATE' && made.some((each) => each === object)) return `CREATE ${object}`;
  if (verb === 'ALTER' || verb === 'DROP') return `${verb} ${more[0]}`;
  return verb || 'statement';
}

/** Verbs that also serve as the name of their statements, as in "3 INSERTs". */
const nouns: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'SELECT', 'REPLACE', 'WITH', 'PRAGMA']);

function summarizeRun(run: readonly PlannedStatement[]): StatementRow {
  const [first] = run;
  const last = run.at(-1);
  const verb = findVerb(first?.sql ?? '');
  const name = nouns.has(verb) ? `${verb}s` : `${verb} statements`;
  return {
    line: first?.line ?? 0,
    sql: 0,
    text: `${writeNumber(run.length)} ${name}, lines ${first?.line}–${last?.line}`,
    remark: first?.action === 'skip' ? `SKIP  ${printable(first.reason ?? '')}`.trimEnd() : '',
  };
}

/** A statement may have megabytes. As much as is read of it, and as much as is shown, which is enough for the widest terminal. */
const [longestRead, longestShown] = [2_000, 500];

/** A statement in one line: without comments and line ends, and of CREATE TABLE only the name. */
function summarize(sql: string): string {
  const text = sql.slice(0, longestRead);
  const line = printable(joinLines(beginsWith(text, 'CREATE', 'TABLE') ? cutBeforeList(text) : text));
  if (line.length > longestShown) return `${line.slice(0, longestShown).replace(/[\ud800-\udbff]$/, '')}…`;
  return sql.length > longestRead && !beginsWith(text, 'CREATE', 'TABLE') ? `${line}…` : line;
}
