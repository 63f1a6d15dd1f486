/** Commands that the program tells somebody to run, from every command, with every name that means something to a shell. */

import { describe } from 'vitest';
import { hostile, testAnyCommand, usePasteboard, worst } from './pasted.ts';

describe.skipIf(process.platform === 'win32')('a command that is pasted', () => {
  testAnyCommand(
    usePasteboard(),
    hostile.filter((name) => !name.includes('/') && !worst.includes(name)),
  );
});
