/** `init`: sets a project up, and ends with the state of its database. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin, showArgument } from '../../adapters/files/paths.ts';
import { gatherFacts } from '../../adapters/init/facts.ts';
import { runInstall } from '../../adapters/init/install.ts';
import { readOrigin } from '../../adapters/init/origin.ts';
import { writeFiles } from '../../adapters/init/write.ts';
import { findProjectRoot } from '../../adapters/prisma/project.ts';
import { MigrateError } from '../../errors.ts';
import { writeEnvFile } from '../../init/files.ts';
import { findManager, type PackageManager, packageManagers, startWith } from '../../init/package-manager.ts';
import {
  type InitFacts,
  type InitParts,
  type InitPlan,
  type InitStep,
  planInit,
  type Writing,
} from '../../init/plan.ts';
import { joinSpans, type Sayable, say, shell, typedCommand } from '../../text/prose.ts';
import { suggest } from '../../text/suggest.ts';
import { findPackageFolder, readVersion } from '../../version.ts';
import { askYes, canAsk, tell } from '../ask.ts';
import { writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { findUserAgent } from '../program-name.ts';
import { renderInit, renderInitPlan } from '../report/text/init.ts';
import { projectOptions } from '../session.ts';
import { askCredentials } from './init-credentials.ts';
import { type FirstState, readFirstState } from './init-state.ts';

export interface InitFlags {
  readonly dryRun: boolean;
  readonly packageManager: string | undefined;
  readonly parts: InitParts;
}

/** What came of it. */
interface Outcome {
  /** As shown to people. */
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly installed: boolean;
}

/**
 * @throws MigrateError USAGE, PROJECT_NOT_FOUND, PROJECT_AMBIGUOUS, PACKAGE_INVALID, PACKAGE_MANAGER_AMBIGUOUS,
 * CONFIRMATION_MISSING, DECLINED, FILE_NOT_WRITTEN, INSTALL_FAILED, INTERRUPTED
 */
export async function runInit(run: Run, flags: InitFlags): Promise<Report> {
  const facts = await readFacts(run, flags);
  const plan = planInit(facts, flags.parts);
  refuseBlocked(plan);
  for (const notice of plan.notices) run.notice(notice);
  if (flags.dryRun) return reportDryRun(plan, facts);
  const writings = await choose(run, plan, facts);
  // From here on an interruption has to say what is written.
  if (writings.length > 0 || plan.install !== null) run.holdInterruption();
  writeFiles(writings);
  const written = writings.map(({ shown }) => shown);
  if (plan.install !== null) await install(run, plan.install, facts, written);
  const outcome: Outcome = {
    written,
    kept: plan.steps
      .filter(({ type, shown }) => type === 'differs' && !written.includes(shown))
      .map(({ shown }) => shown),
    installed: plan.install !== null,
  };
  const isThere = outcome.installed || facts.isInstalled;
  const program = isThere ? describeStart(run, facts) : run.context.program;
  const started = { ...run, context: { ...run.context, program } };
  const hasFile = facts.env.found.type !== 'absent' || flags.parts.env;
  const fill = hasFile ? `Fill in ${facts.env.shown}` : 'Set TURSO_DATABASE_URL and TURSO_AUTH_TOKEN';
  return reportOutcome(started, plan, facts, outcome, await readFirstState(run, fill));
}

/** How the program that is installed now is started; from where its package is, if the user is elsewhere. */
function describeStart({ context }: Run, { package: own, manager }: InitFacts): string {
  const folder = dirname(own.file);
  const start = startWith(manager.manager, 'migrate-prod');
  return isWithin(context.cwd, folder) ? start : `cd ${showArgument(folder, context.cwd)} && ${start}`;
}

async function readFacts(run: Run, flags: InitFlags): Promise<InitFacts> {
  const { context } = run;
  const asked = flags.packageManager === undefined ? null : parseManager(flags.packageManager);
  const { root, notice } = findProject(run);
  if (notice !== null) run.notice(notice);
  const folder = findPackageFolder();
  return gatherFacts({
    root,
    cwd: context.cwd,
    env: context.env,
    origin: readOrigin({ folder, version: readVersion(), script: context.start.script }),
    skill: readFileSync(join(folder, 'skills', 'migrate-prod', 'SKILL.md'), 'utf8'),
    asked,
    started: findUserAgent(context.env),
  });
}

function parseManager(typed: string): PackageManager {
  const manager = findManager(typed.toLowerCase());
  if (manager !== null) return manager;
  const near = suggest(typed, packageManagers);
  throw new MigrateError(
    'USAGE',
    `--package-manager takes ${packageManagers.join(', ')}; it was given ${typed}.`,
    near === null ? 'For example --package-manager pnpm' : `Did you mean --package-manager ${near}?`,
  );
}

function findProject(run: Run) {
  try {
    return findProjectRoot(projectOptions(run));
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== 'PROJECT_NOT_FOUND') throw error;
    throw error.with({
      message: `${error.message} Nothing was written.`,
      next: say`Run this in your project, or make one first: ${shell('npx prisma init --datasource-provider sqlite')}`,
    });
  }
}

function refuseBlocked({ steps }: InitPlan): void {
  const blocked = steps.find((step) => step.type === 'blocked');
  if (blocked?.type !== 'blocked') return;
  const { part, shown, what } = blocked;
  const option = part === 'workflow' ? 'leave --ci out' : `pass --no-${part}`;
  throw new MigrateError(
    'FILE_NOT_WRITTEN',
    `${shown} cannot be written: it is ${what}. Nothing was written.`,
    say`Move it away, or ${option}; then ${typedCommand()}`,
  );
}

/** Shows what would be written, and asks; a file that differs is asked about on its own, or kept. */
async function choose(run: Run, plan: InitPlan, facts: InitFacts): Promise<readonly Writing[]> {
  const writes = plan.steps.filter((step) => step.type === 'write');
  const differing = plan.steps.filter((step) => step.type === 'differs');
  const asks = canAsk(run) && run.options.yes !== true;
  if (run.format === 'text') tell(run, renderInitPlan({ plan, facts }, run.conversation));
  const isNothing = writes.length === 0 && plan.install === null;
  if (isNothing && (differing.length === 0 || !asks)) return [];
  if (!asks && run.options.yes !== true) {
    throw new MigrateError(
      'CONFIRMATION_MISSING',
      'Nothing was written: there is no terminal to ask on.',
      typedCommand([['--yes']]),
    );
  }
  if (!asks) return writes;
  tell(run, '\n');
  if (!isNothing && !(await askYes(run, describeQuestion(writes, plan)))) {
    throw new MigrateError('DECLINED', 'Nothing was written.', typedCommand());
  }
  const replaced: Writing[] = [];
  for (const step of differing) {
    if (await askYes(run, `Replace ${step.shown}, which is another one?`)) replaced.push(step);
  }
  return [...(await fillIn(run, writes)), ...replaced];
}

function describeQuestion(writes: readonly InitStep[], { install }: InitPlan): string {
  const files =
    writes.length === 0 ? '' : writes.length === 1 ? 'Write this file' : `Write these ${writes.length} files`;
  const line = install === null ? '' : `${install.command} install`;
  if (files === '') return `Run ${line}?`;
  return line === '' ? `${files}?` : `${files} and run ${line}?`;
}

/** The credentials that a person types; without them the file names no database yet. */
async function fillIn(run: Run, writes: readonly Writing[]): Promise<readonly Writing[]> {
  const { envFile, url } = run.options;
  if (envFile !== undefined || url !== undefined || !writes.some(({ part }) => part === 'env')) return writes;
  const values = await askCredentials(run);
  return writes.map((writing) => (writing.part === 'env' ? { ...writing, after: writeEnvFile(values) } : writing));
}

async function install(
  run: Run,
  { command, args }: NonNullable<InitPlan['install']>,
  facts: InitFacts,
  written: readonly string[],
): Promise<void> {
  const { env, signal, start } = run.context;
  const folder = dirname(facts.package.file);
  run.progress.wait(`Installing with ${command}`);
  const failed = await runInstall({ command, args, folder, env, node: start.node, signal });
  run.progress.done();
  const state = written.length === 0 ? 'No file was written.' : `Written before it: ${written.join(', ')}.`;
  if (signal.aborted) {
    throw new MigrateError('INTERRUPTED', `Interrupted while ${command} installed. ${state}`, typedCommand());
  }
  if (failed === null) return;
  throw new MigrateError(
    'INSTALL_FAILED',
    `${command} install failed. ${state}\n${failed}`,
    say`Fix what ${command} says, then ${typedCommand()}: what is there already is kept.`,
  );
}

function reportDryRun(plan: InitPlan, facts: InitFacts): Report {
  return {
    exitCode: 0,
    text: (screen) => renderInitPlan({ plan, facts }, screen),
    json: () => ({
      ...describePlan(plan, facts),
      dryRun: true,
      written: [],
      installed: false,
      status: null,
      next: null,
    }),
    error: null,
  };
}

function reportOutcome(run: Run, plan: InitPlan, facts: InitFacts, outcome: Outcome, first: FirstState): Report {
  const next = first.next === null ? null : writeStep(run, first.next satisfies Sayable);
  return {
    exitCode: first.error?.exitCode ?? 0,
    text: (screen) => renderInit({ ...outcome, manager: facts.manager.manager, first, next }, screen),
    json: () => ({
      ...describePlan(plan, facts),
      dryRun: false,
      written: outcome.written,
      installed: outcome.installed,
      status:
        first.status === null
          ? null
          : { toApply: first.status.toApply, migrations: first.status.history.entries.length, tables: first.tables },
      next: next && joinSpans(next),
    }),
    error: first.error,
  };
}

function describePlan({ steps, install }: InitPlan, { manager, spec, package: own }: InitFacts) {
  return {
    packageManager: manager.manager,
    dependency: own.facts.dependency ?? spec.spec,
    files: steps.map(({ type, part, shown }) => ({ part, path: shown, state: type === 'write' ? 'new' : type })),
    install: install && [install.command, ...install.args].join(' '),
  };
}
