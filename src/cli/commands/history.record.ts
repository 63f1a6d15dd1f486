/** The record of `history`. */

import { command } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const historyRecord: CommandRecord = {
  name: 'history',
  argument: { name: 'migration', need: 'optional', says: 'one migration in full; without it, all that are recorded' },
  summary: 'what was applied when, by whom, and with which consents',
  description: 'Shows what was applied when, by whom, and with which consents. Needs no migrations folder.',
  flags: [],
  examples: [
    ['history', 'every migration that is recorded'],
    ['history 20260301083000_address', 'one of them: every attempt, with its message, consents and restore point'],
  ],
  otherWords: {
    says: 'what was applied when is called history here',
    next: command('history'),
    commands: ['log', 'audit', 'changelog'],
  },
  wrong: {
    tooMany: { message: 'history takes one migration, or none for all.', next: command('history') },
  },
  run: async (run, line) => (await import('./history.ts')).runHistory(run, line.operand),
};
