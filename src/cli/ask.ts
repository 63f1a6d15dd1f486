/** Asking on the terminal: only where there is one on both sides, never beside JSON; only `y`, or the name, is a yes. */

import { askQuestion } from '../adapters/terminal/prompt.ts';
import type { Run } from './context.ts';
import { refuseInterrupted } from './interruption.ts';
import { hang } from './report/text/layout.ts';

export function canAsk({ context, format }: Run): boolean {
  return format === 'text' && context.stdin.isTTY && context.stderr.isTTY;
}

/**
 * What an agent sets for the commands that it starts. The first is what agents are asked to set (vercel/detect-agent), the others
 * are their own; none is set in the terminal of an editor that has one.
 */
const agentVariables = 'AI_AGENT CLAUDECODE CURSOR_AGENT GEMINI_CLI CODEX_SANDBOX CODEX_THREAD_ID OPENCODE'.split(' ');

/** Whether a person would be the one to answer: a consent is asked of nobody else, also where an agent has a terminal. */
export function canAskConsent(run: Run): boolean {
  return canAsk(run) && !agentVariables.some((name) => run.context.env[name]);
}

/** Writes to the conversation, before a question. */
export function tell({ context, progress }: Run, text: string): void {
  progress.done();
  context.stderr.write(text);
}

/** @throws MigrateError INTERRUPTED */
export function askYes(run: Run, question: string): Promise<boolean> {
  return ask(run, question, ' [y/N] ', 'y');
}

/**
 * For what cannot be taken back: a `y` comes too easily.
 * @param name has to be typed as it is.
 * @throws MigrateError INTERRUPTED
 */
export function askName(run: Run, question: string, name: string): Promise<boolean> {
  return ask(run, question, ' ', name);
}

async function ask(run: Run, question: string, prompt: string, yes: string): Promise<boolean> {
  const { stdin, stderr, signal } = run.context;
  run.progress.done();
  const screen = run.conversation;
  const room = 2 + prompt.length + yes.length;
  const lines = hang(question, 0, room, screen).map((line) => `  ${screen.paint.bold(line)}`);
  const text = `${lines.join('\n')}${prompt}`;
  const answer = await askQuestion({ input: stdin.open(), output: stderr, text, signal });
  // Without an answer the cursor still stands behind the question.
  if (answer === null) stderr.write('\n');
  refuseInterrupted(run);
  return answer?.trim() === yes;
}
