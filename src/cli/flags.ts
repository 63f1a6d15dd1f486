/** Options that every command takes, and what the options of several have in common. */

import type { FlagRecord } from './record.ts';

export const globalFlags: readonly FlagRecord[] = [
  {
    name: '--target',
    value: '<name>',
    twice: 'refused',
    says: 'the database of .env.turso-<name> (default: prod); with other credentials, only the name that rules go by',
    otherNames: ['--stage', '--environment'],
  },
  {
    name: '--env-file',
    value: '<file>',
    twice: 'refused',
    says: 'read the credentials from this file (default: .env.turso-prod)',
    otherNames: ['--dotenv', '--env'],
  },
  { name: '--no-env-file', says: 'read the credentials from the environment only' },
  {
    name: '--url',
    value: '<url>',
    twice: 'refused',
    says: 'the database: libsql://…, http://127.0.0.1:8080, file:./local.db',
    otherNames: ['--database', '--database-url', '--db', '-u'],
  },
  { name: '--schema', value: '<path>', twice: 'refused', says: 'the Prisma schema, a file or a folder' },
  {
    name: '--migrations',
    value: '<folder>',
    twice: 'refused',
    says: 'the migrations folder',
    otherNames: ['--migrations-dir', '--dir'],
  },
  { name: '--no-config', says: 'do not load a prisma.config file: loading it runs its code' },
  { name: '--json', says: 'print exactly one JSON object; never ask' },
  { name: '--yes', says: 'answers the last question with y; consents to no hazard', otherNames: ['-y', '--confirm'] },
  { name: '--exit-code', says: 'exit with 3 when something is pending, or there is drift' },
  { name: '--timeout', value: '<seconds>', says: 'how long to wait for an answer (default: 300)' },
  { name: '--quiet', says: 'no notices and no progress', otherNames: ['-q', '--silent'] },
  { name: '--verbose', says: 'also each request and what took time, on stderr', otherNames: ['--debug', '--trace'] },
  { name: '--no-color', says: 'no colour (NO_COLOR does the same)' },
  { name: '--version', says: 'show the version', otherNames: ['-v', '-V'] },
];

export const toFlag = {
  name: '--to',
  value: '<migration>',
  twice: 'refused',
  otherNames: ['--until'],
} as const;

export const rowsFlag = { name: '--rows', value: '<n>', twice: 'refused' } as const;

export const allowFlag = { name: '--allow', twice: 'listed', otherNames: ['--consent'] } as const;

export const showValuesFlag = { name: '--show-values', otherNames: ['--values', '--examples'] } as const;
