/** Commands to copy: complete, with the options that the user gave and with what a shell needs quoted. */

import { quoteArgument, quotedWords, writeOption } from '../text/shell.ts';

/** One option as it stands on a command line. */
export interface Flag {
  readonly name: string;
  /** Null for an option without one. */
  readonly value: string | null;
}

/** The option where it was given a value, none otherwise. */
export function listFlag(name: string, value: string | undefined): readonly Flag[] {
  return value === undefined ? [] : [{ name, value }];
}

/** As they were given; `false` where the option was given to switch it off. */
interface TargetOptions {
  readonly url?: string | undefined;
  readonly envFile?: string | false | undefined;
  readonly config?: boolean | undefined;
  readonly schema?: string | undefined;
  readonly migrations?: string | undefined;
}

/** The given options that decide which database and which project a command works on. */
export function listTargetFlags(options: TargetOptions): readonly Flag[] {
  const flags: Flag[] = [];
  if (options.url !== undefined) {
    const url = withoutSecrets(options.url);
    if (url !== null) flags.push({ name: '--url', value: url });
  }
  if (typeof options.envFile === 'string') flags.push({ name: '--env-file', value: options.envFile });
  if (options.envFile === false) flags.push({ name: '--no-env-file', value: null });
  if (options.config === false) flags.push({ name: '--no-config', value: null });
  return [...flags, ...listFlag('--schema', options.schema), ...listFlag('--migrations', options.migrations)];
}

/** An address without its query, where a token may be; null for one that may hold a secret elsewhere. */
function withoutSecrets(url: string): string | null {
  const address = url.trim().replace(/[?#].*$/s, '');
  return /^(?:file:|[a-z]+:\/\/[^@]*$)/i.test(address) ? address : null;
}

/**
 * For example `migrate-prod apply --url file:shop.db --to 2_two`.
 * @param program as the user starts it.
 */
export function renderCommand(command: string, flags: readonly Flag[], program = 'migrate-prod'): string {
  // It makes another command of `drift`, so it stands beside it.
  const isFix = ({ name }: Flag) => name === '--fix';
  const ordered = [...flags.filter(isFix), ...flags.filter((flag) => !isFix(flag))];
  return [program, command, ...ordered.map(renderFlag)].join(' ');
}

function renderFlag({ name, value }: Flag): string {
  return value === null ? name : writeOption(name, value);
}

/**
 * A command with the rest of its line, up to the next command. One that a question only names, or whose help is meant, is
 * none that works on anything.
 */
const commandPattern =
  /(?:\bnpx )?\bmigrate-prod (status|plan|check|drift(?: --fix)?|apply|backfill|tables|inspect)\b(?!\?| --help\b)((?:(?!(?:\bnpx )?\bmigrate-prod )[^\n])*)/g;
const helpPattern = /(?:\bnpx )?\bmigrate-prod (?=--help)/g;

/** The command with which an error's next step stands for whatever command was typed. */
const standIn = /\bmigrate-prod status(?=\s|$)/g;

/** The options that `listTargetFlags` knows, which come back from there without their secrets. */
const valuedTargets: ReadonlySet<string> = new Set(['--url', '--env-file', '--schema', '--migrations']);

/** Puts the command that was typed in the place of `migrate-prod status`, without its options of the target. */
export function repeatTyped(next: string, command: string, argv: readonly string[]): string {
  const words: string[] = [];
  let named = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (valuedTargets.has(word)) index += 1;
    else if (word === '--no-env-file' || word === '--no-config' || valuedTargets.has(word.replace(/=.*$/s, '')))
      continue;
    else if (word === command && !named) named = true;
    else words.push(/^--?[\w-]+$/.test(word) ? word : quoteArgument(word));
  }
  const typed = ['migrate-prod', command, ...words].join(' ');
  return next.replace(standIn, () => typed);
}

/**
 * Puts the options into every command that a next step names, so that it can be copied as it is. Options work
 * anywhere on the line, so they go directly after the command's name, or after `drift --fix`, which is like one; an option
 * that is there already is left alone.
 * @param flags by command: an option of one command is none of another's.
 * @param program as the user starts it.
 */
export function completeNext(
  next: string,
  flags: (command: string) => readonly Flag[],
  program = 'migrate-prod',
): string {
  const named = next.replace(helpPattern, () => `${program} `);
  return named.replace(commandPattern, (_, command: string, rest: string) => {
    const [name = ''] = command.split(' ');
    const added = flags(name).filter((flag) => !repeats(`${command}${rest}`, flag));
    return `${renderCommand(command, added, program)}${rest}`;
  });
}

/** Several consents stand beside each other; any other option is given once. */
function repeats(rest: string, flag: Flag): boolean {
  // What a name holds is no option.
  const own = flag.name === '--allow' ? rest : rest.replace(quotedWords, "''");
  const words = flag.name === '--allow' ? ` ${renderFlag(flag)} ` : ` ${flag.name} `;
  return ` ${own} `.replaceAll('=', ' ').includes(words);
}
