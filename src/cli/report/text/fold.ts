/** Findings that say the same of one object, or of one migration, told as one: people read them. JSON has each of them. */

import type { Finding } from '../../../findings/catalogue.ts';
import { buildLossKey } from '../../../findings/loss.ts';
import { isToldTogether, sayTogether, type Told, tell } from '../../../findings/tell.ts';
import { classify } from '../../../sql/classify.ts';
import { foldName } from '../../../sql/identifiers.ts';
import { count, sumCounts } from '../../../text/count.ts';
import { groupBy } from '../../../text/group.ts';
import { listSome } from '../../../text/list.ts';
import { say } from '../../../text/prose.ts';

/** As many of one kind are still told one by one. */
const mostAlike = 3;

interface Folded {
  /** The first of those that are told as one. */
  readonly first: Finding;
  readonly told: Told;
}

export function foldFindings(findings: readonly Finding[]): readonly Told[] {
  return foldGroups(findings).map(({ told }) => told);
}

/** Each group where its first one stands. */
export function foldGroups(findings: readonly Finding[]): readonly Folded[] {
  const groups = groupBy(findings.entries(), ([index, finding]) => findKey(finding) ?? index);
  return [...groups.values()].flatMap((entries) => {
    const [first, ...more] = entries.map(([, finding]) => finding);
    if (first === undefined) return [];
    const together = more.length === 0 ? null : sayTogether([first, ...more]);
    if (together !== null) return [{ first, told: { ...tell(first), message: together, way: null } }];
    if (more.length >= mostAlike) return [{ first, told: foldAlike(first, more) }];
    return [first, ...more].map((each) => ({ first: each, told: tell(each) }));
  });
}

/** What findings have in common that are told as one; null for one that stands alone. */
function findKey(finding: Finding): string | null {
  const { kind, code, losses } = finding;
  const { migration, sql } = finding.place;
  if (migration === null) return null;
  if (isToldTogether(finding)) return JSON.stringify([code, migration]);
  const statement = sql === null ? null : classify(sql);
  switch (statement?.type) {
    case 'insert':
    case 'update':
    case 'delete':
      return JSON.stringify([
        kind,
        code,
        migration,
        statement.type,
        foldName(statement.table),
        losses?.map(buildLossKey),
      ]);
    default:
      return null;
  }
}

function foldAlike(first: Finding, more: readonly Finding[]): Told {
  const lines = more.flatMap(({ place }) => (place.line === null ? [] : [String(place.line)]));
  const all = sumCounts([first, ...more].map(({ evidence }) => evidence?.count ?? null));
  const rows = all === null ? '' : ` In all: ${all.atLeast ? 'at least ' : ''}${count(all.rows, 'row')}.`;
  const told = tell(first);
  const message = say`${told.message}\nThe same is true for ${count(more.length, 'more statement')}, on lines ${listSome(lines)}; --json lists each of them.${rows}`;
  return { ...told, message };
}
