/** The record of `complete`. */

import { program } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const completeRecord: CommandRecord = {
  name: 'complete',
  argument: { name: 'shell', need: 'required', says: 'bash, zsh, fish or powershell' },
  summary: 'print the script that completes commands at TAB',
  description: `Prints the script for a shell that completes commands, options, migrations and tables. It reads files only: no TAB sends a request.

The shell has to know the program by this name. Where only your project has it, give it a name there first, in the same file:
bash, zsh: migrate-prod() { npx --no -- migrate-prod "$@"; }
fish: function migrate-prod; npx --no -- migrate-prod $argv; end
With pnpm or yarn, write those in place of npx --no --.`,
  flags: [],
  without: [
    '--target',
    '--url',
    '--env-file',
    '--no-env-file',
    '--schema',
    '--migrations',
    '--no-config',
    '--timeout',
    '--yes',
    '--exit-code',
  ],
  examples: [
    ['complete bash > ~/.migrate-prod.bash', 'bash; then add to ~/.bashrc: source ~/.migrate-prod.bash'],
    ['complete zsh > ~/.migrate-prod.zsh', 'zsh; then add to ~/.zshrc, behind compinit: source ~/.migrate-prod.zsh'],
    ['complete fish > ~/.config/fish/completions/migrate-prod.fish', 'fish'],
    ['complete powershell > ~/migrate-prod.ps1', 'PowerShell; then add to $PROFILE: . ~/migrate-prod.ps1'],
  ],
  otherWords: {
    says: 'the script for a shell is printed by complete here',
    next: program('complete --help'),
    commands: ['completion', 'completions', 'autocomplete'],
  },
  wrong: {
    missing: {
      message: 'complete needs the name of your shell: bash, zsh, fish or powershell.',
      next: program('complete --help'),
    },
    tooMany: {
      message: 'complete was given too many words. It takes the name of one shell.',
      next: program('complete --help'),
    },
  },
  run: async (run, line) => (await import('./complete.ts')).runComplete(run, line.operand ?? ''),
};
