/** Holds a plan, and what `apply` made of it, against what the same files do by hand. */

import type { apply, Finding, Plan } from '../../../../src/index.ts';
import type { Embedded } from '../../../support/embedded-adapter.ts';
import { findAll } from '../planned.ts';
import type { ByHand } from './by-hand.ts';
import { type Dump, listDifferent } from './dump.ts';
import type { Fault } from './fault.ts';

/** Of those of rows; others speak of what the text alone shows. */
const blockersOfRows: ReadonlySet<string> = new Set([
  'nulls',
  'duplicates',
  'needs-default',
  'check-fails',
  'foreign-keys',
  'fails-on-rows',
  'breaks-constraints',
]);

/** What a view or trigger says by hand is not counted: `apply` keeps them, or drops them around a rebuild. */
function isOfKept(message: string): boolean {
  return /error in (?:view|trigger)/.test(message);
}

/** @param database production, as it is when the plan is made. */
export function judgePlan(planned: Plan, byHand: ByHand, database: Embedded): readonly Fault[] {
  const walls = findAll(planned).filter((finding) => isFalseWall(planned, finding, byHand));
  return [
    ...byHand.miscounted,
    ...walls.map(({ code, message, sql }): Fault => ({ kind: 'false wall', text: `${code}: ${message} [${sql}]` })),
    ...findAll(planned).flatMap((finding) => judgeQuery(finding, database)),
  ];
}

function isFalseWall(planned: Plan, { kind, code, migration, line, message }: Finding, byHand: ByHand): boolean {
  const isRehearsed =
    code === 'rehearsal-failed' && !/^The view|would point to|error in (?:view|index)|\btrigger\b/.test(message);
  // An index or a trigger that is kept is lost by hand.
  const isKept = findAll(planned).some((found) => found.code === 'kept');
  const kept = /^The unique index "([^"]+)"|UNIQUE constraint failed: index '([^']+)'/
    .exec(message)
    ?.slice(1)
    .find(Boolean);
  const isOfProduction = kept !== undefined && !mentionsInFiles(planned, kept);
  const mayBeOfKept = isOfProduction || (isKept && (isRehearsed || kept !== undefined));
  if (kind !== 'blocker' || mayBeOfKept || !(blockersOfRows.has(code) || isRehearsed)) return false;
  const index = planned.migrations.findIndex(({ name }) => name === migration);
  // No statement fails: it is the rows that break what their own table asks for.
  if (code === 'breaks-constraints') return byHand.failure === null && byHand.broken.length === 0;
  if (byHand.failure === null || index < byHand.done) return true;
  // Keys that wait fail later than the statement that breaks them.
  const waits = code === 'foreign-keys' || /FOREIGN KEY/.test(byHand.failure.message);
  return index === byHand.done && !waits && line !== null && line < byHand.failure.line;
}

function mentionsInFiles(planned: Plan, name: string): boolean {
  return planned.migrations.some(({ statements }) => statements.some(({ sql }) => sql.includes(name)));
}

function judgeQuery({ code, message, evidence }: Finding, database: Embedded): readonly Fault[] {
  const { query, count } = evidence ?? {};
  if (!query) return [];
  try {
    const rows = database.prepare(query).raw(true).all();
    // A key that is copied as another one is left out of nothing.
    const mayFindNothing = !count?.rows || /not copy every/.test(message) || /\bLIMIT\b/.test(query);
    return rows.length > 0 || mayFindNothing ? [] : [{ kind: 'bad query', text: `${code} finds nothing: ${query}` }];
  } catch (error) {
    return [{ kind: 'bad query', text: `${code}: ${String(error)}: ${query}` }];
  }
}

type Applied = Awaited<ReturnType<typeof apply>>;

/** Without blockers and with every consent it ends as by hand. */
export function judgeEnd(result: Applied, { failure, dumps }: ByHand, after: Dump): readonly Fault[] {
  const { outcome, plan: planned } = result;
  const message = result.failed?.message ?? result.error?.message ?? '';
  const at = `${message} [${result.failed?.statement ?? 'COMMIT'}]`;
  const isApplied = outcome === 'applied';
  if (!isApplied && outcome !== 'failed') return [{ kind: 'wrong outcome', text: `${outcome}: ${message}` }];
  // What is kept may refuse what goes through where it is lost, and may write rows.
  if (findAll(planned).some(({ code }) => code === 'kept') || (failure !== null && isOfKept(failure.message)))
    return [];
  if (!isApplied && failure === null) {
    if (/point nowhere/.test(message)) return [{ kind: 'stopped by the guard of foreign keys', text: at }];
    if (/plan did not show/.test(message)) return [{ kind: 'stopped by a guard', text: at }];
    return [{ kind: 'fails, not by hand', text: at }];
  }
  if (isApplied && failure !== null)
    return [{ kind: 'wrong outcome', text: `goes well, not by hand: ${failure.message}` }];
  const isGuess = planned.migrations.some(({ statements }) =>
    statements.some(({ sql }) => /\blimit\b|\brandomblob\b/i.test(sql)),
  );
  const expected = dumps[result.applied.length];
  const different = isGuess || expected === undefined ? [] : listDifferent(expected, after);
  return [
    ...(isApplied ? [] : [{ kind: 'missed failure', text: at } as const]),
    ...different.map((table): Fault => ({ kind: 'other rows than by hand', text: `of ${table} after ${outcome}` })),
  ];
}
