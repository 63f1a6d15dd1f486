/** One line that says what takes so long, kept up to date and taken away afterwards. */

import type { OutputStream, Screen } from './streams.ts';
import { cutToWidth } from './width.ts';

export interface Progress {
  /** Begins to wait, or says anew for what. Nothing is shown in the first half second. */
  wait(text: string): void;
  /** Begins to wait, unless something is being waited for already. @returns whether it began. */
  begin(text: string): boolean;
  /**
   * Says what this process itself works at, if nothing is being waited for. No timer runs while it works: it says so as often as it can,
   * and the line is shown when it is due.
   * @param length `long`: what begins now is known to take long, and is said at once.
   */
  work(text: string, length?: 'long'): void;
  /** Takes the line away. */
  done(): void;
}

const first = 500;
const interval = 1_000;
/** Nothing is shown anywhere. */
export const silent: Progress = { wait: () => {}, begin: () => true, work: () => {}, done: () => {} };

/** @returns a line on a terminal that can rewrite one; nothing at all elsewhere. */
export function createProgress(
  stream: OutputStream,
  screen: Screen,
  env: Readonly<Record<string, string | undefined>>,
): Progress {
  if (!stream.isTTY || env.TERM === 'dumb') return silent;
  const width = (screen.columns ?? 80) - 1;
  let timer: NodeJS.Timeout | null = null;
  let text = '';
  let isWaiting = false;
  let since = 0;
  let due = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  const draw = (): void => {
    const now = performance.now();
    due = now + interval;
    clear();
    const seconds = Math.floor((now - since) / 1_000);
    stream.write(screen.paint.dim(cutToWidth(`  ${text} …${seconds > 0 ? ` ${seconds} s` : ''}`, width)));
    shown = true;
  };
  const arm = (milliseconds: number): void => {
    timer = setTimeout(() => {
      draw();
      arm(interval);
    }, milliseconds);
  };
  const begin = (message: string): void => {
    text = message;
    if (timer !== null) return;
    since = performance.now();
    due = since + first;
    arm(first);
  };
  const done = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    isWaiting = false;
    clear();
  };
  return {
    wait: (message) => {
      isWaiting = true;
      begin(message);
    },
    begin: (message) => {
      if (isWaiting) return false;
      isWaiting = true;
      begin(message);
      return true;
    },
    work: (message, length) => {
      if (!isWaiting) begin(message);
      if (length === 'long' || performance.now() >= due) draw();
    },
    done,
  };
}
