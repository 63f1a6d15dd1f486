/** The record of `drift`. */

import { command } from '../../text/prose.ts';
import { allowFlag } from '../flags.ts';
import type { CommandRecord } from '../record.ts';

export const driftRecord: CommandRecord = {
  name: 'drift',
  summary: 'where production, the migrations and schema.prisma disagree',
  description: 'Shows where production, the migrations and schema.prisma disagree. Writes nothing without --fix.',
  flags: [
    { name: '--fix', says: 'write a migration for what production has and no migration makes, and record it' },
    {
      name: '--name',
      value: '<name>',
      twice: 'refused',
      says: 'the name of the migration that --fix writes',
      needs: '--fix',
    },
    {
      ...allowFlag,
      value: '<code>',
      says: 'drops: the migration removes what production lacks',
      needs: '--fix',
    },
  ],
  examples: [
    ['drift', 'production, migrations and schema.prisma, compared with each other'],
    ['drift --exit-code', 'in CI: exit code 3 when they disagree'],
    ['drift --fix --name customer_fax', 'write the missing migration and record it, after a y'],
  ],
  otherWords: {
    says: 'comparing production with the migrations and the schema is called drift here',
    next: command('drift'),
    commands: ['diff', 'migrate diff', 'compare'],
  },
  run: async (run, line) => {
    const { withStartedEngine } = await import('../started-engine.ts');
    const flags = { fix: line.has('--fix'), name: line.text('--name'), allow: line.texts('--allow') };
    return withStartedEngine(async (engine) => (await import('./drift.ts')).runDrift(run, engine, flags));
  },
};
