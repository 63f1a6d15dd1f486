/** The record of `doctor`. */

import { command } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const doctorRecord: CommandRecord = {
  name: 'doctor',
  summary: 'whether everything is set up that apply needs',
  description:
    'Looks at everything that apply needs: project, credentials, token, server, engines. Reads only; shows no secret. Exit code 1 if something stops apply.',
  flags: [],
  without: ['--yes', '--exit-code'],
  examples: [
    ['doctor', 'one page; each line that is not in order has its fix'],
    ['doctor --timeout 5', 'wait no longer than 5 seconds for each part'],
    ['doctor --json', 'for a program'],
  ],
  otherWords: {
    says: 'looking at what is set up is called doctor here',
    next: command('doctor'),
    commands: ['diagnose', 'ping', 'env', 'whoami', 'debug'],
  },
  run: async (run) => (await import('./doctor.ts')).runDoctor(run),
};
