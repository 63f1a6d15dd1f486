/** Asking a question on a terminal. */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { OutputStream } from './streams.ts';

export interface PromptQuestion {
  readonly input: Readable;
  readonly output: OutputStream;
  /** Written as it is; the answer is typed after it. */
  readonly text: string;
  /** Takes the question back. */
  readonly signal: AbortSignal;
}

/**
 * Reads one line. The terminal keeps its own line editing and Ctrl-C.
 * @returns the line without its end; null at the end of the input, or when the signal takes the question back.
 */
export async function askQuestion({ input, output, text, signal }: PromptQuestion): Promise<string | null> {
  await discardTyped(input);
  if (signal.aborted || hasEnded(input)) return null;
  output.write(text);
  const reader = createInterface({ input, terminal: false });
  try {
    return await new Promise((resolve) => {
      // Before the reader hears of it: what stands there without an Enter is no answer.
      input.prependOnceListener('end', () => resolve(null));
      reader.once('line', resolve);
      reader.once('close', () => resolve(null));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  } finally {
    reader.close();
  }
}

function hasEnded(input: Readable): boolean {
  return input.readableEnded || input.destroyed;
}

/** Milliseconds in which all that waits in the terminal arrives. */
const quiet = 30;

/** Text that was typed before the question was shown is no answer to it. */
async function discardTyped(input: Readable): Promise<void> {
  const discard = () => {};
  input.on('data', discard);
  await new Promise((resolve) => setTimeout(resolve, quiet));
  input.pause();
  input.off('data', discard);
}
