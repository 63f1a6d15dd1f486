/** What help ends with: commands to copy, and what the exit codes mean. */

import { wrapToWidth } from '../adapters/terminal/width.ts';

/** How help is laid out. */
export interface HelpStyle {
  readonly columns: number;
  readonly heading: (text: string) => string;
}

/** The program itself, among the commands. */
const program = 'migrate-prod';

/** @param command a command's name, or the program's. */
export function renderHelpEnd(command: string, style: HelpStyle): string {
  const end = command === program ? `\n${style.heading('Exit codes:')}\n${exitCodes}` : '';
  return renderExamples(examples[command] ?? [], style) + end;
}

/** Commands to copy, and what each is for, by command. */
const examples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'migrate-prod': [
    ['migrate-prod status', 'where production stands'],
    ['migrate-prod plan', 'what apply would do; rehearsed, nothing written'],
    ['migrate-prod apply', 'do it, after a y'],
    ['migrate-prod apply --plan <id> --yes', 'in CI: exactly the plan that was looked at'],
    ['migrate-prod status --exit-code', 'in CI: exit code 3 when something is pending'],
  ],
  status: [
    ['migrate-prod status', 'with the credentials of .env.turso-prod'],
    ['migrate-prod status --json', 'for a program'],
  ],
  plan: [
    ['migrate-prod plan', 'everything that is pending'],
    ['migrate-prod plan --to 20260301083000_address', 'up to this one'],
    ['migrate-prod plan --format markdown > plan.md', 'in CI: for a comment on the pull request'],
  ],
  check: [
    ['migrate-prod check', 'do they split, replay from nothing, and make schema.prisma?'],
    ['migrate-prod check --base main', 'and do they follow what main has?'],
  ],
  drift: [
    ['migrate-prod drift', 'production, migrations and schema.prisma, each compared with each'],
    ['migrate-prod drift --exit-code', 'in CI: exit code 3 when they disagree'],
    ['migrate-prod drift --fix --name customer_fax', 'write the missing migration and record it, after a y'],
  ],
  apply: [
    ['migrate-prod apply', 'shows the plan and asks'],
    ['migrate-prod apply --plan <id> --yes', 'this very plan, without a terminal'],
    [
      'migrate-prod apply --allow drops-trigger',
      'with consent to a hazard that plan names; migrate-prod.allow beside the migration gives it in review',
    ],
    ['migrate-prod apply --backup shop.sql', 'after a copy that is known to reload'],
  ],
  backfill: [
    ['migrate-prod backfill', 'all that production has already, after a y'],
    ['migrate-prod backfill 20260105090000_init', 'one of them'],
    ['migrate-prod backfill --to 20260105090000_init', 'that one and those before it'],
    ['migrate-prod backfill --undo 20260105090000_init', 'take its record back'],
  ],
  tables: [
    ['migrate-prod tables', 'what there is'],
    ['migrate-prod tables --count', 'and how many rows'],
  ],
  inspect: [['migrate-prod inspect Customer', 'columns, indexes, foreign keys both ways, triggers']],
};

const exitCodes = `  0  done, or nothing to do
  1  failed, refused or declined; plan: apply would refuse
  2  wrong usage or configuration; nothing was written
  3  something is pending, or there is drift (only with --exit-code)
  4  the outcome is not known
  130  interrupted; what was applied is known`;

/** Narrower than this, what a command is for stands below it. */
const narrowest = 20;

/** Commands stay in one piece: they are copied. */
function renderExamples(rows: readonly (readonly [string, string])[], style: HelpStyle): string {
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
