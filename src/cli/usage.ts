/** Errors of wrong command lines, with a suggestion. */

import { MigrateError } from '../errors.ts';
import { command, placeholder, program, type Sayable, say, shell } from '../text/prose.ts';
import { suggest } from '../text/suggest.ts';
import { commands, findCommand } from './commands.ts';
import { globalFlags } from './flags.ts';
import type { CommandRecord, FlagRecord, OtherWords } from './record.ts';

/** The word, not the option: `npx --no migrate-prod --help` is answered by npm, with help of its own. */
const programHelp = program('help');

type Meaning = Pick<OtherWords, 'says' | 'next'>;

const push: Meaning = {
  says: 'this program applies migrations and does not push a schema',
  next: say`${shell('npx prisma migrate dev')} writes the migration; then ${command('plan')} and ${command('apply')}`,
};
const rollback: Meaning = {
  says: 'there are no down migrations; a new migration changes what was applied',
  next: say`Write one with ${shell('npx prisma migrate dev')}, then ${command('apply')}. A migration that failed is rolled back already.`,
};
const development: Meaning = {
  says: 'this program works on production only',
  next: say`For your development database: ${shell('npx prisma migrate dev')}`,
};
const token: Meaning = {
  says: 'a token is never taken from the command line, where other programs see it',
  next: 'Put TURSO_AUTH_TOKEN into .env.turso-prod or the environment.',
};
const consent: Meaning = {
  says: 'nothing is forced here; --yes answers the last question only, and each hazard has its own --allow',
  next: say`${command('plan')} names the consent that each hazard needs.`,
};

/** The words of other tools that are not commands here, alone or as two. */
const noCommands: ReadonlyMap<string, Meaning> = new Map([
  ...['push', 'db', 'db push', 'sync'].map(pair(push)),
  ...['rollback', 'down', 'revert', 'migrate down', 'undo', 'redo'].map(pair(rollback)),
  ...['dev', 'migrate dev', 'reset', 'migrate reset', 'generate', 'create', 'new', 'db seed'].map(pair(development)),
]);

/** The options of other tools that do not exist here. */
const noFlags: ReadonlyMap<string, Meaning> = new Map([
  ...['--force', '-f', '--skip-checks', '--allow-all'].map(pair(consent)),
  ...['--token', '--auth-token', '--authToken', '--auth', '--password'].map(pair(token)),
  ...['--rolled-back', '--rollback', '--down'].map(pair(rollback)),
]);

function pair(meaning: Meaning): (word: string) => readonly [string, Meaning] {
  return (word) => [word, meaning];
}

/** A suggestion for two words together, or for the first alone. */
function findMeaning(first: string, second: string): Meaning | null {
  for (const word of [`${first} ${second}`, first]) {
    const record = commands.find(({ otherWords }) => otherWords?.commands.includes(word));
    const meaning = record?.otherWords ?? noCommands.get(word);
    if (meaning) return meaning;
  }
  return null;
}

function findFlagMeaning(flag: string): Meaning | null {
  const record = commands.find(({ otherWords }) => otherWords?.flags?.includes(flag));
  return record?.otherWords ?? noFlags.get(flag) ?? null;
}

/** The commands that have it; last those where it counts beside another option only. */
function findOwners(flag: string): readonly (readonly [CommandRecord, FlagRecord])[] {
  return commands
    .flatMap((record) => record.flags.filter(({ name }) => name === flag).map((own) => [record, own] as const))
    .sort(([, left], [, right]) => Number(left.needs !== undefined) - Number(right.needs !== undefined));
}

function findOtherName(flag: string): string | null {
  const all = [...globalFlags, ...commands.flatMap(({ flags }) => flags)];
  return all.find(({ otherNames }) => otherNames?.includes(flag))?.name ?? null;
}

/** @param given the words that are no options; the first is no command. */
export function unknownCommand(given: readonly string[]): MigrateError {
  const [name = '', second = ''] = given;
  const typed = name.toLowerCase();
  const meaning = findMeaning(typed, second.toLowerCase());
  if (meaning) return usage(`There is no command ${name}: ${meaning.says}.`, meaning.next);
  const near = suggest(typed, [...commands.map((record) => record.name), 'help']);
  return usage(
    `There is no command ${name}.`,
    near === null ? say`${programHelp} lists the commands.` : say`Did you mean ${program(near)}?`,
  );
}

/** @param name of the command that was to be run, null where none was named. */
export function unknownOption(given: string, name: string | null): MigrateError {
  // What stands after = may be a secret.
  const flag = given.replace(/=.*$/s, '');
  const known = listFlags(name);
  const meaning = findFlagMeaning(flag);
  if (meaning) return usage(`There is no option ${flag}: ${meaning.says}.`, meaning.next);
  if (given.includes('=') && known.includes(flag)) return usage(`${flag} takes no value.`, `Write ${flag} alone.`);
  const owners = findOwners(flag);
  if (owners.length > 0) return describeOwners(owners, flag, name);
  const near = findOtherName(flag) ?? suggest(flag, known);
  const place = name === null ? 'There is no option' : `${name} has no option`;
  const help = name === null ? programHelp : program(`${name} --help`);
  return usage(`${place} ${flag}.`, near === null ? say`${help} lists the options.` : `Did you mean ${near}?`);
}

/** The flags of the command; those of the program for null. */
function listFlags(name: string | null): readonly string[] {
  const own = name === null ? [] : (findCommand(name)?.flags ?? []);
  return ['--help', ...[...globalFlags, ...own].map((flag) => flag.name)];
}

/** An option in the wrong place. */
function describeOwners(
  owners: readonly (readonly [CommandRecord, FlagRecord])[],
  flag: string,
  name: string | null,
): MigrateError {
  const list = owners.map(([record]) => record.name).join(' and ');
  if (name !== null) {
    return usage(
      `${name} has no option ${flag}: ${list} ${owners.length === 1 ? 'has' : 'have'} it.`,
      program(`${name} --help`),
    );
  }
  const [first] = owners;
  const owner = first?.[0].name ?? '';
  return usage(
    `${flag} is an option of ${list}, and goes after the command.`,
    first?.[1].value === undefined
      ? say`${command(owner, [], [[flag]])} …`
      : command(owner, [], [[flag, placeholder('…')]]),
  );
}

/** @param name of the command, null where none was named. */
export function wrongArguments(name: string | null, problem: 'missing' | 'tooMany'): MigrateError {
  const hint = name === null ? undefined : findCommand(name)?.wrong?.[problem];
  if (hint) return usage(hint.message, hint.next);
  return usage(
    `${name ?? 'The command'} was given too many words. It takes options only.`,
    name === null ? programHelp : program(`${name} --help`),
  );
}

/** An option without its value, as in "--url <url>". */
export function missingValue(flags: string): MigrateError {
  const flag = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  return usage(`${flag} needs a value: ${flags}.`, programHelp);
}

export function usage(message: string, next: Sayable): MigrateError {
  return new MigrateError('USAGE', message, next);
}
