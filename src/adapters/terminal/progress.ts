/** One line that says what is being waited for, kept up to date and taken away afterwards. */

import type { OutputStream, Screen } from './streams.ts';
import { cutToWidth } from './width.ts';

export interface Progress {
  /** Begins to wait, or says anew for what. Nothing is shown in the first second. */
  wait(text: string): void;
  /** Begins to wait, unless something is being waited for already. @returns whether it began. */
  begin(text: string): boolean;
  /** Takes the line away. */
  done(): void;
}

const interval = 1_000;
const silent: Progress = { wait: () => {}, begin: () => true, done: () => {} };

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
  let seconds = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  const tick = (): void => {
    seconds += 1;
    clear();
    stream.write(screen.paint.dim(cutToWidth(`  ${text} … ${seconds} s`, width)));
    shown = true;
  };
  const wait = (message: string): void => {
    text = message;
    if (timer !== null) return;
    seconds = 0;
    timer = setInterval(tick, interval);
  };
  return {
    wait,
    begin: (message) => {
      if (timer !== null) return false;
      wait(message);
      return true;
    },
    done: () => {
      if (timer !== null) clearInterval(timer);
      timer = null;
      clear();
    },
  };
}
