/** `inspect` as people read it. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { InspectedColumn, InspectedKey, Table } from '../../../inspect/tables.ts';
import { fitLine, joinParts, renderSource, renderTitle } from './layout.ts';
import { describeBroken, describeIndex, describeReference, describeReferrer, isNamed } from './tables.ts';

export function renderInspect(table: Table, target: string, screen: Screen): string {
  const { paint } = screen;
  const broken = table.broken === null ? '' : `, ${describeBroken(table.broken)}`;
  const kind = `${table.kind}${table.internal ? ', internal' : ''}${broken}`;
  const section = (title: string, rows: readonly string[]): readonly string[] =>
    rows.length === 0 ? [] : [`  ${paint.dim(title)}`, ...rows];
  const indexes = table.indexes.filter(isNamed).map((index) => `    ${fitLine(describeIndex(index), 4, screen)}`);
  const triggers = table.triggers.flatMap((trigger) => [
    `    ${printable(trigger.name)}`,
    ...renderSource(trigger.sql, null, screen),
  ]);
  return joinParts([
    [renderTitle(target, screen)],
    [`  ${paint.bold(printable(table.name))}  ${kind}`],
    section('columns', renderColumns(table.columns, screen)),
    section('indexes', indexes),
    section('refers to', renderKeys(table.foreignKeys, describeReference, screen)),
    section('referred to by', renderKeys(table.referencedBy, describeReferrer, screen)),
    section('triggers', triggers),
    table.kind === 'table' ? [] : section('made by', renderSource(table.sql ?? '', null, screen)),
  ]);
}

function renderColumns(columns: readonly InspectedColumn[], screen: Screen): readonly string[] {
  const rows = columns.map((column) => ({
    name: printable(column.name),
    type: printable(column.type),
    rest: describeColumn(column, columns),
  }));
  const nameWidth = Math.min(40, Math.max(0, ...rows.map((row) => measureWidth(row.name))));
  const typeWidth = Math.min(24, Math.max(0, ...rows.map((row) => measureWidth(row.type))));
  return rows.map(({ name, type, rest }) =>
    fitLine(`    ${padToWidth(name, nameWidth)}  ${padToWidth(type, typeWidth)}  ${rest}`.trimEnd(), 0, screen),
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
  return rows.map(({ key, text }) => {
    const actions = printable(`on delete ${key.onDelete.toLowerCase()}, on update ${key.onUpdate.toLowerCase()}`);
    return fitLine(`    ${padToWidth(text, width)}  ${actions}`, 0, screen);
  });
}
