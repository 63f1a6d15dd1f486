/** The record of `tables`. */

import { command } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const tablesRecord: CommandRecord = {
  name: 'tables',
  summary: 'the tables of production: columns, indexes, foreign keys',
  description: 'Shows the tables of production: columns, indexes, foreign keys.',
  flags: [{ name: '--count', says: 'count the rows too (reading is billed)' }],
  examples: [
    ['tables', 'what there is'],
    ['tables --count', 'and how many rows'],
  ],
  otherWords: {
    says: 'looking at tables is called tables and inspect here',
    next: command('tables'),
    commands: ['describe', 'desc', 'db pull', 'pull', 'schema'],
  },
  run: async (run, line) => (await import('./tables.ts')).runTables(run, { count: line.has('--count') }),
};
