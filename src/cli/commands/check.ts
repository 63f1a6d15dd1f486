/** `check`: whether the migrations are fit to be merged; without a database and without credentials. */

import { checkRef, readBaseMigrations } from '../../adapters/files/git.ts';
import type { StartedEngine } from '../../adapters/prisma/engine/schema-engine.ts';
import { checkProject } from '../../check/check.ts';
import { type Checked, findNext } from '../../check/check-next.ts';
import { MigrateError } from '../../errors.ts';
import { count } from '../../text/count.ts';
import { listSome } from '../../text/list.ts';
import { createReadingOutside } from '../../wiring.ts';
import { listFlag } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { annotateProblems } from '../report/github/annotations.ts';
import { renderCheck } from '../report/text/check.ts';
import { withFolder } from '../session.ts';
import { watchOutside } from '../watched.ts';

export interface CheckFlags {
  readonly base: string | undefined;
}

/** @throws MigrateError USAGE, BASE_UNKNOWN, and those of the project, of the schema and of `checkProject` */
export async function runCheck(run: Run, engine: StartedEngine, flags: CheckFlags): Promise<Report> {
  if (flags.base !== undefined) checkRef(flags.base);
  // What is not known as a base is no use in the next command.
  run.keepFlags((code) => (code === 'BASE_UNKNOWN' ? [] : listFlag('--base', flags.base)));
  return withFolder(run, engine, async ({ migrations, migrationsFolder, schema, declaredFunctions }) => {
    const { env } = run.context;
    const base =
      flags.base === undefined
        ? null
        : await readBaseMigrations({ ref: flags.base, folder: migrationsFolder, migrations, env });
    // Nobody is named, because nothing is written.
    const outside = watchOutside(run, createReadingOutside(run.context.signal));
    const result = await checkProject({ migrations, outside, schema, base, declaredFunctions });
    const error = findError({ ...result, migrations, base, now: outside.clock.now() });
    return {
      exitCode: error === null ? 0 : 1,
      text: (screen, next) =>
        renderCheck({ result, migrations: migrations.length, base: base?.ref ?? null, next }, screen),
      json: () => ({
        migrations: migrations.length,
        base: base && { ref: base.ref, commit: base.commit },
        problems: result.problems,
      }),
      page: async (next) => {
        const { renderCheckMarkdown } = await import('../report/markdown/check.ts');
        return renderCheckMarkdown({ problems: result.problems, migrations: migrations.length, next });
      },
      annotations: annotateProblems(result.problems),
      error,
      errorText: null,
    };
  });
}

function findError(checked: Checked): MigrateError | null {
  const next = findNext(checked);
  if (next === null) return null;
  const problems = checked.problems.filter(({ kind }) => kind === 'problem');
  const named = problems.map(({ code, migration }) => (migration === null ? code : `${code} (${migration})`));
  const message = `${count(problems.length, 'problem')} in ${count(checked.migrations.length, 'migration')}: ${listSome([...new Set(named)])}.`;
  return new MigrateError('CHECK_FAILED', message, next);
}
