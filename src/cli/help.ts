/** The end of the help: commands to copy, and the meaning of the exit codes. */

import { wrapToWidth } from '../adapters/terminal/width.ts';

/** A command line without the program, and what it is for. */
type Example = readonly [line: string, says: string];

/** How help is laid out. */
export interface HelpStyle {
  readonly columns: number;
  readonly heading: (text: string) => string;
  /** As this user starts it, in the examples; its bare name where that is not known. */
  readonly program?: string;
}

/** Of the program itself. */
export const programExamples: readonly Example[] = [
  ['status', 'the state of production'],
  ['plan', 'what apply would do; rehearsed, nothing written'],
  ['apply', 'do it, after a y'],
  ['apply --plan <id> --yes', 'in CI: exactly the plan that was reviewed'],
  ['status --exit-code', 'in CI: exit code 3 when something is pending'],
];

export function exitCodes(style: HelpStyle): string {
  const lines = codes.flatMap(([code, says]) => {
    const [first = '', ...rest] = wrapToWidth(says, Math.max(narrowest, style.columns - 5));
    return [`  ${code}  ${first}`, ...rest.map(indentBy(5))];
  });
  return `\n${style.heading('Exit codes:')}\n${lines.join('\n')}`;
}

/** For who reads this instead of somebody: what the program is to them, and what is not theirs to give. */
export function agentsLine(style: HelpStyle): string {
  const text =
    'Agents: read node_modules/migrate-prod/skills/migrate-prod/SKILL.md. Show the plan to the user, and never add --allow by yourself.';
  return `\n\n${wrapToWidth(text, Math.max(narrowest, style.columns)).join('\n')}`;
}
const codes: readonly (readonly [code: number, says: string])[] = [
  [0, 'done, or nothing to do'],
  [1, 'failed, refused or declined; plan: apply would refuse'],
  [2, 'wrong usage or configuration; nothing was written'],
  [3, 'something is pending, or there is drift (only with --exit-code)'],
  [4, 'the outcome is not known'],
  [130, 'interrupted; what was applied is known'],
];

/** Narrower than this, what a command is for stands below it. */
const narrowest = 20;

/** Commands to copy, and what each is for. They stay in one piece. */
export function renderExamples(examples: readonly Example[], style: HelpStyle): string {
  const rows = examples.map(([line, says]) => [`${style.program ?? 'migrate-prod'} ${line}`, says] as const);
  const width = Math.max(...rows.map(([command]) => command.length));
  const room = style.columns - width - 4;
  const lines = rows.flatMap(([command, says]) => {
    if (room < narrowest)
      return [command, ...wrapToWidth(says, Math.max(narrowest, style.columns - 6)).map(indentBy(4))];
    const [first = '', ...rest] = wrapToWidth(says, room);
    return [`${command.padEnd(width)}  ${first}`, ...rest.map(indentBy(width + 2))];
  });
  const text = lines.map((line) => `\n  ${line}`).join('');
  return rows.length === 0 ? '' : `\n${style.heading('Examples:')}${text}\n`;
}

function indentBy(columns: number): (line: string) => string {
  return (line) => ' '.repeat(columns) + line;
}
