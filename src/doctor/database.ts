/** The database: whether it answers, what it runs, and what stands there. */

import { MigrateError } from '../errors.ts';
import { checkEngine, checkTracker, type Production } from '../production/production.ts';
import type { Reply } from '../target/request.ts';
import { count } from '../text/count.ts';
import { command } from '../text/prose.ts';
import { type Judged, ok, refused, skipped, warning } from './check.ts';
import type { Access, FoundServer, Looked } from './facts.ts';
import { judgeProbe, judgeSetting, unfit } from './probe.ts';

export function judgeServer(server: Looked<FoundServer>, access: Access | null): Judged {
  if (server.type === 'skipped') return skipped(server.because);
  if (server.type === 'failed') {
    // The token's line says so, and what to do.
    if (access === 'refused') return ok('answers');
    return refused(server.error, 'failed');
  }
  const { milliseconds } = server.value;
  return ok(
    milliseconds === null
      ? 'a local file, which is there and can be read'
      : `answers, ${describeTime(milliseconds)} a round trip`,
  );
}

function describeTime(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

export function judgeEngine(production: Looked<Production>, server: Looked<FoundServer>): Judged {
  if (production.type === 'failed') return refused(production.error, 'failed');
  return judge(production, (found) => {
    const version = server.type === 'found' ? server.value.libsqlVersion : null;
    const name = `SQLite ${found.engineVersion}${version === null ? '' : `, libSQL ${version}`}`;
    const problem = catchError(() => checkEngine(found));
    // Keys have a line of their own.
    if (problem === null || (!found.foreignKeys && found.schemaFingerprint !== '')) return ok(name);
    const other = !found.foreignKeys && found.schemaFingerprint === '';
    return refused(
      other
        ? problem.with({ message: `${problem.message} It looks like Turso's own engine, which is not libSQL.` })
        : problem,
      'failed',
    );
  });
}

export function judgeTransactions(probe: Looked<readonly Reply[]>): Judged {
  if (probe.type === 'failed') return refused(probe.error, 'failed');
  return judge(probe, judgeProbe);
}

export function judgeForeignKeys(production: Looked<Production>, setting: Looked<readonly Reply[]>): Judged {
  return judge(production, ({ foreignKeys }) => {
    if (!foreignKeys) return unfit('off by default: apply relies on their being on');
    if (setting.type === 'skipped')
      return warning(
        `on by default; whether they can be switched off for a rebuild was not checked, because ${setting.because}`,
        null,
      );
    if (setting.type === 'failed') return refused(setting.error, 'warning');
    return judgeSetting(setting.value);
  });
}

export function judgeTracker(production: Looked<Production>): Judged {
  return judge(production, (found) => {
    const { name } = found.schema.tracker;
    const problem = catchError(() => checkTracker(found));
    if (problem !== null) return refused(problem, 'failed');
    const others =
      found.otherTrackers.length === 0 ? '' : `; another tool's record is in ${found.otherTrackers.join(', ')}`;
    if (found.trackerExists) return ok(`${name} has ${count(found.trackerRowCount, 'row')}${others}`);
    const tables = found.schema.objects.filter(({ type }) => type === 'table').length;
    if (tables === 0) return ok(`${name} is not there yet, and the database is empty: apply makes it`);
    const text = `${name} is not there, but ${count(tables, 'table')} ${tables === 1 ? 'is' : 'are'}${others}`;
    return warning(text, command('backfill'));
  });
}

export function judgePending(pending: Looked<number>): Judged {
  return judge(pending, (number) => ok(number === 0 ? 'nothing to apply' : `${count(number, 'migration')} to apply`));
}

/** Where it could not be had, another line says why. */
function judge<Value>(looked: Looked<Value>, found: (value: Value) => Judged): Judged {
  if (looked.type === 'found') return found(looked.value);
  return skipped(looked.type === 'failed' ? 'the database could not be read' : looked.because);
}

function catchError(check: () => void): MigrateError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof MigrateError) return error;
    throw error;
  }
}
