/** The record of `status`. */

import { command } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const statusRecord: CommandRecord = {
  name: 'status',
  summary: 'the state of every migration',
  description: 'Shows the state of every migration.',
  flags: [],
  examples: [
    ['status', 'with the credentials of .env.turso-prod'],
    ['status --target staging', 'with those of .env.turso-staging'],
    ['status --json', 'for a program'],
  ],
  otherWords: {
    says: 'the state of every migration is called status here',
    next: command('status'),
    commands: ['list', 'ls', 'info', 'migrate status', 'show', 'pending'],
  },
  run: async (run) => (await import('./status.ts')).runStatus(run),
};
