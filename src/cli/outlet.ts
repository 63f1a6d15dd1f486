/** The one place where text leaves: no token is in it, and nothing in it is a command to whoever runs this. */

import { createTextGuard, guardJson, isReadForCommands } from '../adapters/terminal/foreign-commands.ts';
import type { OutputStream } from '../adapters/terminal/streams.ts';
import { hideSecrets } from '../target/secret.ts';
import type { CommandContext } from './context.ts';

export interface Outlet {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Tokens that are in no output, whoever repeats them. */
  readonly secrets: Set<string>;
  /** A text for a file that others read, without tokens. */
  clean(text: string): string;
  /** Writes commands that are meant as such: their values are escaped already. */
  writeCommands(text: string): void;
}

/** @param answer what stdout gets. */
export function createOutlet(context: CommandContext, answer: 'text' | 'json'): Outlet {
  const secrets = new Set(findSecrets(context.env));
  const isRead = isReadForCommands(context.env);
  const keep = (text: string): string => text;
  const wrap = (stream: OutputStream, guard: (text: string) => string): OutputStream => ({
    write: (text) => {
      const safe = guard(hideSecrets(text, secrets));
      return safe === '' ? true : stream.write(safe);
    },
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
  });
  const { stdout, stderr } = context;
  return {
    stdout: wrap(stdout, isRead ? (answer === 'json' ? guardJson : createTextGuard()) : keep),
    stderr: wrap(stderr, isRead ? createTextGuard() : keep),
    secrets,
    clean: (text) => hideSecrets(text, secrets),
    writeCommands: (text) => {
      const safe = hideSecrets(text, secrets);
      if (safe !== '') stderr.write(safe);
    },
  };
}

/** Where people put the tokens of a database and of Turso's platform. */
const variables = ['TURSO_AUTH_TOKEN', 'TURSO_API_TOKEN', 'TURSO_PLATFORM_TOKEN', 'TURSO_TOKEN', 'LIBSQL_AUTH_TOKEN'];

function findSecrets(env: CommandContext['env']): readonly string[] {
  return variables.flatMap((name) => env[name]?.trim() || []);
}
