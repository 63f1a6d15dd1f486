/** One run of the command line: arguments in; one answer and an exit code out. */

import { chooseColour, createPaint } from '../adapters/terminal/paint.ts';
import { printable } from '../adapters/terminal/printable.ts';
import type { Progress } from '../adapters/terminal/progress.ts';
import { findColumns, type OutputStream, type Screen } from '../adapters/terminal/streams.ts';
import type { ExitCode } from '../errors.ts';
import type { Secret } from '../target/secret.ts';
import { notify, writeFailure, writeReport } from './answer.ts';
import { findCommand } from './commands.ts';
import type { CommandContext, GlobalOptions, Report, Run } from './context.ts';
import { interrupted } from './interruption.ts';
import { createOutlet } from './outlet.ts';
import { parseCommandLine } from './program.ts';
import type { State } from './state.ts';
import type { Verbose } from './verbose.ts';

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
