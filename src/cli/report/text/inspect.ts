/** `inspect` as people read it. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { InspectedColumn, InspectedKey, Table } from '../../../inspect/tables.ts';
import { hang, joinParts, renderHeading, renderTitle } from './layout.ts';
import { renderWholeSource } from './sql.ts';
import { describeBroken, describeIndex, describeReference, describeReferrer, isNamed } from './tables.ts';

export function renderInspect(table: Table, target: string, screen: Screen): string {
  const { paint } = screen;
  const broken = table.broken === null ? '' : `, ${describeBroken(table.broken)}`;
  const kind = `${table.kind}${table.internal ? ', internal' : ''}${broken}`;
  const section = (title: string, rows: readonly string[]): readonly string[] =>
    rows.length === 0 ? [] : [`  ${paint.dim(title)}`, ...rows];
  const indexes = table.indexes.filter(isNamed).flatMap((index) => renderWrapped(describeIndex(index), screen));
  const triggers = table.triggers.flatMap((trigger) => [
    `    ${printable(trigger.name)}`,
    ...renderWholeSource(trigger.sql, null, screen, longestShown),
  ]);
  return joinParts([
    [renderTitle(target, screen)],
    renderHeading(printable(table.name), kind, screen),
    section('columns', renderColumns(table.columns, screen)),
    section('indexes', indexes),
    section('refers to', renderKeys(table.foreignKeys, describeReference, screen)),
    section('referred to by', renderKeys(table.referencedBy, describeReferrer, screen)),
    section('triggers', triggers),
    table.kind === 'table' ? [] : section('made by', renderWholeSource(table.sql ?? '', null, screen, longestShown)),
  ]);
}

/** Rows of the SQL of a view or a trigger. */
const longestShown = 60;

function renderWrapped(text: string, screen: Screen): readonly string[] {
  return hang(text, 2, 4, screen).map((line) => `    ${line}`);
}

/** A row of a table, and what does not fit beside it below. */
function renderRow(row: string, rest: string, screen: Screen): readonly string[] {
  const { columns } = screen;
  const line = `    ${row}  ${rest}`.trimEnd();
  if (columns === null || measureWidth(line) <= columns) return [line];
  const below = rest === '' ? [] : hang(rest, 0, 8, screen).map((part) => `        ${part}`);
  return [`    ${row}`.trimEnd(), ...below];
}

function renderColumns(columns: readonly InspectedColumn[], screen: Screen): readonly string[] {
  const rows = columns.map((column) => ({
    name: printable(column.name),
    type: printable(column.type),
    rest: describeColumn(column, columns),
  }));
  const nameWidth = Math.min(40, Math.max(0, ...rows.map((row) => measureWidth(row.name))));
  const typeWidth = Math.min(24, Math.max(0, ...rows.map((row) => measureWidth(row.type))));
  return rows.flatMap(({ name, type, rest }) =>
    renderRow(`${padToWidth(name, nameWidth)}  ${padToWidth(type, typeWidth)}`, rest, screen),
  );
}

function describeColumn(column: InspectedColumn, columns: readonly InspectedColumn[]): string {
  const composite = columns.filter((other) => other.primaryKey > 0).length > 1;
  return [
    ...(column.primaryKey > 0 ? [composite ? `primary key (${column.primaryKey})` : 'primary key'] : []),
    ...(column.notNull ? ['not null'] : []),
    ...(column.default === null ? [] : [`default ${printable(column.default)}`]),
    ...(column.generated === 'no' ? [] : [`generated, ${column.generated}`]),
  ].join(', ');
}

function renderKeys(
  keys: readonly InspectedKey[],
  describe: (key: InspectedKey) => string,
  screen: Screen,
): readonly string[] {
  const rows = keys.map((key) => ({ key, text: describe(key) }));
  const width = Math.min(60, Math.max(0, ...rows.map((row) => measureWidth(row.text))));
  return rows.flatMap(({ key, text }) => {
    const actions = printable(`on delete ${key.onDelete.toLowerCase()}, on update ${key.onUpdate.toLowerCase()}`);
    return renderRow(padToWidth(text, width), actions, screen);
  });
}
