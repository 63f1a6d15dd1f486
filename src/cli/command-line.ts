/** Commands to copy: complete, with the options that the user gave and with what a shell needs quoted. */

import { quoteArgument } from '../core/text/shell.ts';
import type { GlobalOptions } from './context.ts';

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

/** The given options that decide which database and which project a command works on. */
export function listTargetFlags(options: GlobalOptions): readonly Flag[] {
  const flags: Flag[] = [];
  if (options.url !== undefined) {
    const url = withoutSecrets(options.url);
    if (url !== null) flags.push({ name: '--url', value: url });
  }
  if (typeof options.envFile === 'string') flags.push({ name: '--env-file', value: options.envFile });
  if (options.envFile === false) flags.push({ name: '--no-env-file', value: null });
  return [...flags, ...listFlag('--schema', options.schema), ...listFlag('--migrations', options.migrations)];
}

/** An address without its query, where a token may be; null for one that may hold a secret elsewhere. */
function withoutSecrets(url: string): string | null {
  const address = url.trim().replace(/[?#].*$/s, '');
  return /^(?:file:|[a-z]+:\/\/[^@]*$)/i.test(address) ? address : null;
}

/** For example `migrate-prod apply --url file:shop.db --to 2_two`. */
export function renderCommand(command: string, flags: readonly Flag[]): string {
  return ['migrate-prod', command, ...flags.map(renderFlag)].join(' ');
}

function renderFlag({ name, value }: Flag): string {
  return value === null ? name : `${name} ${quoteArgument(value)}`;
}

/** A command with the rest of its line, up to the next command. */
const commandPattern = /\bmigrate-prod (status|plan|apply|backfill|tables|inspect)\b((?:(?!\bmigrate-prod )[^\n])*)/g;

/**
 * Puts the options into every command that a next step names, so that it can be copied as it is. Options work
 * anywhere on the line, so they go directly after the command's name; one that is there already is left alone.
 * @param flags by command: an option of one command is none of another's.
 */
export function completeNext(next: string, flags: (command: string) => readonly Flag[]): string {
  return next.replace(commandPattern, (_, command: string, rest: string) => {
    const added = flags(command).filter(({ name }) => !new RegExp(`(^|\\s)${name}(\\s|=|$)`).test(rest));
    return `${renderCommand(command, added)}${rest}`;
  });
}
