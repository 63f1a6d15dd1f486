/** `drift`: where production, the migrations and schema.prisma disagree; with `--fix`, a migration that ends it. */

import { readWho } from '../../adapters/files/who.ts';
import { openMigrationsFolder } from '../../adapters/files/write-migration.ts';
import { printable } from '../../adapters/terminal/printable.ts';
import { askQuestion } from '../../adapters/terminal/prompt.ts';
import { type Drift, findDrift } from '../../operations/drift.ts';
import { type FixAnswer, type FixQuestion, type FixResult, fixDrift } from '../../operations/fix.ts';
import { readVersion } from '../../version.ts';
import { createOutside } from '../../wiring.ts';
import { askYes, canAsk, tell } from '../ask.ts';
import { listFlag, listTargetFlags, renderCommand } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { describePair, renderDrift } from '../render/drift.ts';
import { renderFixed, renderFixQuestion } from '../render/fix.ts';
import { count } from '../render/layout.ts';
import { type SchemaSession, withSchema } from '../session.ts';
import { usage } from '../usage.ts';

export interface DriftFlags {
  readonly fix?: boolean;
  readonly name?: string;
}

/** @throws MigrateError USAGE, and those of the project, the schema, the connection and `findDrift` */
export async function runDrift(run: Run, flags: DriftFlags): Promise<Report> {
  if (flags.name !== undefined && flags.fix !== true) {
    throw usage('--name names the migration that --fix writes.', 'migrate-prod drift --fix --name <name>');
  }
  run.keepFlags((command) => (command === 'drift' ? listFlag('--name', flags.name) : []));
  return withSchema(run, flags.fix === true ? 'writing' : 'reading', (session) =>
    flags.fix === true ? fix(run, flags.name, session) : find(run, session),
  );
}

async function find(run: Run, session: SchemaSession): Promise<Report> {
  const { database, migrations, engine, externalTables } = session;
  const { drift } = await findDrift({
    database,
    migrations,
    engine,
    externalTables,
    // Nobody is named, because nothing is written.
    outside: createOutside('', ''),
    signal: run.context.signal,
  });
  const next = findNext(run, drift);
  return {
    exitCode: !drift.inSync && run.options.exitCode === true ? 3 : 0,
    text: (screen) => renderDrift({ target: database.target.name, drift, migrations: migrations.length, next }, screen),
    json: () => ({ ...describeDrift(drift), next, requests: database.requests() }),
    error: null,
  };
}

/** The command to run now; null where there is none, or only a person can tell. */
function findNext(run: Run, { next }: Drift): string | null {
  const flags = listTargetFlags(run.options);
  const { program } = run.context;
  switch (next) {
    case 'apply':
      return renderCommand('plan', flags, program);
    case 'backfill':
      return renderCommand('backfill', flags, program);
    case 'fix':
      return renderCommand('drift', [{ name: '--fix', value: null }, ...flags], program);
    case 'develop':
      return 'npx prisma migrate dev';
    default:
      return null;
  }
}

async function fix(run: Run, name: string | undefined, session: SchemaSession): Promise<Report> {
  const { database, migrations, engine, externalTables, migrationsFolder } = session;
  const target = database.target.name;
  const result = await fixDrift({
    database,
    migrations,
    engine,
    externalTables,
    name,
    outside: createOutside(readWho(run.context.env), readVersion()),
    folder: openMigrationsFolder(migrationsFolder, run.context.cwd),
    signal: run.context.signal,
    confirm: async (question) => {
      const answer = await confirm(run, question, target);
      if (answer.type === 'yes') run.beginWriting();
      return answer;
    },
  });
  return {
    exitCode: result.error?.exitCode ?? 0,
    text: (screen) => renderFixed(result, target, screen),
    json: () => describeFix(result, database.requests()),
    error: result.error,
  };
}

async function confirm(run: Run, question: FixQuestion, target: string): Promise<FixAnswer> {
  refuseInterrupted(run);
  const given = question.type === 'write' ? question.name : '';
  if (run.options.yes === true && given !== null) return { type: 'yes', name: null };
  if (!canAsk(run)) return { type: given === null ? 'no-name' : 'cannot-ask' };
  tell(run, renderFixQuestion(question, target, run.conversation));
  const typed = given === null ? await askName(run) : null;
  if (given === null && typed === null) return { type: 'no' };
  if (run.options.yes === true) return { type: 'yes', name: typed };
  const what =
    question.type === 'write'
      ? `Write this migration, and record it as applied in ${printable(target)}, without running it?`
      : `Record ${count(question.names.length, 'migration')} as applied in ${printable(target)}, without running anything?`;
  return (await askYes(run, what)) ? { type: 'yes', name: typed } : { type: 'no' };
}

/** @returns null when nothing was typed. */
async function askName(run: Run): Promise<string | null> {
  const { stdin, stderr, signal } = run.context;
  const text = `  ${run.conversation.paint.bold('Name of the migration:')} `;
  const answer = await askQuestion({ input: stdin.open(), output: stderr, text, signal });
  if (answer === null) stderr.write('\n');
  refuseInterrupted(run);
  return answer === null || answer.trim() === '' ? null : answer.trim();
}

function describeDrift({ inSync, pairs, pending, edited }: Drift): Readonly<Record<string, unknown>> {
  return { inSync, pairs: pairs.map(describePair), pending, edited };
}

function describeFix({ outcome, names, path, sql, drift }: FixResult, requests: number) {
  return { ...describeDrift(drift), fix: { outcome, names, path, sql }, requests };
}
