/** The record of `check`. */

import { command } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const checkRecord: CommandRecord = {
  name: 'check',
  summary: 'whether the migrations can be merged; needs no database',
  description: 'Checks the migrations folder, for pull requests and git hooks. Needs no database and no credentials.',
  flags: [
    {
      name: '--base',
      value: '<ref>',
      twice: 'refused',
      says: 'also compare the names and files with this branch, tag or commit',
      otherNames: ['--since', '--against', '--branch'],
    },
  ],
  without: ['--target', '--url', '--env-file', '--no-env-file', '--timeout', '--yes', '--exit-code'],
  examples: [
    ['check', 'can they be read and replayed, and do they make schema.prisma?'],
    ['check --base main', 'and do they follow what main has?'],
  ],
  otherWords: {
    says: 'looking at the migrations without a database is called check here',
    next: command('check'),
    commands: ['lint', 'validate', 'verify', 'migrate lint', 'migrate validate'],
  },
  run: async (run, line) => {
    const { withStartedEngine } = await import('../started-engine.ts');
    const base = line.text('--base');
    return withStartedEngine(async (engine) => (await import('./check.ts')).runCheck(run, engine, { base }));
  },
};
