/** The migrations of a plan in a Markdown document: each folded, its statements by the line of its file. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { PlannedMigration, PlannedStatement } from '../../../plan/plan.ts';
import { count } from '../../../text/count.ts';
import { describeHead } from '../text/plan.ts';
import { describeSize } from '../text/size.ts';
import type { Fitted } from './findings.ts';
import { type Cut, cleanSql, cutSql, renderCode, renderFence, renderHtml } from './text.ts';

/** With less room than this a migration's statements are left out. */
const leastRoom = 400;

/** @param room in characters, an empty line after each block included; statements are left out for it, and that is said. */
export function fitMigrations(migrations: readonly PlannedMigration[], room: number): Fitted {
  const folds = migrations.map((migration) => renderFold(migration, room));
  const level = findLevel(folds.map(measure), room);
  const fitted = migrations.map((migration, index) => {
    const fold = folds[index];
    return fold && (level === null || measure(fold) <= level) ? fold : renderFold(migration, (level ?? room) - 2);
  });
  const length = fitted.reduce((sum, fold) => sum + measure(fold), 0);
  if ((level !== null && level < leastRoom) || length > room) {
    return { blocks: fitSome(migrations, folds, room), shortened: true };
  }
  return { blocks: fitted.map(({ text }) => text), shortened: fitted.some(({ shortened }) => shortened) };
}

function measure({ text }: Cut): number {
  return text.length + 2;
}

/** The room that each may take so that all of them fit, short ones leaving theirs to the others; null where all fit as they are. */
function findLevel(lengths: readonly number[], room: number): number | null {
  const sorted = [...lengths].sort((left, right) => left - right);
  let left = room;
  for (const [index, length] of sorted.entries()) {
    const level = Math.floor(left / (sorted.length - index));
    if (length > level) return level;
    left -= length;
  }
  return null;
}

/** Every name, as far as there is room, and the first of them with their statements. */
function fitSome(migrations: readonly PlannedMigration[], folds: readonly Cut[], room: number): readonly string[] {
  const names = migrations.map((migration) => `- ${renderCode(migration.name)}: ${describeHead(migration)}`);
  let left = room - longestMore;
  const listed = names.findIndex((name) => {
    left -= name.length + 1;
    return left < 0;
  });
  if (listed >= 0) return [listNames(names, listed)];
  const open = folds.findIndex((fold, index) => {
    left -= measure(fold) - (names[index]?.length ?? 0);
    return left < 0 || fold.shortened;
  });
  return [...folds.slice(0, open).map(({ text }) => text), listNames(names.slice(open), names.length)];
}

const longestMore = 40;

function listNames(names: readonly string[], most: number): string {
  const more = names.length - most;
  return [...names.slice(0, most), ...(more > 0 ? [`- … and ${count(more, 'more migration')}`] : [])].join('\n');
}

/** The lines around a fold and its fence, and the one that says what is left out. */
const frame = 180;

function renderFold(migration: PlannedMigration, room: number): Cut {
  const rebuilds = migration.rebuilds.map(({ table }) => {
    const size = describeSize(migration, table);
    return `, rebuilds <code>${renderHtml(table)}</code>${size === '' ? '' : ` (${size})`}`;
  });
  const summary = `<code>${renderHtml(migration.name)}</code>: ${describeHead(migration)}${rebuilds.join('')}`;
  const path = renderCode(migration.path);
  const { text, shortened } = fitStatements(migration, room - summary.length - path.length - frame);
  const statements = text === '' ? [] : [renderFence('sql', text)];
  const lines = [`<details>\n<summary>${summary}</summary>`, path, ...statements, '</details>'];
  return { text: lines.join('\n\n'), shortened };
}

/** A statement that has no room as it is. */
const cutStatement = { most: 1_000, least: 200 };

function fitStatements(migration: PlannedMigration, room: number): Cut {
  const parts = migration.foreignKeysOff ? ['-- Foreign keys are off around the transaction.'] : [];
  const shown = [...migration.statements.entries()].filter(([, { skip }]) => skip !== 'foreign-keys');
  let left = room;
  let shortened = false;
  for (const [place, [index, statement]] of shown.entries()) {
    const whole = renderStatement(migration, statement, index, Math.max(0, left));
    const isWhole = !whole.shortened && whole.text.length <= left;
    const part = isWhole ? whole : renderStatement(migration, statement, index, Math.min(left, cutStatement.most));
    if (!isWhole && (left < cutStatement.least || part.text.length > left)) {
      const more = `-- … ${count(shown.length - place, 'more statement')}, the next on line ${statement.line}`;
      return { text: [...parts, more].join('\n\n'), shortened: true };
    }
    parts.push(part.text);
    shortened ||= !isWhole;
    left -= part.text.length + 2;
  }
  return { text: parts.join('\n\n'), shortened };
}

const added = 'in the same transaction, to preserve what it would drop:';

function renderStatement(migration: PlannedMigration, statement: PlannedStatement, index: number, room: number): Cut {
  const { line, sql, before, after, action, reason } = statement;
  const rebuild = migration.rebuilds.find(({ first }) => first === index);
  const above = [
    ...(rebuild ? [`-- Rebuilds "${printable(rebuild.table)}" (atomic; must not run twice):`] : []),
    ...(before.length > 0 ? [`-- Added before line ${line}, ${added}`, ...before.map(completeSql)] : []),
    `-- line ${line}${action === 'skip' ? `, skipped: ${printable(reason ?? '')}` : ''}`,
  ];
  const below = after.length > 0 ? [`-- Added after line ${line}, ${added}`, ...after.map(completeSql)] : [];
  const used = [...above, ...below].reduce((sum, text) => sum + text.length + 1, 0);
  // What is added is always whole: it stands nowhere else.
  const own = cutSql(endStatement(sql), { lines: Number.POSITIVE_INFINITY, characters: Math.max(0, room - used) });
  return { text: [...above, own.text, ...below].join('\n'), shortened: own.shortened };
}

function completeSql(sql: string): string {
  return cleanSql(endStatement(sql));
}

function endStatement(sql: string): string {
  return sql.trimEnd().endsWith(';') ? sql : `${sql};`;
}
