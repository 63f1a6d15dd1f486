/** Asking on the terminal: only where there is one on both sides, never beside JSON, and only `y` is a yes. */

import { askQuestion } from '../adapters/terminal/prompt.ts';
import type { Run } from './context.ts';
import { refuseInterrupted } from './interruption.ts';
import { hang } from './render/layout.ts';

export function canAsk({ context, format }: Run): boolean {
  return format === 'text' && context.stdin.isTTY && context.stderr.isTTY;
}

/** Writes to the conversation, before a question. */
export function tell({ context }: Run, text: string): void {
  context.stderr.write(text);
}

/** @throws MigrateError INTERRUPTED */
export async function askYes(run: Run, question: string): Promise<boolean> {
  const { stdin, stderr, signal } = run.context;
  const screen = run.conversation;
  const lines = hang(question, 0, 2 + ' [y/N] y'.length, screen).map((line) => `  ${screen.paint.bold(line)}`);
  const text = `${lines.join('\n')} [y/N] `;
  const answer = await askQuestion({ input: stdin.open(), output: stderr, text, signal });
  // Without an answer the cursor still stands behind the question.
  if (answer === null) stderr.write('\n');
  refuseInterrupted(run);
  return answer?.trim() === 'y';
}
