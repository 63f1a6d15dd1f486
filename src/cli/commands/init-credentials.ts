/** Asking for the credentials of production, for the file that `init` writes. */

import { parseTarget } from '../../adapters/files/target.ts';
import { askSecret, askText, type WizardTerminal } from '../../adapters/terminal/wizard.ts';
import { MigrateError } from '../../errors.ts';
import type { EnvValues } from '../../init/files.ts';
import { Secret } from '../../target/secret.ts';
import type { Run } from '../context.ts';
import { interrupted } from '../interruption.ts';

/** Both may be empty: they are then filled in later. @throws MigrateError INTERRUPTED */
export async function askCredentials(run: Run): Promise<EnvValues> {
  const { context, conversation, command } = run;
  const terminal: WizardTerminal = {
    input: context.stdin.open(),
    output: context.stderr,
    colour: conversation.paint.bold('x') !== 'x',
    signal: context.signal,
  };
  const url = await askText(terminal, {
    message: "The database's address (Enter: fill it in later)",
    hint: 'libsql://your-database.turso.io',
    check: (typed) => checkUrl(typed, context.cwd),
  });
  if (url === null) throw interrupted(command);
  if (url === '' || url.startsWith('file:')) return { url, token: '' };
  const token = await askSecret(terminal, {
    message: 'Its token; nothing is shown while you paste (Enter: none, or later)',
    check: checkToken,
  });
  if (token === null) throw interrupted(command);
  if (token !== '') run.hide(new Secret(token));
  return { url, token };
}

function checkUrl(typed: string, cwd: string): string | undefined {
  if (typed === '') return undefined;
  try {
    const { token } = parseTarget(typed, cwd);
    return token === null ? undefined : 'Leave the token out of the address: it is asked for next.';
  } catch (error) {
    if (error instanceof MigrateError) return `${error.message} ${error.next}`;
    throw error;
  }
}

function checkToken(typed: string): string | undefined {
  return typed === '' || /^[\x21-\x7e]+$/.test(typed.replace(/["'`<>]/g, ' ').replace(/:\/\//, ' '))
    ? undefined
    : 'A token has no spaces, quotes and no :// in it. Is this the address?';
}
