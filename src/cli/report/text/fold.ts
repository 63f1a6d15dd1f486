/** Findings that say the same of one object, or of one migration, told as one: people read them. JSON has each of them. */

import type { Finding, RowCount } from '../../../findings/finding.ts';
import { allFindings, type Plan } from '../../../plan/plan.ts';
import { classify } from '../../../sql/classify.ts';
import { foldName } from '../../../sql/identifiers.ts';
import { groupBy } from '../../../text/group.ts';
import { listSome } from '../../../text/list.ts';
import { count } from './layout.ts';

/** As many of one kind are still told one by one. */
const mostAlike = 3;

interface Folded {
  /** The first of those that are told as one. */
  readonly first: Finding;
  readonly told: Finding;
}

export function foldFindings(findings: readonly Finding[]): readonly Finding[] {
  return foldGroups(findings).map(({ told }) => told);
}

/** Each group where its first one stands. */
export function foldGroups(findings: readonly Finding[]): readonly Folded[] {
  const groups = groupBy(findings.entries(), ([index, finding]) => findKey(finding) ?? index);
  return [...groups.values()].flatMap((entries) => {
    const [first, ...more] = entries.map(([, finding]) => finding);
    if (first === undefined) return [];
    if (more.length > 0 && first.code === 'breaks-running-code') return [{ first, told: foldBreaking(first, more) }];
    if (more.length >= mostAlike) return [{ first, told: foldAlike(first, more) }];
    return [first, ...more].map((told) => ({ first: told, told }));
  });
}

/** What findings have in common that are told as one; null for one that stands alone. */
function findKey(finding: Finding): string | null {
  const { kind, code, migration, sql, losses } = finding;
  if (migration === null) return null;
  if (code === 'breaks-running-code') return JSON.stringify([code, migration]);
  const statement = sql === null ? null : classify(sql);
  switch (statement?.type) {
    case 'insert':
    case 'update':
    case 'delete':
      return JSON.stringify([kind, code, migration, statement.type, foldName(statement.table), losses]);
    default:
      return null;
  }
}

function foldBreaking(first: Finding, more: readonly Finding[]): Finding {
  const all = [first, ...more];
  const names = [...new Set(all.flatMap(({ names }) => names ?? []))];
  const message = `An application that does not know of ${count(all.length, 'change')} fails from then on: ${listSome(names, 5)}.`;
  const { way: _, ...rest } = first;
  return { ...rest, message };
}

function foldAlike(first: Finding, more: readonly Finding[]): Finding {
  const lines = more.flatMap(({ line }) => (line === null ? [] : [String(line)]));
  const all = sumCounts([first, ...more].map(({ evidence }) => evidence?.count ?? null));
  const rows = all === null ? '' : ` In all: ${all.atLeast ? 'at least ' : ''}${count(all.rows, 'row')}.`;
  const message = `${first.message}\nSo it is with ${count(more.length, 'more statement')} of its kind, on lines ${listSome(lines)}; --json has each of them.${rows}`;
  return { ...first, message };
}

function sumCounts(counts: readonly (RowCount | null)[]): RowCount | null {
  const known = counts.filter((each) => each !== null);
  if (known.length < counts.length) return null;
  return { rows: known.reduce((sum, { rows }) => sum + rows, 0), atLeast: known.some(({ atLeast }) => atLeast) };
}

/** How many migrations a running application would trip over, in one sentence; null where there is none. */
export function describeBreaking(plan: Plan): string | null {
  const breaking = allFindings(plan).filter(({ code }) => code === 'breaks-running-code');
  const number = new Set(breaking.map(({ migration }) => migration)).size;
  if (number === 0) return null;
  const [breaks, it] = number === 1 ? ['breaks', 'it'] : ['break', 'them'];
  return `${count(number, 'migration')} ${breaks} an application that does not know of ${it}; --json has a safe way for each change (breaks-running-code).`;
}
