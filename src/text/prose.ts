/** Words for people, with commands as values: each writer formats the commands for its user. */

import { quoteArgument, writeOption } from './shell.ts';

/** A word that the user replaces: `<name>`. */
export interface Placeholder {
  readonly placeholder: string;
}

/** A word of a command line, not quoted yet. */
export type Word = string | Placeholder;

/** One option of a command line. */
export interface Flag {
  readonly name: string;
  /** null for an option without a value. */
  readonly value: Word | null;
}

type GivenFlag = Flag | readonly [name: string, value?: Word | null];

/** A command of this program. */
export interface CommandPart {
  readonly type: 'command';
  /** `plan`, `backfill`, … */
  readonly command: string;
  readonly operands: readonly Word[];
  readonly flags: readonly Flag[];
}

/** The command that the user typed, again, with these options. */
export interface TypedPart {
  readonly type: 'typed';
  readonly flags: readonly Flag[];
}

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | CommandPart
  | TypedPart
  /** A command that is only mentioned, as in a question; or the program with an option, such as `--help`. No option is added. */
  | { readonly type: 'program'; readonly words: string }
  /** An option alone, of a command that the sentence does not repeat. */
  | { readonly type: 'flag'; readonly flag: Flag }
  /** A line for a shell that is no command of this program. */
  | { readonly type: 'shell'; readonly line: string }
  /** A shell comment after a command. */
  | { readonly type: 'comment'; readonly text: string };

export type Prose = readonly Part[];

/** Anything that can be used as prose: a plain text is words without a command. */
export type Sayable = string | Part | Prose;

export function command(name: string, operands: readonly Word[] = [], flags: readonly GivenFlag[] = []): CommandPart {
  return { type: 'command', command: name, operands, flags: flags.map(toFlag) };
}

export function typedCommand(flags: readonly GivenFlag[] = []): TypedPart {
  return { type: 'typed', flags: flags.map(toFlag) };
}

/** @param words of the command line without the program */
export function program(words: string): Part {
  return { type: 'program', words };
}

export function placeholder(text: string): Placeholder {
  return { placeholder: text };
}

function toFlag(given: GivenFlag): Flag {
  return 'name' in given ? given : { name: given[0], value: given[1] ?? null };
}

export function flag(name: string, value: Word | null = null): Part {
  return { type: 'flag', flag: { name, value } };
}

export function shell(line: string): Part {
  return { type: 'shell', line };
}

/** @param text with the spaces before it */
export function comment(text: string): Part {
  return { type: 'comment', text };
}

/** Splits `Look, then ${command('plan')}.` into its parts. Texts and numbers are inserted unchanged. */
export function say(texts: TemplateStringsArray, ...values: readonly (number | Sayable)[]): Prose {
  const parts = texts.flatMap((text, index): readonly Part[] => {
    const value = values[index];
    return [{ type: 'text', text }, ...(value === undefined ? [] : toProse(value))];
  });
  return joinTexts(parts);
}

/** A plain text is words without a command. */
export function toProse(value: number | Sayable): Prose {
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

/** The same prose with every text changed: words, names and values, but no command's own name. */
export function mapTexts(prose: Prose, change: (text: string) => string): Prose {
  const word = (one: Word): Word => (typeof one === 'string' ? change(one) : one);
  const option = ({ name, value }: Flag): Flag => ({ name, value: value === null ? null : word(value) });
  return prose.map(mapPart);

  function mapPart(part: Part): Part {
    switch (part.type) {
      case 'text':
      case 'comment':
        return { ...part, text: change(part.text) };
      case 'command':
        return { ...part, operands: part.operands.map(word), flags: part.flags.map(option) };
      case 'typed':
        return { ...part, flags: part.flags.map(option) };
      case 'flag':
        return { ...part, flag: option(part.flag) };
      case 'shell':
        return { ...part, line: change(part.line) };
      case 'program':
        return part;
    }
  }
}

/** A piece of written prose. A command is to be copied; a comment may be copied with it. */
export interface Span {
  readonly type: 'text' | 'command' | 'flag' | 'comment';
  readonly text: string;
}

/** Written prose, of one or more lines. */
export type Written = readonly Span[];

/** How commands are written for a user. */
export interface Writer {
  /** As the user starts it. */
  readonly program: string;
  command(part: CommandPart): string;
  typed(part: TypedPart): string;
  /** A line that is no command of this program. */
  shell(line: string): string;
}

/** For places without a typed command: `status` is used instead. */
const plainWriter: Writer = {
  program: 'migrate-prod',
  command: (part) => writeCommand(part),
  typed: ({ flags }) => writeCommand(command('status', [], flags)),
  shell: (line) => line,
};

export function writeSpans(prose: Prose, writer: Writer = plainWriter): Written {
  return prose.map((part) => writePart(part, writer));
}

function writePart(part: Part, writer: Writer): Span {
  switch (part.type) {
    case 'text':
    case 'comment':
      return part;
    case 'flag':
      return { type: 'flag', text: writeFlag(part.flag) };
    case 'shell':
      return { type: 'command', text: writer.shell(part.line) };
    case 'program':
      return { type: 'text', text: `${writer.program} ${part.words}` };
    case 'command':
      return { type: 'command', text: writer.command(part) };
    case 'typed':
      return { type: 'command', text: writer.typed(part) };
  }
}

export function joinSpans(written: Written): string {
  return written.map(({ text }) => text).join('');
}

export function splitSpans(written: Written): readonly Written[] {
  const lines: Span[][] = [[]];
  for (const { type, text } of written) {
    for (const [index, piece] of text.split(/\r\n|\n/).entries()) {
      if (index > 0) lines.push([]);
      lines.at(-1)?.push({ type, text: piece });
    }
  }
  return lines;
}

/** Prose as one text, for places without a command line: the library, and code that prints an error. */
export function writeProse(prose: Prose): string {
  return joinSpans(writeSpans(prose));
}

/** This option changes what its command does, so it comes directly after it. */
const besideItsCommand = '--fix';

/**
 * For example `migrate-prod apply --url file:shop.db --to 2_two`. An operand that looks like an option comes last,
 * after `--`.
 * @param name the program, as the user starts it
 * @param added other options that the command needs; they come first
 */
export function writeCommand(
  { command: own, operands, flags }: Omit<CommandPart, 'type'>,
  name = 'migrate-prod',
  added: readonly Flag[] = [],
): string {
  const isBeside = (one: Flag) => one.name === besideItsCommand;
  const write = (list: readonly Flag[]) => list.map(writeFlag);
  const rest = (list: readonly Flag[]) => write(list.filter((one) => !isBeside(one)));
  const words = operands.map(writeWord);
  const isOption = operands.some((operand) => typeof operand === 'string' && operand.startsWith('-'));
  return [
    name,
    own,
    ...write([...added, ...flags].filter(isBeside)),
    ...rest(added),
    ...(isOption ? [...rest(flags), '--', ...words] : [...words, ...rest(flags)]),
  ].join(' ');
}

/** The options that are not given yet. Several consents can be given together; any other option is given once. */
export function withoutGiven(added: readonly Flag[], given: readonly Flag[]): readonly Flag[] {
  const isSame = (one: Flag, other: Flag) =>
    one.name === other.name && (one.name !== '--allow' || one.value === other.value);
  return added.filter((one) => !given.some((other) => isSame(one, other)));
}

function writeWord(word: Word): string {
  return typeof word === 'string' ? quoteArgument(word) : word.placeholder;
}

export function writeFlag({ name, value }: Flag): string {
  if (value === null) return name;
  return typeof value === 'string' ? writeOption(name, value) : `${name} ${value.placeholder}`;
}
