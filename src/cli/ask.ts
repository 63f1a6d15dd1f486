/** Asking on the terminal: only where there is one on both sides, never beside JSON, and only `y` is a yes. */

import { askQuestion } from '../adapters/terminal/prompt.ts';
import type { Run } from './context.ts';
import { refuseInterrupted } from './interruption.ts';

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
  const text = `  ${run.conversation.paint.bold(question)} [y/N] `;
  const answer = await askQuestion({ input: stdin.open(), output: stderr, text, signal });
  // Without an answer the cursor still stands behind the question.
  if (answer === null) stderr.write('\n');
  refuseInterrupted(run);
  return answer?.trim() === 'y';
}
