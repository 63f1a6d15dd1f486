/** The state of production that `init` ends with, and the one next step for this very database. */

import { MigrateError } from '../../errors.ts';
import { countBesides, findOpenEntries, isToApply } from '../../history/history.ts';
import { readStatus, type Status } from '../../history/status.ts';
import { readTables } from '../../inspect/inspect.ts';
import type { Database } from '../../ports.ts';
import { command, type Sayable, say, shell } from '../../text/prose.ts';
import { createReadingOutside } from '../../wiring.ts';
import type { Run } from '../context.ts';
import type { StatusView } from '../report/text/status.ts';
import { withProject, withTarget } from '../session.ts';

export interface FirstState {
  /** Null where nothing could be read. */
  readonly status: Status | null;
  readonly view: Omit<StatusView, 'next'> | null;
  /** How many tables production has; null where that was not asked. */
  readonly tables: number | null;
  readonly next: Sayable | null;
  /** Why the state could not be read, where there are credentials. */
  readonly error: MigrateError | null;
}

const unknown: FirstState = { status: null, view: null, tables: null, next: null, error: null };

/** @param fill what to do where no database is named yet: a clause. */
export async function readFirstState(run: Run, fill: string): Promise<FirstState> {
  try {
    return await readProject(run);
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    if (error.code === 'CREDENTIALS_MISSING') {
      return { ...unknown, next: say`${fill}, then ${command('status')}` };
    }
    return error.code === 'MIGRATIONS_NOT_FOUND' ? readWithoutMigrations(run) : { ...unknown, error };
  }
}

function readProject(run: Run): Promise<FirstState> {
  return withProject(run, 'must-exist', async ({ database, migrations }) => {
    const { signal } = run.context;
    const status = await readStatus({ database, migrations, outside: createReadingOutside(signal), signal });
    const isNew = status.history.entries.every(isToApply);
    const tables = isNew ? await countTables(database) : null;
    return {
      status,
      view: { target: database.target.name, status, besides: countBesides(status.history) },
      tables,
      next: findNext(status, tables),
      error: null,
    };
  });
}

/** @param tables null where something is recorded. */
function findNext(status: Status, tables: number | null): Sayable | null {
  if (findOpenEntries(status.history).length === 0) return null;
  if (status.takeover || status.needsRecord) return command('backfill');
  return tables === 0 ? command('apply') : command('plan');
}

/** The first migration is still to be written: by Prisma, or from what production has. */
async function readWithoutMigrations(run: Run): Promise<FirstState> {
  try {
    const tables = await withTarget(run, countTables);
    const next =
      tables === 0
        ? shell('npx prisma migrate dev --name init')
        : command('drift', [], [['--fix'], ['--name', 'init']]);
    return { ...unknown, tables, next };
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    return { ...unknown, error };
  }
}

async function countTables(database: Database): Promise<number> {
  return (await readTables(database)).filter(({ internal }) => !internal).length;
}
