/** The record of `backfill`. */

import { command, placeholder, program, say } from '../../text/prose.ts';
import { allowFlag, toFlag } from '../flags.ts';
import type { CommandRecord } from '../record.ts';

export const backfillRecord: CommandRecord = {
  name: 'backfill',
  argument: { name: 'name', need: 'optional', says: 'one migration; without it, all that are not recorded' },
  summary: 'record as applied what production already has, without running it',
  description:
    'Records as applied what production already has, without running it. First it proves that production has it.',
  flags: [
    { ...toFlag, says: 'only this one and those before it' },
    {
      name: '--undo',
      value: '<name>',
      twice: 'refused',
      says: 'undo the record of a backfilled or unfinished migration',
    },
    {
      ...allowFlag,
      value: '<code>',
      says: 'unproven, rows-unseen, replace-tracker: the code that the refusal names (repeatable, or a list)',
    },
  ],
  examples: [
    ['backfill', 'all that production already has, after a y'],
    ['backfill 20260105090000_init', 'one of them'],
    ['backfill --to 20260105090000_init', 'that one and those before it'],
    ['backfill --undo 20260105090000_init', 'undo its record'],
  ],
  otherWords: {
    says: 'recording a migration as applied without running it is called backfill here',
    next: say`${command('backfill', [placeholder('<name>')])}, or ${command('backfill')} for all of them`,
    commands: ['resolve', 'migrate resolve', 'baseline', 'mark', 'record', 'repair'],
    flags: ['--applied', '--fake', '--baseline'],
  },
  wrong: {
    tooMany: {
      message: 'backfill was given too many words. It takes one name, or none for all.',
      next: program('backfill --help'),
    },
  },
  run: async (run, line) =>
    (await import('./backfill.ts')).runBackfill(run, {
      name: line.operand,
      undo: line.text('--undo'),
      to: line.text('--to'),
      allow: line.texts('--allow'),
    }),
};
