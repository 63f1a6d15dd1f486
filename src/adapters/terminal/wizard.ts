/** Asking for a text, or for a secret that is not shown, on a terminal. */

import { type Readable, Writable } from 'node:stream';
import { isCancel, password, text } from '@clack/prompts';
import type { OutputStream } from './streams.ts';

export interface WizardTerminal {
  readonly input: Readable;
  readonly output: OutputStream;
  readonly colour: boolean;
  /** Takes the question back. */
  readonly signal: AbortSignal;
}

export interface WizardQuestion {
  readonly message: string;
  /** Shown where nothing is typed yet. */
  readonly hint?: string;
  /** @returns what is wrong with it; undefined where it is accepted */
  readonly check: (typed: string) => string | undefined;
}

/** @returns what was typed, without spaces around it; null where the question was cancelled */
export async function askText(
  terminal: WizardTerminal,
  { message, hint, check }: WizardQuestion,
): Promise<string | null> {
  const answer = await text({
    ...describe(terminal),
    message,
    ...(hint === undefined ? {} : { placeholder: hint }),
    defaultValue: '',
    validate: (typed) => check((typed ?? '').trim()),
  });
  return isCancel(answer) ? null : answer.trim();
}

/** Nothing of what is typed appears, not even how long it is. */
export async function askSecret(terminal: WizardTerminal, { message, check }: WizardQuestion): Promise<string | null> {
  const answer = await password({
    ...describe(terminal),
    message,
    mask: '',
    validate: (typed) => check((typed ?? '').trim()),
  });
  return isCancel(answer) ? null : (answer ?? '').trim();
}

function describe({ input, output, colour, signal }: WizardTerminal) {
  const write = (piece: string) => output.write(colour ? piece : piece.replaceAll(colours, ''));
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      write(chunk.toString('utf8'));
      done();
    },
  });
  return { input, output: Object.assign(stream, { columns: output.columns ?? 80, isTTY: true }), signal };
}

/** Sequences that set a colour or a weight; those that move the cursor stay. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
