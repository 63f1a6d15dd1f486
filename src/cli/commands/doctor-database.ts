/** What `doctor` asks the database. Nothing is written; a read-only token is enough for nearly all of it. */

import type { Credentials } from '../../adapters/files/credentials.ts';
import { readKind } from '../../adapters/files/paths.ts';
import { askOlderProtocol } from '../../adapters/hrana/older.ts';
import type { Access, Facts, FoundServer, Looked } from '../../doctor/facts.ts';
import { probeSteps, settingSteps, useLibsql } from '../../doctor/probe.ts';
import { MigrateError } from '../../errors.ts';
import { compareHistory, isToApply } from '../../history/history.ts';
import type { Migration } from '../../history/migration.ts';
import type { Database, Reply, Step } from '../../ports.ts';
import { readProduction } from '../../production/gather.ts';
import type { Production } from '../../production/production.ts';
import { createTracker } from '../../tracker/tracker.ts';
import { openDatabase } from '../../wiring.ts';
import type { Run } from '../context.ts';
import { type Look, skip } from './doctor-look.ts';

type DatabaseFacts = Pick<Facts, 'access' | 'server' | 'production' | 'probe' | 'setting' | 'pending'>;

interface Gathered {
  readonly facts: DatabaseFacts;
  readonly requests: number;
}

interface DatabaseInput {
  readonly run: Run;
  readonly look: Look;
  readonly seconds: number;
  readonly credentials: Looked<Credentials>;
  readonly migrations: Looked<readonly Migration[]>;
}

export async function gatherDatabase(input: DatabaseInput): Promise<Gathered> {
  const { run, look, seconds, credentials } = input;
  if (credentials.type !== 'found') return nothing('there is no database to ask');
  const { target, token } = credentials.value;
  if (target.type === 'file' && readKind(target.path) === 'absent') {
    return nothing('the file is not there yet; apply makes it');
  }
  run.progress.begin(`Waiting for ${target.name}`);
  const opened = await look(() => openDatabase({ target, token, timeoutSeconds: seconds, create: 'must-exist' }));
  if (opened.type !== 'found') {
    const { facts, requests } = nothing('the database could not be opened');
    return { facts: { ...facts, server: opened }, requests };
  }
  const database = opened.value;
  try {
    return { facts: await ask(database, input), requests: database.requests() };
  } finally {
    await database.close();
  }
}

function nothing(because: string): Gathered {
  const none = skip(because);
  const facts = { access: none, server: none, production: none, probe: none, setting: none, pending: none };
  return { facts, requests: 0 };
}

async function ask(database: Database, input: DatabaseInput): Promise<DatabaseFacts> {
  const { look, migrations, run } = input;
  const production = await look(() => readProduction(database, { signal: run.context.signal }));
  if (production.type === 'failed' && production.error.code !== 'READ_FAILED') {
    const access = findRefused(production.error);
    const isRefused = access === 'refused';
    const { facts } = nothing(isRefused ? 'the server refuses the token' : 'the server did not answer as it should');
    const error = await explain(production.error, input);
    return { ...facts, server: { type: 'failed', error }, access: { type: 'found', value: access } };
  }
  const server = await look(() => measure(database));
  const access = await look(() => findAccess(database));
  return {
    access,
    server,
    production,
    probe: await look(() => send(database, probeSteps)),
    setting:
      access.type === 'found' && access.value === 'reads'
        ? skip('the token may only read')
        : await look(() => send(database, settingSteps)),
    pending: countPending(production, migrations),
  };
}

function findRefused({ code }: MigrateError): Access {
  return code === 'AUTH_FAILED' ? 'refused' : 'unknown';
}

/** Turso's own engine answers an older protocol: that is no wrong address. */
async function explain(error: MigrateError, { look, seconds, credentials }: DatabaseInput): Promise<MigrateError> {
  const { target, token } = credentials.type === 'found' ? credentials.value : { target: null, token: null };
  if (target?.type !== 'server' || !['TARGET_NOT_FOUND', 'NOT_LIBSQL'].includes(error.code)) return error;
  const version = await look(() => askOlderProtocol({ target, token, timeout: seconds * 1000 }));
  if (version.type !== 'found' || version.value === null) return error;
  return new MigrateError(
    'ENGINE_UNVERIFIED',
    `${target.name} answers an older protocol only, without what apply needs, and has SQLite ${version.value}. So does Turso's own engine, which is not libSQL.`,
    useLibsql,
  );
}

/** On a connection that is open already. */
async function measure(database: Database): Promise<FoundServer> {
  const start = performance.now();
  const [version] = await database.read([{ sql: 'SELECT libsql_version()' }]);
  const milliseconds = database.target.type === 'file' ? null : performance.now() - start;
  return { milliseconds, libsqlVersion: version?.type === 'rows' ? String(version.rows[0]?.[0]) : null };
}

/** The server authorises a statement that it is told not to run. */
async function findAccess(database: Database): Promise<Access> {
  if (database.target.type === 'file') return 'writes';
  try {
    const [error] = await database.parse([createTracker(database.tracker).sql]);
    return error === null ? 'writes' : 'unknown';
  } catch (error) {
    if (error instanceof MigrateError && error.code === 'TOKEN_READ_ONLY') return 'reads';
    throw error;
  }
}

async function send(database: Database, steps: readonly Step[]): Promise<readonly Reply[]> {
  const outcome = await database.execute(steps);
  if (outcome.type === 'ran') return outcome.replies;
  throw new MigrateError(
    'ENGINE_UNVERIFIED',
    `It does not take a conditional batch, which apply is made of: ${outcome.message}. Nothing was written.`,
    useLibsql,
  );
}

function countPending(production: Looked<Production>, migrations: Looked<readonly Migration[]>): Looked<number> {
  if (production.type !== 'found') return skip('the database could not be read');
  if (migrations.type !== 'found') return skip('the migrations could not be read');
  const { entries } = compareHistory(migrations.value, production.value.trackerRows);
  return { type: 'found', value: entries.filter(isToApply).length };
}
