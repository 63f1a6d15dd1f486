/** The command on a real pseudo-terminal, which Python's standard library can make and Node's cannot. */

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

export interface TerminalStep {
  /** Waited for in what was written since the step before. */
  readonly wait: string;
  /** Typed then; `\u0003` is Ctrl-C, `\u0004` Ctrl-D. */
  readonly type: string;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** 80 unless given. */
  readonly columns?: number;
  readonly steps?: readonly TerminalStep[];
  /** Another program than the built command: its path, and the words before the arguments. */
  readonly program?: readonly string[];
  /** 20 unless given. */
  readonly seconds?: number;
}

export interface TerminalResult {
  /** The exit code; 128 and more for a signal. */
  readonly code: number;
  /** All that appeared, stdout and stderr and what was typed, with LF line ends. */
  readonly screen: string;
}

const bin = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));

const script = `
import fcntl, json, os, pty, select, struct, sys, termios, time
spec = json.loads(sys.stdin.read())
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 50, spec['columns'], 0, 0))
    os.chdir(spec['cwd'])
    os.execve(spec['argv'][0], spec['argv'], spec['env'])
seen, begin, deadline = b'', 0, time.time() + spec['seconds']
steps = spec['steps']
while time.time() < deadline:
    if steps and steps[0]['wait'].encode() in seen[begin:]:
        begin = len(seen)
        os.write(fd, steps.pop(0)['type'].encode())
    if select.select([fd], [], [], 0.05)[0]:
        try:
            part = os.read(fd, 65536)
        except OSError:
            part = b''
        if part == b'':
            break
        seen += part
else:
    os.kill(pid, 9)
status = os.waitpid(pid, 0)[1]
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
print(json.dumps({'code': code, 'screen': seen.decode('utf8', 'replace').replace('\\r\\n', '\\n')}))
`;

function terminalSupported(): boolean {
  return process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;
}

export const hasTerminal = terminalSupported();

/** `describe`, skipped and saying so where there is no Python to make a terminal. */
export function describeWithTerminal(name: string, body: () => void): void {
  if (hasTerminal) describe(name, body);
  else describe.skip(`${name} (skipped: no python3 with pty to make a terminal)`, body);
}

/** Runs the built command to its end on a terminal. */
export function runOnTerminal(args: readonly string[], options: TerminalOptions): Promise<TerminalResult> {
  const spec = {
    argv: [...(options.program ?? [process.execPath, bin]), ...args],
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm-256color', ...options.env },
    columns: options.columns ?? 80,
    steps: options.steps ?? [],
    seconds: options.seconds ?? 20,
  };
  const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.end(JSON.stringify(spec));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(output)));
  });
}
