/** The command's process: passes its values to the command line, and ends when all output is written. */

import { isatty } from 'node:tty';
import { runCommandLine } from './cli/main.ts';
import { findProgramName } from './cli/program-name.ts';

/** npx passes on a Ctrl-C that the terminal has already sent: a second one within this time is the same. Milliseconds. */
const sameInterrupt = 500;

const interrupt = new AbortController();
let interruptedAt: number | null = null;
/** True if a request was sent that may have changed production. */
let sent = false;
/** As the user starts it. */
let program = 'migrate-prod';

function onInterrupt(): void {
  const now = Date.now();
  if (interruptedAt === null) {
    interruptedAt = now;
    interrupt.abort();
  } else if (now - interruptedAt > sameInterrupt) {
    endAtOnce();
  }
}

/** For a second interrupt: the user does not want to wait until the outcome of the sent request is known. */
function endAtOnce(): never {
  // With an exit code everything is known; only the reader of the output is slow.
  if (process.exitCode !== undefined) process.exit();
  process.stderr.write(
    sent
      ? `\n✖ Ended at once: the outcome is unknown.  (OUTCOME_UNKNOWN)\n  Next: ${program} status\n`
      : '\n✖ Ended at once; nothing was written.  (INTERRUPTED)\n',
  );
  process.exit(sent ? 4 : 130);
}

// The embedded engine's loader asks for a report, twice, to recognise the C library: that takes 4 ms, more if names of
// sockets are looked up.
const { report } = process;
let reported: object | null = null;
const makeReport = report.getReport.bind(report);
Object.assign(report, { excludeNetwork: true, getReport: () => (reported ??= makeReport()) });

process.on('SIGINT', onInterrupt);
process.on('SIGTERM', onInterrupt);

// A reader that has gone (`| head`) is no error of this program, and must not stop an apply in the middle.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

function describeStream(stream: NodeJS.WriteStream) {
  return {
    // As bytes: Node needs three times a string's length to write it.
    write: (text: string) => stream.write(Buffer.from(text)),
    isTTY: stream.isTTY === true,
    columns: stream.columns,
  };
}

/** Resolves when all output so far is written, or cannot be written. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}

/** An error that nothing catches, such as one in an event of a prisma.config file: reported like any other bug. */
const crash = new Promise<never>((_, reject) => {
  process.on('uncaughtException', reject);
});
crash.catch(() => {});

function findFolder(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write('✖ The current directory does not exist any more.\n  Next: cd into your project\n');
    return process.exit(2);
  }
}

/** Never returns: it ends the process. */
async function run(): Promise<never> {
  const cwd = findFolder();
  program = findProgramName({ script: process.argv[1], env: process.env, cwd });

  process.exitCode = await runCommandLine({
    program,
    start: { node: process.execPath, script: process.argv[1] ?? '' },
    nodeVersion: process.version,
    argv: process.argv.slice(2),
    env: process.env,
    cwd,
    // Opening stdin costs time, and only a question needs it.
    stdin: {
      get isTTY() {
        return isatty(0);
      },
      open: () => process.stdin,
    },
    stdout: describeStream(process.stdout),
    stderr: describeStream(process.stderr),
    signal: interrupt.signal,
    onWriting: () => {
      sent = true;
    },
    crash,
  });
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  // A prisma.config file may have left something open; this program has not.
  return process.exit();
}

void run();
