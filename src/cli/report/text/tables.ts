/** `tables` as people read it, and a table as JSON. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { Index, InspectedKey, Table } from '../../../inspect/tables.ts';
import { joinLines } from '../../../sql/one-line.ts';
import { tokenize } from '../../../sql/tokenize.ts';
import { count, writeNumber } from '../../../text/count.ts';
import { hang, joinParts, renderHeading, renderTitle } from './layout.ts';

export interface TablesInput {
  readonly target: string;
  /** Without the internal ones. */
  readonly tables: readonly Table[];
  readonly internal: readonly string[];
  /** Rows by table; null where they were not counted. */
  readonly rows: ReadonlyMap<string, number | null> | null;
}

export function renderTables({ target, tables, internal, rows }: TablesInput, screen: Screen): string {
  const widest = Math.max(0, ...tables.map((table) => measureWidth(printable(table.name))));
  const remarks = Math.max(0, ...tables.map((table) => measureWidth(describe(table, rows))));
  const room = screen.columns === null ? widest : Math.max(12, screen.columns - 4 - remarks);
  const nameWidth = Math.min(48, widest, room);
  const hidden = `Internal: ${internal.map(printable).join(', ')}`;
  return joinParts([
    [renderTitle(target, screen)],
    ...tables.map((table) => renderTable(table, rows, nameWidth, screen)),
    tables.length === 0 ? ['  There are no tables.'] : [],
    internal.length === 0 ? [] : hang(hidden, 2, 2, screen).map((line) => screen.paint.dim(`  ${line}`)),
    [`  ${describeNumber(tables)}.`],
  ]);
}

/** `6 tables, 1 view` */
function describeNumber(tables: readonly Table[]): string {
  const views = tables.filter((table) => table.kind === 'view').length;
  return `${count(tables.length - views, 'table')}${views > 0 ? `, ${count(views, 'view')}` : ''}`;
}

function renderTable(
  table: Table,
  rows: ReadonlyMap<string, number | null> | null,
  nameWidth: number,
  screen: Screen,
): readonly string[] {
  const name = padToWidth(printable(table.name), nameWidth);
  const columns = table.columns.map((column) => printable(`${column.name} ${column.type}`.trimEnd()));
  return [
    ...renderHeading(name, describe(table, rows), screen),
    ...renderItem('columns', columns, screen),
    ...renderItem('indexes', table.indexes.filter(isNamed).map(describeIndex), screen),
    ...renderItem('refers to', table.foreignKeys.map(describeReference), screen),
    ...renderItem('referred to by', table.referencedBy.map(describeReferrer), screen),
  ];
}

/** `view, 3 columns`, `6 columns, 3 rows, 1 trigger` */
function describe(table: Table, rows: TablesInput['rows']): string {
  return [
    ...(table.kind === 'table' ? [] : [table.kind]),
    ...(table.broken === null ? [count(table.columns.length, 'column')] : [describeBroken(table.broken)]),
    ...(rows === null || table.kind === 'view' ? [] : [describeRows(rows.get(table.name) ?? null)]),
    ...(table.triggers.length > 0 ? [count(table.triggers.length, 'trigger')] : []),
  ].join(', ');
}

/** @param reason in the engine's words. */
export function describeBroken(reason: string): string {
  return `does not work: ${printable(reason)}`;
}

function describeRows(rows: number | null): string {
  return rows === null ? 'rows not counted' : rows === 1 ? '1 row' : `${writeNumber(rows)} rows`;
}

const labelWidth = 14;
const unbroken = '\u00a0';

function renderItem(label: string, items: readonly string[], screen: Screen): readonly string[] {
  if (items.length === 0) return [];
  const indent = 4 + labelWidth + 2;
  const room = (screen.columns ?? Number.POSITIVE_INFINITY) - indent - 1;
  // A line is broken between two items, not within one that fits.
  const text = items.map((item) => (measureWidth(item) > room ? item : item.replaceAll(' ', unbroken))).join(', ');
  const lines = hang(text, 0, indent, screen).map((line) => line.replaceAll(unbroken, ' '));
  return lines.map((line, index) =>
    index === 0 ? `    ${screen.paint.dim(label.padEnd(labelWidth))}  ${line}` : `${' '.repeat(indent)}${line}`,
  );
}

/** The primary key's own index says nothing that the columns do not. */
export function isNamed(index: Index): boolean {
  return index.origin !== 'primary-key';
}

export function describeIndex(index: Index): string {
  const parts = index.columns.includes(null) && index.sql !== null ? listIndexParts(index.sql) : [];
  const columns = index.columns
    .map((column, place) => column ?? (parts.length === index.columns.length ? parts[place] : null) ?? '(expression)')
    .join(', ');
  const remarks = [...(index.unique ? ['unique'] : []), ...(index.partial ? ['partial'] : [])].join(' ');
  // SQLite's own name for the index of a UNIQUE column tells nobody anything.
  const name = index.origin === 'unique' ? '' : `${index.name} `;
  return printable(`${name}${remarks === '' ? '' : `${remarks} `}(${columns})`);
}

/** Splits the first parentheses of CREATE INDEX at their commas. */
function listIndexParts(sql: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const token of tokenize(sql)) {
    if (token.text === '(') {
      depth += 1;
      if (depth === 1) start = token.end;
    } else if (token.text === ')') {
      depth -= 1;
      if (depth === 0) return [...parts, joinLines(sql.slice(start, token.start))];
    } else if (token.text === ',' && depth === 1) {
      parts.push(joinLines(sql.slice(start, token.start)));
      start = token.end;
    }
  }
  return [];
}

/** `customerId → Customer.id` */
export function describeReference(key: InspectedKey): string {
  const to = key.referencedColumns.every((column) => column !== null) ? `.${key.referencedColumns.join(', ')}` : '';
  return printable(`${key.columns.join(', ')} → ${key.references}${to}`);
}

/** `Order.customerId` */
export function describeReferrer(key: InspectedKey): string {
  return printable(`${key.table}.${key.columns.join(', ')}`);
}

export function describeTable({ name, kind, columns, broken, indexes, foreignKeys, referencedBy, triggers }: Table) {
  return { name, kind, columns, broken, indexes, foreignKeys, referencedBy, triggers };
}
