/** What a migration leaves in a table or an index that SQLite refuses to compute: dates that depend on when or where that is done. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import type { ImpureUse } from '../../findings/leaves-broken-uses.ts';
import { findObject } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { findImpureDate, type ImpureDate, mayCallDates } from '../../sql/impure-dates.ts';
import { type AnalysedMigration, placeOf } from '../analyse.ts';

export interface ImpureReader {
  /** When the migration has ended. */
  find(): readonly Finding[];
}

interface Made {
  readonly index: number;
  /** As it is called when the migration has ended. */
  readonly object: { readonly type: 'table' | 'index'; readonly name: string };
}

/** Before the migration: what a table has already is not told. */
export function openImpureReader(mirror: Mirror, analysed: AnalysedMigration): ImpureReader {
  const made = listMade(analysed);
  const before = new Set(made.flatMap(({ object }) => readUses(mirror, object).map(identify)));
  return {
    find: () => {
      const told = new Set(before);
      return made.flatMap(({ index, object }) => {
        const statement = analysed.statements[index];
        if (statement === undefined) return [];
        const uses = readUses(mirror, object).filter((use) => !told.has(identify(use)));
        for (const use of uses) told.add(identify(use));
        const place = placeOf(analysed, statement);
        return uses.map(
          (use): Finding =>
            use.date.always ? find(leavesBroken, 'blocker', place, use) : find(leavesBroken, 'hazard', place, use),
        );
      });
    },
  };
}

function identify({ table, where, expression }: ImpureUse): string {
  return JSON.stringify([foldName(table), where, expression]);
}

function listMade({ statements }: AnalysedMigration): readonly Made[] {
  return statements.flatMap(({ kind, sql }, index): readonly Made[] => {
    if (kind.type === 'create-index')
      return mayCallDates(sql) ? [{ index, object: { type: 'index', name: kind.name } }] : [];
    const table = kind.type === 'create-table' ? kind.name : 'table' in kind ? kind.table : null;
    const isOfTable = kind.type === 'create-table' || kind.type === 'add-column' || kind.type === 'alter-other';
    if (!isOfTable || table === null || !mayCallDates(sql)) return [];
    const name = statements
      .slice(index)
      .reduce(
        (current, later) =>
          later.kind.type === 'rename-table' && sameName(later.kind.table, current) ? later.kind.to : current,
        table,
      );
    return [{ index, object: { type: 'table', name } }];
  });
}

function readUses(mirror: Mirror, object: Made['object']): readonly ImpureUse[] {
  const sql = findObject(mirror, object)?.sql ?? '';
  const parts = object.type === 'index' ? listOfIndex(sql) : listOfTable(sql);
  return parts.flatMap(({ expression, ...part }) => {
    const date: ImpureDate | null = findImpureDate(expression);
    return date === null ? [] : [{ what: 'impure', ...part, expression, date }];
  });
}

type Part = Pick<ImpureUse, 'table' | 'where' | 'expression'>;

function listOfTable(sql: string): readonly Part[] {
  const structure = parseTableStructure(sql);
  if (structure === null) return [];
  const { name: table, checks, columns } = structure;
  return [
    ...checks.map(({ written }): Part => ({ table, where: 'check', expression: written })),
    ...columns.flatMap(({ written: { generated } }): readonly Part[] =>
      generated === null ? [] : [{ table, where: 'generated-column', expression: generated }],
    ),
  ];
}

function listOfIndex(sql: string): readonly Part[] {
  const structure = parseIndexStructure(sql);
  if (structure === null) return [];
  const { table, columns, whereWritten } = structure;
  const expressions = columns.flatMap((column) => (column.type === 'expression' ? [column.written] : []));
  return [...expressions, ...(whereWritten === null ? [] : [whereWritten])].map((expression) => ({
    table,
    where: 'index',
    expression,
  }));
}
