/** `drift --fix`: shows the migration that ends the drift, asks for its name and a `y`, and writes and records it. */

import { readWho } from '../../adapters/files/who.ts';
import { openMigrationsFolder } from '../../adapters/files/write-migration.ts';
import { printable } from '../../adapters/terminal/printable.ts';
import { askQuestion } from '../../adapters/terminal/prompt.ts';
import { type FixAnswer, type FixQuestion, type FixResult, fixDrift } from '../../drift/fix.ts';
import type { FixConsent } from '../../findings/codes.ts';
import type { Migration } from '../../history/migration.ts';
import { describeTarget } from '../../target/target.ts';
import { count } from '../../text/count.ts';
import { readVersion } from '../../version.ts';
import { createOutside } from '../../wiring.ts';
import { askYes, canAsk, canAskConsent, tell } from '../ask.ts';
import { namePrisma } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { describeDrift } from '../report/text/drift.ts';
import { renderFixed, renderFixQuestion } from '../report/text/fix.ts';
import { hang } from '../report/text/layout.ts';
import type { TakenConsent } from '../run-consents.ts';
import type { SchemaSession } from '../session.ts';
import { watchOutside } from '../watched.ts';

export interface FixWords {
  readonly name: string | undefined;
  readonly consents: readonly FixConsent[];
  /** Whether credentials that git tracks may be used. */
  readonly tracked: TakenConsent;
}

/** @throws MigrateError USAGE, FIX_IMPOSSIBLE, FILE_NOT_WRITTEN, and those of `readDrift` */
export async function fix(run: Run, { name, consents, tracked }: FixWords, session: SchemaSession): Promise<Report> {
  const { database, migrations, engine, externalTables, migrationsFolder } = session;
  const target = describeTarget(database.target);
  const result = await fixDrift({
    database,
    migrations,
    engine,
    externalTables,
    name,
    consents,
    timeoutSeconds: run.timeoutSeconds,
    outside: watchOutside(run, createOutside(readWho(run.context.env), readVersion(), run.context.signal)),
    folder: openMigrationsFolder(migrationsFolder, run.context.cwd),
    signal: run.context.signal,
    confirm: async (question) => {
      await session.tokenFiles.refuseTracked(tracked);
      const answer = await confirm(run, question, target);
      if (answer.type === 'yes') run.beginWriting();
      return answer;
    },
  });
  const prisma = namePrisma(run.context.program);
  return {
    exitCode: result.error?.exitCode ?? 0,
    text: (screen) => renderFixed(result, target, prisma, screen),
    json: () => describeFix(result, { migrations, prisma, requests: database.requests() }),
    error: result.error,
  };
}

async function confirm(run: Run, question: FixQuestion, target: string): Promise<FixAnswer> {
  refuseInterrupted(run);
  const [given, open] = question.type === 'write' ? [question.name, question.open] : ['', []];
  if (run.options.yes === true && given !== null && open.length === 0) return { type: 'yes', name: null };
  if (!(open.length > 0 ? canAskConsent(run) : canAsk(run))) return { type: 'cannot-ask' };
  tell(run, renderFixQuestion(question, target, run.conversation));
  for (const code of open) {
    const text = 'Production lacks what the migrations make; the new migration removes it wherever it runs.';
    const lines = hang(text, 0, 2, run.conversation).map((line) => `  ${line}\n`);
    tell(run, `${lines.join('')}\n`);
    if (!(await askYes(run, `Go on anyway (${code})?`))) return { type: 'no', question: 'consent' };
  }
  const typed = given === null ? await askName(run) : null;
  if (given === null && typed === null) return { type: 'no', question: 'name' };
  if (run.options.yes === true) return { type: 'yes', name: typed };
  const what =
    question.type === 'write'
      ? `Write this migration, and record it as applied in ${printable(target)}, without running it?`
      : `Record ${count(question.names.length, 'migration')} as applied in ${printable(target)}, without running anything?`;
  return (await askYes(run, what)) ? { type: 'yes', name: typed } : { type: 'no', question: 'last' };
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

function describeFix(
  { outcome, names, path, sql, drift }: FixResult,
  { migrations, prisma, requests }: { migrations: readonly Migration[]; prisma: string; requests: number },
) {
  return { ...describeDrift(drift, migrations, prisma), fix: { outcome, names, path, sql }, requests };
}
