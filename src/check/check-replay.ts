/** The problems with statements that cannot be replayed: whether the branch or its base causes them, and how to write them. */

import { sayHint } from '../findings/rehearsal-failed.ts';
import { compareNames, type Migration } from '../history/migration.ts';
import { isReservedIndex } from '../mirror/reserved-index.ts';
import { findHint } from '../plan/rehearse/explain-failure.ts';
import type { Outside } from '../ports.ts';
import { replayAsFarAsPossible } from '../replay/replay.ts';
import { leavesInDoubt, type Unreplayed, type Unsure } from '../replay/unreplayed.ts';
import { findUnknownName } from '../sandbox/unknown-names.ts';
import { classify } from '../sql/classify.ts';
import { joinLines } from '../sql/one-line.ts';
import { listSome } from '../text/list.ts';
import { endless } from '../text/sentence.ts';
import type { BaseComparison, BaseMigrations } from './base.ts';
import type { CheckProblem } from './problem.ts';

/** Who caused that a statement cannot be replayed. */
export type Blame =
  /** The base has it, and cannot replay it either. */
  | { readonly type: 'base'; readonly ref: string }
  /** The base has it, and it can be replayed there. */
  | { readonly type: 'broken-here'; readonly ref: string }
  /** Later migrations exist, so it was applied; there is no base to tell more. */
  | { readonly type: 'old' }
  | { readonly type: 'new' };

export interface Judged {
  readonly unreplayed: Unreplayed;
  readonly blame: Blame;
}

export const onlyOld =
  'This is only a warning, because other migrations come after it, and an applied migration cannot be edited. --base <branch> shows for certain what is new.';

export const declareIt =
  'If the server has it, write the name into migrate-prod.functions in the migrations folder: the statement is left out then.';

export interface JudgeInput {
  readonly outside: Outside;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly base: BaseMigrations | null;
  readonly declaredFunctions: ReadonlySet<string>;
}

/** @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK */
export async function judgeUnreplayed(
  input: JudgeInput,
  unreplayed: readonly Unreplayed[],
  comparison: BaseComparison | null,
): Promise<readonly Judged[]> {
  const { migrations, base } = input;
  if (unreplayed.length === 0) return [];
  if (base === null || comparison === null) {
    const last = migrations.at(-1)?.name;
    return unreplayed.map((one) => ({ unreplayed: one, blame: { type: one.migration === last ? 'new' : 'old' } }));
  }
  const settled = new Set(comparison.settled.map(({ name }) => name));
  const there = unreplayed.some(({ migration }) => settled.has(migration))
    ? await listUnreplayedThere(input, comparison)
    : [];
  return unreplayed.map((one): Judged => {
    if (!settled.has(one.migration)) return { unreplayed: one, blame: { type: 'new' } };
    // In the base no statement meets it yet.
    if (one.metBy !== null && !settled.has(one.metBy))
      return { unreplayed: one, blame: { type: 'base', ref: base.ref } };
    // If its equivalent runs in the base but not here, the branch is the cause.
    const isThere = there.some((other) => isSamePlace(one, other) && (other.instead === null || one.instead !== null));
    return { unreplayed: one, blame: { type: isThere ? 'base' : 'broken-here', ref: base.ref } };
  });
}

/** Replays the same files under the base's names, in the base's order. A file that the base has in another form is not available here. */
async function listUnreplayedThere(
  { outside, declaredFunctions }: JudgeInput,
  { settled, renamed }: BaseComparison,
): Promise<readonly Unreplayed[]> {
  const names = new Map(renamed.map(({ migration, from }) => [migration, from]));
  const own = settled
    .map((migration) => ({ migration, name: names.get(migration) ?? migration.name }))
    .sort((left, right) => compareNames(left.name, right.name));
  const migrations = own.map(({ migration }) => migration);
  return (await replayAsFarAsPossible(outside, migrations, { declaredFunctions })).unreplayed;
}

function isSamePlace(one: Unreplayed, other: Unreplayed): boolean {
  return one.migration === other.migration && one.line === other.line && one.sql === other.sql;
}

/**
 * A statement whose problem in the text is already reported is not also reported to fail.
 * @param unsure what is in doubt at the end
 * @param told problems of the files' texts
 */
export function describeUnreplayable(
  judged: readonly Judged[],
  unsure: Unsure,
  told: readonly CheckProblem[],
): readonly CheckProblem[] {
  return judged.filter((one) => !isTold(one, told)).flatMap((one) => describe(one, unsure) ?? []);
}

function isTold({ unreplayed: { migration, line, sql }, blame }: Judged, told: readonly CheckProblem[]): boolean {
  const isOurs = blame.type === 'new' || blame.type === 'broken-here';
  const end = line + sql.split('\n').length - 1;
  return told.some(
    (problem) =>
      (problem.kind === 'problem' || !isOurs) &&
      problem.migration === migration &&
      problem.line !== null &&
      problem.line >= line &&
      problem.line <= end,
  );
}

/** @returns null if it follows from another statement that cannot be corrected here */
function describe({ unreplayed, blame }: Judged, unsure: Unsure): CheckProblem | null {
  const { code, migration, path, line, sql, follows, ends } = unreplayed;
  const place = { code, migration, path, line, sql };
  if (follows) {
    if (blame.type !== 'new') return null;
    const message = `It cannot be tried: ${endless(unreplayed.message)}, because a statement before it could not be run.`;
    return { ...place, kind: 'warning', message };
  }
  // If the statement ends the replay, the new migrations were not examined, so it is an error.
  const isWarning = !ends && (blame.type === 'base' || (blame.type === 'old' && code === 'replay-failed'));
  return {
    ...place,
    kind: isWarning ? 'warning' : 'problem',
    message: `${explain(unreplayed, unsure)} ${ends ? '' : explainBlame(blame, isWarning)}`.trim(),
  };
}

function explain(unreplayed: Unreplayed, unsure: Unsure): string {
  const { code, message, sql, instead, ends } = unreplayed;
  const begins = code === 'reaches-outside' ? 'It leaves the database' : 'It fails on a new database';
  const unknown = findUnknownName(message, sql);
  const kind = classify(sql);
  const hint = unknown === null ? findHint(message, { kind, sql }) : null;
  const words = unknown !== null ? ` ${declareIt}` : hint === null ? '' : ` ${sayHint(hint)}`;
  const reason = `${begins}: ${endless(message)}.`;
  if (ends) return `${reason} What comes after it was not run.`;
  if (instead !== null)
    return `${reason}${words || ` ${explainInstead(unreplayed)}`} Run in its place: ${joinLines(instead)}.`;
  return `${reason}${words} It was skipped, and the rest was run.${explainUnsure(unreplayed, unsure)}`;
}

function explainInstead({ sql }: Unreplayed): string {
  const kind = classify(sql);
  const isReserved = kind.type === 'create-index' && isReservedIndex({ type: 'index', name: kind.name, sql });
  const why = isReserved
    ? 'libSQL does not allow an index name that SQLite reserves. Give it another name, also in schema.prisma, with map'
    : 'libSQL reads text in double quotes as a column; Prisma on SQLite does not. Write it in single quotes';
  return `${why}.`;
}

function explainUnsure({ concerns }: Unreplayed, unsure: Unsure): string {
  if (concerns === 'everything') return ' Nothing was compared with schema.prisma.';
  const open = concerns.filter((name) => leavesInDoubt([name], unsure));
  return open.length === 0 ? '' : ` ${listSome(open)} was not compared with schema.prisma.`;
}

function explainBlame(blame: Blame, isWarning: boolean): string {
  switch (blame.type) {
    case 'base':
      return `This is only a warning, because ${blame.ref} has the same file.`;
    case 'broken-here':
      return `${blame.ref} has the same file, and it runs there: a change before it in this branch stops it.`;
    case 'old':
      return isWarning ? onlyOld : '';
    case 'new':
      return '';
  }
}
