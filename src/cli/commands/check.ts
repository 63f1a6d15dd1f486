/** `check`: whether the migrations are fit to be merged; without a database and without credentials. */

import { checkRef, readBaseMigrations } from '../../adapters/files/git.ts';
import type { StartedEngine } from '../../adapters/prisma/schema-engine.ts';
import type { BaseMigrations } from '../../core/migrations/base.ts';
import { compareNames, type Migration } from '../../core/migrations/migration.ts';
import { nameMigration } from '../../core/migrations/naming.ts';
import { listSome } from '../../core/text/list.ts';
import { quoteArgument } from '../../core/text/shell.ts';
import { MigrateError } from '../../errors.ts';
import { type CheckProblem, checkProject } from '../../operations/check.ts';
import { createOutside } from '../../wiring.ts';
import { listFlag } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { renderCheck } from '../render/check.ts';
import { count } from '../render/layout.ts';
import { withFolder } from '../session.ts';

export interface CheckFlags {
  readonly base?: string;
}

/** @throws MigrateError USAGE, BASE_UNKNOWN, and those of the project, of the schema and of `checkProject` */
export async function runCheck(run: Run, engine: StartedEngine, flags: CheckFlags): Promise<Report> {
  if (flags.base !== undefined) checkRef(flags.base);
  // What is not known as a base is no use in the next command.
  run.keepFlags((command, code) =>
    command === 'check' && code !== 'BASE_UNKNOWN' ? listFlag('--base', flags.base) : [],
  );
  return withFolder(run, engine, async ({ migrations, migrationsFolder, schema }) => {
    const { env } = run.context;
    const base =
      flags.base === undefined
        ? null
        : await readBaseMigrations({ ref: flags.base, folder: migrationsFolder, migrations, env });
    // Nobody is named, because nothing is written.
    const outside = createOutside('', '');
    const result = await checkProject({ migrations, outside, schema, base });
    const error = findError(result.problems, { migrations, base, now: outside.clock.now() });
    return {
      exitCode: error === null ? 0 : 1,
      text: (screen, completed) =>
        renderCheck(
          { result, migrations: migrations.length, base: base?.ref ?? null, next: completed?.next ?? null },
          screen,
        ),
      json: () => ({
        migrations: migrations.length,
        base: base && { ref: base.ref, commit: base.commit },
        problems: result.problems,
      }),
      error,
      errorText: null,
    };
  });
}

interface Checked {
  readonly migrations: readonly Migration[];
  readonly base: BaseMigrations | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

function findError(all: readonly CheckProblem[], checked: Checked): MigrateError | null {
  const problems = all.filter(({ kind }) => kind === 'problem');
  if (problems.length === 0) return null;
  const named = problems.map(({ code, migration }) => (migration === null ? code : `${code} (${migration})`));
  const message = `${count(problems.length, 'problem')} in ${count(checked.migrations.length, 'migration')}: ${listSome([...new Set(named)])}.`;
  return new MigrateError('CHECK_FAILED', message, findNext(problems, checked));
}

/** What mends most: a file that does not run comes before everything that is told from what it makes. */
function findNext(problems: readonly CheckProblem[], checked: Checked): string {
  const inFile = problems.find(({ line }) => line !== null);
  if (inFile) return `Mend ${inFile.path}:${inFile.line}, then migrate-prod check`;
  const edited = problems.filter(({ code }) => code === 'edited');
  if (edited.length > 0 && checked.base) {
    const paths = edited.flatMap(({ path }) => (path === null ? [] : quoteArgument(path)));
    return `git restore --source=${quoteArgument(checked.base.ref)} -- ${paths.join(' ')}`;
  }
  const early = problems.find(({ code }) => code === 'out-of-order');
  if (early?.migration) return findRename(early.migration, early.path ?? '', checked);
  return 'npx prisma migrate dev';
}

function findRename(name: string, path: string, { migrations, base, now }: Checked): string {
  // After all that is here as well, so that the next one to be renamed comes after this one.
  const last = [...(base?.names ?? []), ...migrations.map((migration) => migration.name)].sort(compareNames).at(-1);
  const folder = path.replace(/\/[^/]*$/, '');
  const later = findLaterName(name, now, last ?? null);
  if (later === null) return `Rename ${folder} so that it comes after ${last}, then migrate-prod check`;
  const renamed = `${folder.slice(0, folder.length - name.length)}${later}`;
  return `mv ${quoteArgument(folder)} ${quoteArgument(renamed)}`;
}

/** The same words under a newer time; null where no time does it. */
function findLaterName(name: string, now: number, last: string | null): string | null {
  try {
    return nameMigration(name.replace(/^\d+_?/, '') || 'renamed', now, last);
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}
