/** The problems that `check` finds in a branch's migrations compared with its base. */

import type { Migration } from '../history/migration.ts';
import type { Outside } from '../ports.ts';
import { listSome } from '../text/list.ts';
import { command, say, writeProse } from '../text/prose.ts';
import type { BaseComparison, BaseMigrations } from './base.ts';
import { findSquashes } from './check-squash.ts';
import type { CheckProblem } from './problem.ts';

interface Branch {
  readonly outside: Outside;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  /** Folded. */
  readonly declaredFunctions: ReadonlySet<string>;
}

/** @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK */
export async function describeBase(
  { outside, declaredFunctions, migrations }: Branch,
  comparison: BaseComparison,
  base: BaseMigrations,
): Promise<readonly CheckProblem[]> {
  const empty = describeEmptyBase(migrations, base);
  const squashes = await findSquashes({ outside, base, comparison, declaredFunctions });
  if (squashes.size === 0) return [...describeComparison(comparison, base), ...empty];
  const outOfOrder = comparison.outOfOrder.filter((migration) => !squashes.has(migration));
  const names = listSome([...squashes].map(({ name }) => name));
  const gone = comparison.deleted.length === 1 ? '1 migration' : `${comparison.deleted.length} migrations`;
  const message = writeProse(
    say`${names} ${squashes.size === 1 ? 'replaces' : 'replace'} ${gone} that ${base.ref} has: both make the same schema. On a database that has the old ones, ${command('apply')} or ${command('backfill')} records it.`,
  );
  const squashed = { kind: 'warning', code: 'squashed', migration: null, path: null, line: null, sql: null } as const;
  return [...describeComparison({ ...comparison, outOfOrder, deleted: [] }, base), { ...squashed, message }, ...empty];
}

function describeComparison(
  { last, outOfOrder, edited, renamed, deleted }: BaseComparison,
  { ref }: BaseMigrations,
): readonly CheckProblem[] {
  const shared = { kind: 'problem', line: null, sql: null } as const;
  return [
    ...renamed.map(({ migration: { name, path }, from }) => ({
      ...shared,
      code: 'renamed' as const,
      migration: name,
      path,
      message: `Its file is the one that ${ref} has as ${from}, which is gone here. A database that has applied it has the old name on record, so apply refuses the new one.`,
    })),
    ...outOfOrder.map(({ name, path }) => ({
      ...shared,
      code: 'out-of-order' as const,
      migration: name,
      path,
      message: `It is new here, but sorts before ${last}, which ${ref} has already: a database that has that one applies them in another order than this folder.`,
    })),
    ...edited.map(({ name, path }) => ({
      ...shared,
      code: 'edited' as const,
      migration: name,
      path,
      message: `Its file differs from the one that ${ref} has. A database that has applied it does not run it again: put the change into a new migration.`,
    })),
    ...describeDeleted(deleted, ref),
  ];
}

function describeDeleted(names: readonly string[], ref: string): readonly CheckProblem[] {
  if (names.length === 0) return [];
  const gone =
    names.length === 1
      ? `${names[0]} is gone here, and ${ref} has it.`
      : `${names.length} migrations are gone here that ${ref} has: ${listSome(names)}.`;
  const message = `${gone} That is fine for a squash; a migration that was renamed and edited needs its old name and file back.`;
  return [{ kind: 'warning', code: 'deleted', migration: null, path: null, line: null, sql: null, message }];
}

/** Normal if the branch adds the first migration; otherwise the comparison with an empty base would only look like one. */
function describeEmptyBase(migrations: readonly Migration[], { ref, names }: BaseMigrations): readonly CheckProblem[] {
  if (names.length > 0 || migrations.length === 0) return [];
  const message = `${ref} has no migration in this folder, so these were compared with nothing. That is right for the first migrations of a project. If this branch moved the folder, nothing has checked that they are still what ${ref} has.`;
  return [{ kind: 'warning', code: 'base-empty', migration: null, path: null, line: null, sql: null, message }];
}
