/** The record of `apply`. */

import { command, say } from '../../text/prose.ts';
import { allowFlag, rowsFlag, showValuesFlag, toFlag } from '../flags.ts';
import type { CommandRecord } from '../record.ts';

export const applyRecord: CommandRecord = {
  name: 'apply',
  summary: 'apply pending migrations, each one completely or not at all',
  description: 'Applies pending migrations, each one completely or not at all.',
  flags: [
    { ...toFlag, says: 'stop after this migration', alsoFor: ['plan'] },
    { name: '--plan', value: '<id>', twice: 'refused', says: 'apply exactly this plan, or nothing' },
    {
      ...allowFlag,
      value: '<code[:migration]>',
      says: 'consent to a hazard that plan names, or to a guard that its failure names (repeatable, or a list with commas)',
    },
    { name: '--accept-data-loss', says: 'the same as --allow data-loss' },
    {
      name: '--backup',
      value: '<file>',
      twice: 'refused',
      says: 'first save a copy of production to a new file, or apply nothing',
    },
    {
      ...rowsFlag,
      says: "first run the plan on a copy of at most so many of production's rows (default: 20000), all, or none",
      alsoFor: ['plan'],
    },
    { ...showValuesFlag, says: 'also show values of rows, before the question, only at a terminal' },
  ],
  examples: [
    ['apply', 'shows the plan and asks'],
    ['apply --plan <id> --yes', 'exactly this plan, without a terminal'],
    [
      'apply --allow <code>',
      "with the owner's consent to a hazard that plan names; a reviewed migrate-prod.allow beside the migration does the same",
    ],
    ['apply --backup shop.sql', 'after saving a copy that was checked to load again'],
  ],
  otherWords: {
    says: 'applying pending migrations is called apply here',
    next: say`${command('plan')} shows what it would do; ${command('apply')} does it.`,
    commands: ['deploy', 'migrate', 'migrate deploy', 'up', 'run', 'upgrade', 'latest', 'execute'],
  },
  run: async (run, line) =>
    (await import('./apply.ts')).runApply(run, {
      to: line.text('--to'),
      plan: line.text('--plan'),
      allow: line.texts('--allow'),
      acceptDataLoss: line.has('--accept-data-loss'),
      backup: line.text('--backup'),
      rows: line.text('--rows'),
      showValues: line.has('--show-values'),
    }),
};
