/** Runs one Node process to its end and says how long it took, how much memory it had at most, and what it printed. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const peakHook = fileURLToPath(new URL('peak.cjs', import.meta.url));

const minute = 60_000;

/**
 * The caller's environment, as a user's would be, without what could choose a database or change how Node runs:
 * NODE_EXTRA_CA_CERTS has Node read a file at every start.
 */
function environment(extra) {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(TURSO_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|NODE_COMPILE_CACHE$|NODE_DISABLE_COMPILE_CACHE$|npm_)/i.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...extra };
}

/** How long a process takes, in milliseconds, its output thrown away. @throws Error when it fails. */
export async function time(args, options = {}) {
  const { milliseconds } = await run(args, options, ['ignore', 'ignore', 'ignore']);
  return milliseconds;
}

/** A process's peak resident memory in bytes. @throws Error when it fails. */
export async function measurePeak(args, options = {}) {
  const { output } = await run(['--require', peakHook, ...args], options, ['ignore', 'ignore', 'ignore', 'pipe']);
  return Number(output[3].split(' ')[0]);
}

/** `{milliseconds, peak, cpu}` of a process: its time, its peak in bytes and its CPU time. @throws Error when it fails. */
export async function measure(args, options = {}) {
  const { milliseconds, output } = await run(['--require', peakHook, ...args], options, [
    'ignore',
    'ignore',
    'pipe',
    'pipe',
  ]);
  const [peak, cpu] = output[3].split(' ').map(Number);
  return { milliseconds, peak, cpu };
}

/** What a process prints on stdout. @throws Error, with what it said on stderr, when it fails. */
export async function read(args, options = {}) {
  const { output } = await run(args, options, ['ignore', 'pipe', 'pipe']);
  return output[1];
}

/** As `read`, with the peak in bytes and the CPU time in milliseconds, which a busy machine changes little: `{text, peak, cpu}`. */
export async function readWithPeak(args, options = {}) {
  const { output } = await run(['--require', peakHook, ...args], options, ['ignore', 'pipe', 'pipe', 'pipe']);
  const [peak, cpu] = output[3].split(' ').map(Number);
  return { text: output[1], peak, cpu };
}

function run(args, { cwd, env, node = process.execPath, allowed = [0], deadline = minute }, stdio) {
  return new Promise((resolve, reject) => {
    const output = ['', '', '', ''];
    const begin = performance.now();
    let milliseconds = 0;
    const child = spawn(node, args, { cwd, env: environment(env), stdio });
    for (const [index, stream] of child.stdio.entries()) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output[index] += text;
      });
    }
    const killNow = () => child.kill('SIGKILL');
    const timer = setTimeout(killNow, deadline);
    process.once('exit', killNow);
    child.on('error', reject);
    child.on('exit', () => {
      milliseconds = performance.now() - begin;
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('exit', killNow);
      if (allowed.includes(code)) return resolve({ milliseconds, output });
      const said = `${output[2]}${output[1]}`.trim().slice(0, 400);
      reject(new Error(`node ${args.join(' ')} ended with ${code ?? 'a signal'}${said ? `: ${said}` : ''}`));
    });
  });
}
