/** The answer of a run: the report or the error, for people or as JSON, and what GitHub keeps of it. */

import { printableLines } from '../adapters/terminal/printable.ts';
import { type ExitCode, MigrateError } from '../errors.ts';
import { command, say, type Written, writeSpans } from '../text/prose.ts';
import { endless } from '../text/sentence.ts';
import { findCommand } from './commands.ts';
import type { Report, Run } from './context.ts';
import { isCarried } from './record.ts';
import type { Annotation } from './report/github/annotations.ts';
import type { Kept } from './report/github/run-page.ts';
import { hang } from './report/text/layout.ts';
import type { State } from './state.ts';

/** Tells people something besides the answer. */
export function notify(
  { notices, format, context, conversation, options, endProgress }: State,
  text: string,
  kind: Parameters<Run['notice']>[1] = undefined,
): void {
  notices.push(text);
  // A warning is worth a line whatever else is not wanted.
  if (format === 'json' || (options.quiet === true && kind !== 'warning')) return;
  endProgress();
  const { dim, yellow } = conversation.paint;
  const lines =
    kind === 'warning'
      ? hang(text, 0, 2, conversation).map((line, index) => `${index === 0 ? yellow('▲') : ' '} ${line}`)
      : hang(text, 0, 0, conversation).map(dim);
  context.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

/** Writes what a command has to say. @returns the exit code */
export async function writeReport(state: State, report: Report): Promise<ExitCode> {
  state.endProgress();
  const { context, answer, conversation } = state;
  const { error } = report;
  const next = error && (await writeNext(state, error));
  await tellGithub(state, report, next);
  if (state.format === 'json') {
    const { buildJson } = await import('./report/json/json.ts');
    const object = buildJson({ ...describeState(state), exitCode: report.exitCode, body: report.json(), error, next });
    context.stdout.write(`${object}\n`);
    return report.exitCode;
  }
  context.stdout.write(report.text(answer, next));
  if (error !== null && next !== null && report.errorText !== null) {
    const { renderError } = await import('./report/text/error.ts');
    context.stderr.write(renderError(error, next, conversation, report.errorText?.(conversation) ?? null));
  }
  await annotate(state, report.annotations ?? []);
  return report.exitCode;
}

/** Before the answer, which may have to say that GitHub could not be told. */
async function tellGithub(state: State, kept: Kept, next: Written | null): Promise<void> {
  const { command, context, outlet } = state;
  if (context.env.GITHUB_ACTIONS !== 'true' || command === null) return;
  const { writeForGithub } = await import('./report/github/run-page.ts');
  const problem = await writeForGithub(kept, { env: context.env, command, next, clean: outlet.clean });
  if (problem !== null) notify(state, problem);
}

async function annotate(state: State, annotations: readonly Annotation[]): Promise<void> {
  const { context } = state;
  if (context.env.GITHUB_ACTIONS !== 'true' || annotations.length === 0) return;
  const { renderAnnotations } = await import('./report/github/annotations.ts');
  const { cwd, env } = context;
  const workspace = env.GITHUB_WORKSPACE || undefined;
  state.outlet.writeCommands(renderAnnotations(annotations, { cwd, workspace }));
}

/** Writes what was thrown, a bug with its stack. @returns the exit code */
export async function writeFailure(state: State, thrown: unknown): Promise<ExitCode> {
  state.endProgress();
  const { context, conversation } = state;
  const known = thrown instanceof MigrateError;
  const error = known ? thrown : describeBug(state, thrown);
  const next = await writeNext(state, error);
  const stack = known ? null : findStack(thrown);
  await tellGithub(state, { error }, next);
  if (state.format === 'json') {
    const { buildJson } = await import('./report/json/json.ts');
    const object = buildJson({ ...describeState(state), exitCode: error.exitCode, body: {}, error, next, stack });
    context.stdout.write(`${object}\n`);
    return error.exitCode;
  }
  const { renderError } = await import('./report/text/error.ts');
  context.stderr.write(renderError(error, next, conversation, null));
  if (stack !== null) context.stderr.write(`\n${conversation.paint.dim(printableLines(stack).join('\n'))}\n`);
  const { code, message, place } = error;
  if (place !== null) await annotate(state, [{ level: 'error', code, message, ...place }]);
  return error.exitCode;
}

function describeState({ command, target, targetName, notices }: State) {
  return { command, target: target?.name ?? null, targetName, notices };
}

/** The next step, with commands that work as they stand. */
async function writeNext(state: State, { code, without, steps }: MigrateError): Promise<Written> {
  const { createWriter } = await import('./command-line.ts');
  const { program, argv } = state.context;
  const record = findCommand(state.command ?? '');
  const kept = state.keepFlags(code).filter(({ name }) => !without.includes(name));
  const writer = createWriter({
    program,
    options: state.options,
    keep: (command) => kept.filter(({ name }) => record !== null && isCarried(record, name, command)),
    typed: { command: state.command, argv },
  });
  return writeSpans(steps, writer);
}

function describeBug(state: State, thrown: unknown): MigrateError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const production = state.writing
    ? 'A request had been sent to production; each migration is completely applied and recorded, or not at all.'
    : 'Nothing was written to production.';
  return new MigrateError(
    'INTERNAL',
    `This is a bug in migrate-prod: ${endless(message)}. ${production}`,
    state.writing
      ? say`See the state of production: ${command('status')}. Then report the bug with the lines below.`
      : 'Report it with the lines below.',
    { cause: thrown },
  );
}

function findStack(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.stack : null) ?? String(thrown);
}
