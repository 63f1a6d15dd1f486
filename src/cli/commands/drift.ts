/** `drift`: where production, the migrations and schema.prisma disagree; with `--fix`, a migration that ends it. */

import type { StartedEngine } from '../../adapters/prisma/engine/schema-engine.ts';
import { type Drift, readDrift } from '../../drift/drift.ts';
import { type ErrorCode, MigrateError } from '../../errors.ts';
import { fixConsentCodes } from '../../findings/codes.ts';
import { command, joinSpans, type Part, placeholder, shell } from '../../text/prose.ts';
import { createReadingOutside } from '../../wiring.ts';
import { listFlag, namePrisma, writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { parseAllowed } from '../options.ts';
import { refusePreview } from '../preview-deployment.ts';
import { describeDrift, renderDrift } from '../report/text/drift.ts';
import { type SchemaSession, withSchema } from '../session.ts';
import { takeTrackedConsent } from '../token-files.ts';
import { watchOutside } from '../watched.ts';
import { fix } from './fix.ts';

export interface DriftFlags {
  readonly fix: boolean;
  readonly name: string | undefined;
  readonly allow: readonly string[] | undefined;
}

/** @throws MigrateError USAGE, and those of the project, the schema, the connection and `readDrift` */
export async function runDrift(run: Run, engine: StartedEngine, flags: DriftFlags): Promise<Report> {
  if (flags.name !== undefined && !flags.fix) {
    throw new MigrateError(
      'USAGE',
      '--name names the migration that --fix writes.',
      command('drift', [], [['--fix'], ['--name', placeholder('<name>')]]),
    );
  }
  if (flags.allow !== undefined && !flags.fix) {
    throw new MigrateError('USAGE', '--allow is only for what --fix would write.', command('drift', [], [['--fix']]));
  }
  const preview = flags.fix ? refusePreview(run, flags.allow) : { allow: flags.allow, flags: [] };
  const tracked = takeTrackedConsent(preview.allow);
  const consents = parseAllowed(tracked.allow ?? [], fixConsentCodes, 'drift --fix');
  const again: readonly ErrorCode[] = ['CONFIRMATION_MISSING', 'CONSENT_MISSING', 'DECLINED', 'USAGE'];
  const kept = [
    ...listFlag('--name', flags.name),
    ...consents.map((value) => ({ name: '--allow', value })),
    ...preview.flags,
    ...tracked.flags,
    ...(run.options.yes === true ? [{ name: '--yes', value: null }] : []),
  ];
  run.keepFlags((code) => {
    if (code === 'INTERRUPTED' && flags.fix) return [{ name: '--fix', value: null }, ...kept];
    return again.includes(code) ? kept : [];
  });
  if (!flags.fix) return withSchema(run, engine, 'must-exist', (session) => find(run, session));
  return withSchema(run, engine, 'must-exist', (session) => fix(run, { name: flags.name, consents, tracked }, session));
}

async function find(run: Run, session: SchemaSession): Promise<Report> {
  const { database, migrations, engine, externalTables } = session;
  const { drift } = await readDrift({
    database,
    migrations,
    engine,
    externalTables,
    outside: watchOutside(run, createReadingOutside(run.context.signal)),
    signal: run.context.signal,
  });
  const step = findNext(drift);
  const next = step && writeStep(run, step);
  const prisma = namePrisma(run.context.program);
  return {
    exitCode: !drift.inSync && run.options.exitCode === true ? 3 : 0,
    text: (screen) =>
      renderDrift({ target: database.target, drift, migrations: migrations.length, next, prisma }, screen),
    json: () => ({
      ...describeDrift(drift, migrations, prisma),
      next: next && joinSpans(next),
      requests: database.requests(),
    }),
    error: null,
  };
}

/** The command to run now; null where there is none, or only a person can tell. */
function findNext({ next }: Drift): Part | null {
  switch (next) {
    case 'apply':
      return command('plan');
    case 'begin':
    case 'backfill':
      return command('backfill');
    case 'fix':
      return command('drift', [], [['--fix']]);
    case 'develop':
      return shell('npx prisma migrate dev');
    default:
      return null;
  }
}
