/** The record of `init`. */

import { command } from '../../text/prose.ts';
import type { CommandRecord } from '../record.ts';

export const initRecord: CommandRecord = {
  name: 'init',
  summary: 'set a Prisma project up; writes no database',
  description:
    'Sets a Prisma project up: installs this program there, and writes the file for the credentials, a script, npm scripts and the skill for agents. Shows everything first, keeps what is there, and ends with the state of production.',
  flags: [
    { name: '--dry-run', says: 'only show what would be written' },
    { name: '--ci', says: 'also write a workflow for GitHub' },
    {
      name: '--package-manager',
      value: '<name>',
      twice: 'refused',
      says: 'npm, pnpm, yarn or bun (default: by lock file)',
      otherNames: ['--pm'],
    },
    { name: '--no-env', says: 'no .env.turso-prod' },
    { name: '--no-gitignore', says: 'leave .gitignore alone' },
    { name: '--no-script', says: 'no scripts/migrate-prod.mjs' },
    { name: '--no-npm-scripts', says: 'no scripts in package.json' },
    { name: '--no-skill', says: 'no skill for agents' },
    { name: '--no-install', says: 'no dependency in package.json, and no install' },
  ],
  without: ['--exit-code'],
  examples: [
    ['init', 'asks for the address and the token'],
    ['init --dry-run', 'what it would write'],
    ['init --yes --ci', 'without questions, with a workflow'],
  ],
  otherWords: {
    says: 'setting a project up is called init here',
    next: command('init'),
    commands: ['setup', 'install', 'configure', 'login', 'start'],
  },
  run: async (run, line) => {
    const { runInit } = await import('./init.ts');
    return runInit(run, {
      dryRun: line.has('--dry-run'),
      packageManager: line.text('--package-manager'),
      parts: {
        gitignore: !line.has('--no-gitignore'),
        env: !line.has('--no-env'),
        script: !line.has('--no-script'),
        skill: !line.has('--no-skill'),
        workflow: line.has('--ci'),
        npmScripts: !line.has('--no-npm-scripts'),
        install: !line.has('--no-install'),
      },
    });
  },
};
