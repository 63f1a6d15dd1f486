/** The record of `plan`. */

import { command } from '../../text/prose.ts';
import { rowsFlag, showValuesFlag, toFlag } from '../flags.ts';
import type { CommandRecord } from '../record.ts';

export const planRecord: CommandRecord = {
  name: 'plan',
  summary: "what apply would do: rehearsed on a copy of the schema, checked against production's data",
  description:
    "Shows what apply would do: rehearsed on a copy of the schema, then checked against production's data, read-only.",
  flags: [
    { ...toFlag, says: 'stop after this migration', alsoFor: ['apply'] },
    {
      name: '--format',
      value: '<format>',
      twice: 'refused',
      says: 'text, markdown (for a comment on a pull request) or json',
      otherNames: ['--output', '-o', '--reporter'],
    },
    {
      ...rowsFlag,
      says: "run the plan on a copy of at most so many of production's rows (default: 20000), of all, or none",
      alsoFor: ['apply'],
    },
    { ...showValuesFlag, says: 'also show values of rows, only at a terminal' },
  ],
  examples: [
    ['plan', 'everything that is pending'],
    ['plan --to 20260301083000_address', 'up to this one'],
    ['plan --format markdown > plan.md', 'in CI: for a comment on the pull request'],
  ],
  otherWords: {
    says: 'seeing what would be done is called plan here',
    next: command('plan'),
    commands: ['dry-run', 'dryrun', 'preview'],
    flags: ['--dry-run', '--dryrun', '--dry', '--preview', '-n', '--create-only', '--check'],
  },
  run: async (run, line) =>
    (await import('./plan.ts')).runPlan(run, {
      to: line.text('--to'),
      format: line.text('--format'),
      rows: line.text('--rows'),
      showValues: line.has('--show-values'),
    }),
};
