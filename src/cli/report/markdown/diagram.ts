/** The tables that a plan changes as a picture: Mermaid's entity relationship diagram, which GitHub and GitLab draw. */

import { printable } from '../../../adapters/terminal/printable.ts';
import {
  type ChangedTables,
  type DrawnColumn,
  type DrawnKey,
  type DrawnTable,
  findChangedTables,
  type Mark,
} from '../../../schema/compare/changed-tables.ts';
import type { Schema } from '../../../schema/model/objects.ts';
import { count } from '../../../text/count.ts';

/** More make no picture that anybody reads. */
const mostTables = 20;

/** Columns of a table, fewer where there is less room. */
const columnSteps = [40, 15, 6, 0];

/** Mermaid itself refuses more than 50,000 (`maxTextSize`). */
const mostCharacters = 20_000;

/** A schema before and after. */
export interface SchemaChange {
  readonly before: Schema;
  readonly after: Schema;
}

/** @param room in characters. @returns a fold; null where nothing changes that a picture shows, or there is no room. */
export function renderDiagram({ before, after }: SchemaChange, room: number): string | null {
  const changed = findChangedTables(before, after, mostTables);
  if (!changed.tables.some(({ mark }) => mark !== 'same')) return null;
  const folds = columnSteps.map((columns) => renderFold(changed, columns));
  return folds.find((fold) => fold.length <= Math.min(room, mostCharacters)) ?? null;
}

function renderFold(changed: ChangedTables, columns: number): string {
  const left = changed.left > 0 ? [`${count(changed.left, 'more table')} not shown.`] : [];
  return [
    '<details>\n<summary>Picture of the changed tables</summary>',
    `\`\`\`mermaid\n${renderMermaid(changed, columns)}\n\`\`\``,
    ['`+` new, `~` changed, `-` dropped, the others are beside them.', ...left].join(' '),
    '</details>',
  ].join('\n\n');
}

/** @param columns of one table at most. */
export function renderMermaid({ tables, keys }: ChangedTables, columns: number): string {
  const ids = new Map(tables.map(({ name }, index) => [name, `t${index + 1}`]));
  return [
    'erDiagram',
    ...tables.flatMap((table) => renderTable(table, ids.get(table.name) ?? '', columns)),
    ...keys.flatMap((key) => renderKey(key, ids.get(key.child), ids.get(key.parent))),
  ].join('\n');
}

const signs: Readonly<Record<Mark, string>> = { new: '+ ', changed: '~ ', dropped: '- ', same: '' };

/** A table that does not change is only there for its keys. */
function renderTable({ name, mark, columns }: DrawnTable, id: string, most: number): readonly string[] {
  const head = `  ${id}["${signs[mark]}${escapeText(name)}"]`;
  const wanted = mark === 'same' ? columns.filter(({ isPrimary, isForeign }) => isPrimary || isForeign) : columns;
  // What changes is kept longest.
  const kept = new Set([...wanted].sort((left, right) => weigh(left) - weigh(right)).slice(0, most));
  const shown = wanted.filter((column) => kept.has(column));
  return shown.length === 0 ? [head] : [`${head} {`, ...shown.map(renderColumn), '  }'];
}

function weigh({ mark, isPrimary }: DrawnColumn): number {
  return mark !== 'same' ? 0 : isPrimary ? 1 : 2;
}

function renderColumn({ name, type, mark, isPrimary, isForeign, isUnique }: DrawnColumn, index: number): string {
  const word = renderWord(name, `column_${index + 1}`);
  const keys = [...(isPrimary ? ['PK'] : []), ...(isForeign ? ['FK'] : []), ...(isUnique ? ['UK'] : [])];
  const said = `${signs[mark]}${word === name ? '' : escapeText(name)}`.trim();
  return [
    `    ${renderWord(type, type === '' ? 'ANY' : 'TYPE')} ${word}`,
    ...(keys.length === 0 ? [] : [keys.join(', ')]),
    ...(said === '' ? [] : [`"${said}"`]),
  ].join(' ');
}

/** Mermaid reads these as keys, or as an order wherever they stand in a line; whatever their case. */
const ownWords = /^(?:pk|fk|uk|direction)$/i;

/** Types and names of columns are plain words to Mermaid. */
function renderWord(text: string, instead: string): string {
  const plain = text.replace(/\s*\(.*$/s, '').replaceAll(/\s+/g, '_');
  return /^[a-z][a-z0-9_]{0,39}$/i.test(plain) && !ownWords.test(plain) ? plain : instead;
}

function renderKey(
  { columns, mark, children, parents }: DrawnKey,
  child: string | undefined,
  parent: string | undefined,
) {
  if (child === undefined || parent === undefined) return [];
  const ends = `${children === 'one' ? '|o' : '}o'}--${parents === 'one' ? '||' : 'o|'}`;
  return [`  ${child} ${ends} ${parent} : "${signs[mark]}${escapeText(columns.join(', '))}"`];
}

const longestName = 60;

/**
 * Text between quotes: letters and digits of any script stay, everything else is written by its number, as Mermaid and
 * HTML do, so that it ends no text, begins no comment, and is no markup.
 */
function escapeText(name: string): string {
  const shown = [...printable(name)];
  const text = shown.length > longestName ? [...shown.slice(0, longestName), '…'] : shown;
  return text
    .map((character) => (/[\p{L}\p{M}\p{N} _.,-]/u.test(character) ? character : `#${character.codePointAt(0)};`))
    .join('')
    .replaceAll(/direction(?= )/gi, (found) => `#${found.charCodeAt(0)};${found.slice(1)}`);
}
