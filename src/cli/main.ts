/** One run of the command line: arguments in; one answer and an exit code out. */

import { chooseColour, createPaint } from '../adapters/terminal/paint.ts';
import { printable, printableLines } from '../adapters/terminal/printable.ts';
import type { Progress } from '../adapters/terminal/progress.ts';
import { findColumns, type OutputStream, type Screen } from '../adapters/terminal/streams.ts';
import { type ExitCode, MigrateError } from '../errors.ts';
import type { Secret } from '../target/secret.ts';
import type { Target } from '../target/target.ts';
import { command, say, type Written, writeSpans } from '../text/prose.ts';
import { endless } from '../text/sentence.ts';
import { findCommand } from './commands.ts';
import type { CommandContext, GlobalOptions, KeepFlags, Report, Run } from './context.ts';
import { interrupted } from './interruption.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import { parseCommandLine } from './program.ts';
import { isCarried } from './record.ts';
import type { Annotation } from './report/github/annotations.ts';
import type { Kept } from './report/github/run-page.ts';
import { hang } from './report/text/layout.ts';
import type { Verbose } from './verbose.ts';

/** The state of a run, known however it ends. */
interface State {
  readonly context: CommandContext;
  readonly format: 'text' | 'json';
  answer: Screen;
  conversation: Screen;
  command: string | null;
  options: GlobalOptions;
  target: Target | null;
  /** The name by which it was chosen; null where no target is. */
  targetName: string | null;
  readonly notices: string[];
  readonly outlet: Outlet;
  keepFlags: KeepFlags;
  /** True once something was sent that may change production. */
  writing: boolean;
  /** True while the operation itself ends an interruption, though nothing was sent. */
  holding: boolean;
  /** Takes away the line that says what is being waited for. */
  endProgress: () => void;
}

/** Runs one command line. Everything is written when it resolves; it never rejects. */
export async function runCommandLine(given: CommandContext): Promise<ExitCode> {
  if (given.argv[0] === 'complete' && given.argv[1] === '--') {
    // A shell asks, at each TAB: in words of its own, and without all that a command needs.
    return (await import('./complete/answer-shell.ts')).answerShell(given, given.argv.slice(2));
  }
  const state = createState(given);
  try {
    const request = await parseCommandLine(given.argv, {
      columns: state.answer.columns ?? 100,
      heading: state.answer.paint.bold,
      program: given.program,
    });
    if (request.type === 'help') return writeReport(state, describeHelp(request.text));
    if (request.type === 'version') return writeReport(state, await describeVersion());
    state.options = request.options;
    if (request.type === 'wrong') throw request.error;
    state.command = request.command;
    const run = await createRun(state, request.command, request.options);
    return await writeReport(state, await orInterrupted(state, run, request.start(run)));
  } catch (error) {
    return writeFailure(state, error);
  } finally {
    state.endProgress();
  }
}

/**
 * `--json`, `--format json` and `--no-color` are looked for by hand, because a command line that cannot be parsed has to be answered in
 * its form too.
 */
function createState(given: CommandContext): State {
  const end = given.argv.indexOf('--');
  const flags = end === -1 ? given.argv : given.argv.slice(0, end);
  const format = asksJson(flags) ? 'json' : 'text';
  const outlet = createOutlet(given, format);
  // All output goes through it from here on.
  const context = { ...given, stdout: outlet.stdout, stderr: outlet.stderr };
  const noColour = flags.includes('--no-color') ? 'no-color' : null;
  const createScreen = (stream: OutputStream): Screen => ({
    columns: findColumns(stream),
    paint: createPaint(chooseColour(stream, context.env, noColour)),
  });
  return {
    context,
    format,
    answer: createScreen(context.stdout),
    conversation: createScreen(context.stderr),
    command: findCommand(flags.find((word) => !word.startsWith('-')) ?? '')?.name ?? null,
    options: {},
    target: null,
    targetName: null,
    notices: [],
    outlet,
    keepFlags: () => [],
    writing: false,
    holding: false,
    endProgress: () => {},
  };
}

function asksJson(flags: readonly string[]): boolean {
  return flags.some(
    (flag, index) =>
      /^--(?:json(?:=|$)|format=json$)/.test(flag) || (flag === 'json' && flags[index - 1] === '--format'),
  );
}

async function createRun(state: State, command: string, options: GlobalOptions): Promise<Run> {
  const [{ createProgress, silent }, { defaultTimeoutSeconds }, { createWriter }] = await Promise.all([
    import('../adapters/terminal/progress.ts'),
    import('../wiring.ts'),
    import('./command-line.ts'),
  ]);
  const { context, format } = state;
  const { program, argv } = context;
  const writer = createWriter({ program, options, keep: () => [], typed: { command, argv } });
  state.answer = { ...state.answer, writer };
  state.conversation = { ...state.conversation, writer };
  const { conversation } = state;
  const isQuiet = options.quiet === true;
  const progress = isQuiet || format === 'json' ? silent : createProgress(context.stderr, conversation, context.env);
  state.endProgress = () => progress.done();
  return {
    context,
    command,
    options,
    timeoutSeconds: options.timeout === undefined ? defaultTimeoutSeconds : await parseTimeout(options.timeout),
    format,
    conversation,
    progress,
    verbose: options.verbose === true ? await openVerbose(state, progress) : null,
    notice: (text, kind) => notify(state, text, kind),
    hide: (secret: Secret) => {
      state.outlet.secrets.add(secret.reveal());
    },
    setTarget: (target) => {
      state.target = target;
    },
    nameTarget: (name) => {
      state.targetName = name;
    },
    keepFlags: (keep) => {
      state.keepFlags = keep;
    },
    holdInterruption: () => {
      state.holding = true;
    },
    beginWriting: () => {
      if (!state.writing) context.onWriting();
      state.writing = true;
    },
  };
}

function notify(
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

async function openVerbose(state: State, progress: Progress): Promise<Verbose> {
  const { createVerbose } = await import('./verbose.ts');
  const { context, conversation } = state;
  return createVerbose((line) => {
    progress.done();
    context.stderr.write(`${conversation.paint.dim(printable(line))}\n`);
  });
}

async function parseTimeout(typed: string): Promise<number> {
  const options = await import('./options.ts');
  return options.parseTimeout(typed);
}

/** Until something is sent that may write, an interruption ends the run at once; after that the operation settles it. */
function orInterrupted(state: State, { command }: Run, running: Promise<Report>): Promise<Report> {
  const { signal } = state.context;
  return new Promise((resolve, reject) => {
    const interrupt = (): void => {
      if (!state.writing && !state.holding) reject(interrupted(command));
    };
    signal.addEventListener('abort', interrupt, { once: true });
    if (signal.aborted) interrupt();
    state.context.crash.catch(reject);
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt));
  });
}

function describeHelp(text: string): Report {
  return { exitCode: 0, text: () => text, json: () => ({ help: text }), error: null };
}

async function describeVersion(): Promise<Report> {
  const { readVersion } = await import('../version.ts');
  const release = readVersion();
  return { exitCode: 0, text: () => `${release}\n`, json: () => ({ release }), error: null };
}

async function writeReport(state: State, report: Report): Promise<ExitCode> {
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

async function writeFailure(state: State, thrown: unknown): Promise<ExitCode> {
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
