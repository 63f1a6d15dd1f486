/** Words for people with the commands in them as values: whoever shows them writes the commands once, as they work there. */

import { quoteArgument, writeOption } from './shell.ts';

/** One option as it stands on a command line. */
export interface Flag {
  readonly name: string;
  /** null for an option without a value. */
  readonly value: string | null;
}

/** A command of this program. */
export interface CommandPart {
  readonly type: 'command';
  /** `plan`, `backfill`, … */
  readonly command: string;
  /** As they are, not quoted. */
  readonly operands: readonly string[];
  readonly flags: readonly Flag[];
}

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | CommandPart
  /** An option alone, of a command that the sentence does not repeat. */
  | { readonly type: 'flag'; readonly flag: Flag }
  /** A line for a shell that is no command of this program. */
  | { readonly type: 'shell'; readonly line: string };

export type Prose = readonly Part[];

/** @param operands as they are, not quoted. */
export function command(
  name: string,
  operands: readonly string[] = [],
  flags: readonly (Flag | readonly [name: string, value: string | null])[] = [],
): CommandPart {
  const listed = flags.map((flag): Flag => ('name' in flag ? flag : { name: flag[0], value: flag[1] }));
  return { type: 'command', command: name, operands, flags: listed };
}

export function flag(name: string, value: string | null = null): Part {
  return { type: 'flag', flag: { name, value } };
}

export function shell(line: string): Part {
  return { type: 'shell', line };
}

/** Takes `Look, then ${command('plan')}.` apart into its parts. Values that are texts or numbers stand as they are. */
export function say(texts: TemplateStringsArray, ...values: readonly (string | number | Part | Prose)[]): Prose {
  const parts = texts.flatMap((text, index): readonly Part[] => {
    const value = values[index];
    return [{ type: 'text', text }, ...(value === undefined ? [] : toProse(value))];
  });
  return joinTexts(parts);
}

/** A text alone is words without a command. */
export function toProse(value: string | number | Part | Prose): Prose {
  if (typeof value === 'string' || typeof value === 'number') return [{ type: 'text', text: String(value) }];
  return 'type' in value ? [value] : value;
}

function joinTexts(parts: Prose): Prose {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { type: 'text', text: last.text + part.text };
    else if (part.type !== 'text' || part.text !== '') joined.push(part);
  }
  return joined;
}

/**
 * @param program as the user starts it.
 * @param complete gives the options that a command needs to work as it stands.
 */
export function writeProse(
  prose: Prose,
  program = 'migrate-prod',
  complete: (part: CommandPart) => readonly Flag[] = ({ flags }) => flags,
): string {
  return prose.map((part) => writePart(part, program, complete)).join('');
}

export function writePart(part: Part, program: string, complete: (part: CommandPart) => readonly Flag[]): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'flag':
      return writeFlag(part.flag);
    case 'shell':
      return part.line;
    case 'command':
      return writeCommand(program, { ...part, flags: complete(part) });
  }
}

/** Options stand behind the operands; only an operand that looks like an option comes last, behind `--`. */
export function writeCommand(program: string, { command: name, operands, flags }: Omit<CommandPart, 'type'>): string {
  const options = flags.map(writeFlag);
  const words = operands.map(quoteArgument);
  const isOption = operands.some((operand) => operand.startsWith('-'));
  return [program, name, ...(isOption ? [...options, '--', ...words] : [...words, ...options])].join(' ');
}

export function writeFlag({ name, value }: Flag): string {
  return value === null ? name : writeOption(name, value);
}
