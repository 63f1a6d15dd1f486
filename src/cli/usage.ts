/** What is said to a command line that is wrong, with what was probably meant. */

import { MigrateError } from '../errors.ts';
import { command, named, placeholder, program, type Sayable, say, shell } from '../text/prose.ts';
import { suggest } from '../text/suggest.ts';
import { commandNames } from './context.ts';

interface Meaning {
  readonly says: string;
  readonly next: Sayable;
}

const apply: Meaning = {
  says: 'applying pending migrations is called apply here',
  next: say`${command('plan')} shows what it would do; ${command('apply')} does it.`,
};
const plan: Meaning = { says: 'seeing what would be done is called plan here', next: command('plan') };
const check: Meaning = {
  says: 'looking at the migrations without a database is called check here',
  next: command('check'),
};
const status: Meaning = { says: 'the state of every migration is called status here', next: command('status') };
const drift: Meaning = {
  says: 'comparing production with the migrations and the schema is called drift here',
  next: command('drift'),
};
const backfill: Meaning = {
  says: 'recording a migration as applied without running it is called backfill here',
  next: say`${command('backfill', [placeholder('<name>')])}, or ${command('backfill')} for all of them`,
};
const push: Meaning = {
  says: 'a schema is not pushed here: migrations are applied',
  next: say`${shell('npx prisma migrate dev')} writes the migration; then ${command('plan')} and ${command('apply')}`,
};
const rollback: Meaning = {
  says: 'there are no down migrations: what was applied is changed by a new migration',
  next: say`Write one with ${shell('npx prisma migrate dev')}, then ${command('apply')}. A migration that failed is rolled back already.`,
};
const development: Meaning = {
  says: 'this program works on production only',
  next: say`For your development database: ${shell('npx prisma migrate dev')}`,
};
const tables: Meaning = { says: 'looking at tables is called tables and inspect here', next: command('tables') };

/** The words of other tools, alone or as two. */
const words: ReadonlyMap<string, Meaning> = new Map([
  ...['deploy', 'migrate', 'migrate deploy', 'up', 'run', 'upgrade', 'latest', 'execute'].map(pair(apply)),
  ...['dry-run', 'dryrun', 'preview'].map(pair(plan)),
  ...['diff', 'migrate diff', 'compare'].map(pair(drift)),
  ...['lint', 'validate', 'verify', 'migrate lint', 'migrate validate'].map(pair(check)),
  ...['list', 'ls', 'info', 'migrate status', 'history', 'show', 'pending'].map(pair(status)),
  ...['resolve', 'migrate resolve', 'baseline', 'mark', 'record', 'repair'].map(pair(backfill)),
  ...['push', 'db', 'db push', 'sync'].map(pair(push)),
  ...['rollback', 'down', 'revert', 'migrate down', 'undo', 'redo'].map(pair(rollback)),
  ...['dev', 'migrate dev', 'reset', 'migrate reset', 'generate', 'create', 'new', 'db seed'].map(pair(development)),
  ...['describe', 'desc', 'db pull', 'pull', 'schema'].map(pair(tables)),
]);

function pair(meaning: Meaning): (word: string) => readonly [string, Meaning] {
  return (word) => [word, meaning];
}

const token: Meaning = {
  says: 'a token is never taken from the command line, where other programs see it',
  next: 'Put TURSO_AUTH_TOKEN into .env.turso-prod or the environment.',
};
const consent: Meaning = {
  says: 'nothing is forced here: --yes stands for the final y, and each hazard has its own --allow',
  next: say`${command('plan')} ends with the complete command.`,
};

/** The options of other tools. */
const options: ReadonlyMap<string, Meaning> = new Map([
  ...['--dry-run', '--dryrun', '--dry', '--preview', '-n', '--create-only', '--check'].map(pair(plan)),
  ...['--force', '-f', '--skip-checks', '--allow-all'].map(pair(consent)),
  ...['--token', '--auth-token', '--authToken', '--auth', '--password'].map(pair(token)),
  ...['--applied', '--fake', '--baseline'].map(pair(backfill)),
  ...['--rolled-back', '--rollback', '--down'].map(pair(rollback)),
]);

/** Options with other names here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['-y', '--yes'],
  ['--confirm', '--yes'],
  ['-v', '--version'],
  ['-V', '--version'],
  ['--database', '--url'],
  ['--database-url', '--url'],
  ['--db', '--url'],
  ['-u', '--url'],
  ['--dotenv', '--env-file'],
  ['--env', '--env-file'],
  ['--migrations-dir', '--migrations'],
  ['--dir', '--migrations'],
  ['--target', '--to'],
  ['--until', '--to'],
  ['--consent', '--allow'],
  ['--rows', '--count'],
  ['--since', '--base'],
  ['--against', '--base'],
  ['--branch', '--base'],
  ['--output', '--format'],
  ['-o', '--format'],
  ['--reporter', '--format'],
  ['--values', '--show-values'],
  ['--examples', '--show-values'],
]);

/** Options of single commands, to say where they belong. */
const ownOptions: ReadonlyMap<string, readonly string[]> = new Map([
  ['--to', ['plan', 'apply', 'backfill']],
  ['--plan', ['apply']],
  ['--accept-data-loss', ['apply']],
  ['--backup', ['apply']],
  ['--format', ['plan']],
  ['--show-values', ['plan', 'apply']],
  ['--allow', ['apply', 'backfill', 'drift']],
  ['--undo', ['backfill']],
  ['--fix', ['drift']],
  ['--name', ['drift']],
  ['--base', ['check']],
  ['--count', ['tables']],
]);

/** @param given the words that are no options; the first is no command. */
export function unknownCommand(given: readonly string[]): MigrateError {
  const [name = '', second = ''] = given;
  const typed = name.toLowerCase();
  const meaning = words.get(`${typed} ${second.toLowerCase()}`) ?? words.get(typed);
  if (meaning) return usage(`There is no command ${name}: ${meaning.says}.`, meaning.next);
  const near = suggest(typed, [...commandNames, 'help']);
  return usage(
    `There is no command ${name}.`,
    near === null ? say`${program('--help')} lists the commands.` : say`Did you mean ${named(near)}?`,
  );
}

/** @param name of the command that was to be run, null where none was named. @param known what it takes. */
export function unknownOption(given: string, name: string | null, known: readonly string[]): MigrateError {
  // What stands after = may be a secret.
  const flag = given.replace(/=.*$/s, '');
  const meaning = options.get(flag);
  if (meaning) return usage(`There is no option ${flag}: ${meaning.says}.`, meaning.next);
  if (given.includes('=') && known.includes(flag)) return usage(`${flag} takes no value.`, `Write ${flag} alone.`);
  const owners = ownOptions.get(flag);
  if (owners && name === null) {
    return usage(
      `${flag} is an option of ${owners.join(' and ')}, and goes after the command.`,
      say`${command(owners[0] ?? '', [], [[flag]])} …`,
    );
  }
  if (owners && name !== null) {
    return usage(
      `${name} has no option ${flag}: ${owners.join(' and ')} ${owners.length === 1 ? 'has' : 'have'} it.`,
      named(`${name} --help`),
    );
  }
  const near = otherNames.get(flag) ?? suggest(flag, known);
  const place = name === null ? 'There is no option' : `${name} has no option`;
  const help = name === null ? program('--help') : named(`${name} --help`);
  return usage(`${place} ${flag}.`, near === null ? say`${help} lists the options.` : `Did you mean ${near}?`);
}

/** An argument that is missing, or one too many. */
export function wrongArguments(name: string | null, problem: string): MigrateError {
  if (name === 'inspect' && problem.includes('missing')) {
    return usage('inspect needs the name of a table.', say`${command('tables')} lists them.`);
  }
  if (name === 'inspect') {
    return usage(
      'inspect takes one table.',
      say`A name with spaces goes in quotes: ${command('inspect', ['two words'])}`,
    );
  }
  const hint = name === 'backfill' ? 'It takes one name, or none for all.' : 'It takes options only.';
  return usage(`${name ?? 'The command'} was given too many words. ${hint}`, named(`${name ?? ''} --help`));
}

/** An option without its value, as in "--url <url>". */
export function missingValue(flags: string): MigrateError {
  const flag = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  return usage(`${flag} needs a value: ${flags}.`, program('--help'));
}

export function usage(message: string, next: Sayable): MigrateError {
  return new MigrateError('USAGE', message, next);
}
