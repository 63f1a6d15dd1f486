/** `complete`: the script that has a shell ask this program. */

import { shells, writeScript } from '../../adapters/terminal/completion-scripts.ts';
import { MigrateError } from '../../errors.ts';
import { program, say } from '../../text/prose.ts';
import { suggest } from '../../text/suggest.ts';
import type { Report, Run } from '../context.ts';

/** Other names of the shells. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['pwsh', 'powershell'],
  ['ps1', 'powershell'],
  ['sh', 'bash'],
]);

/** @throws MigrateError USAGE */
export async function runComplete({ context, notice }: Run, typed: string): Promise<Report> {
  const shell = shells.find((one) => one === typed);
  if (shell === undefined) throw unknownShell(typed);
  const script = await writeScript(shell);
  if (context.stdout.isTTY) notice(`This is for your shell to load: ${context.program} complete --help says how.`);
  return { exitCode: 0, text: () => script, json: () => ({ shell, script }), error: null };
}

function unknownShell(typed: string): MigrateError {
  const near = otherNames.get(typed.toLowerCase()) ?? suggest(typed.toLowerCase(), shells);
  return new MigrateError(
    'USAGE',
    `There is no completion for ${typed === '' ? 'a shell without a name' : typed}; there is one for bash, zsh, fish and powershell.`,
    near === null ? program('complete --help') : say`Did you mean ${program(`complete ${near}`)}?`,
  );
}
