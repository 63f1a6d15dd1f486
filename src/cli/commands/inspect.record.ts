/** The record of `inspect`. */

import { command, say } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const inspectRecord: CommandRecord = {
  name: 'inspect',
  argument: { name: 'table', need: 'required', says: 'a table or view' },
  summary: 'one table in full',
  description: 'Shows one table in full.',
  flags: [],
  examples: [['inspect Customer', 'columns, indexes, foreign keys both ways, triggers']],
  wrong: {
    missing: { message: 'inspect needs the name of a table.', next: say`${command('tables')} lists them.` },
    tooMany: {
      message: 'inspect takes one table.',
      next: say`A name with spaces goes in quotes: ${command('inspect', ['two words'])}`,
    },
  },
  run: async (run, line) => (await import('./inspect.ts')).runInspect(run, line.operand ?? ''),
};
