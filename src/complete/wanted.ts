/** What can stand where a command line is being typed. */

/** A word that fits, and what it is for. */
export interface Candidate {
  readonly word: string;
  readonly says: string;
}

export interface FlagWords {
  readonly name: string;
  readonly takesValue: boolean;
  /** Can be given again. */
  readonly isList: boolean;
  readonly says: string;
}

export interface CommandWords {
  readonly name: string;
  readonly says: string;
  /** What its operand is called; null for none. */
  readonly operand: string | null;
  /** All that it takes. */
  readonly flags: readonly FlagWords[];
}

export interface Grammar {
  readonly commands: readonly CommandWords[];
  /** Those that can stand before the command too. */
  readonly globalFlags: readonly FlagWords[];
}

export type Wanted =
  /** One of these. */
  | { readonly type: 'words'; readonly words: readonly Candidate[]; readonly typed: string }
  /** The value of an option. */
  | { readonly type: 'value'; readonly command: string | null; readonly flag: string; readonly typed: string }
  | { readonly type: 'operand'; readonly command: string; readonly operand: string; readonly typed: string };

/** What a line has, up to the word that is being typed. */
interface Before {
  command: CommandWords | null;
  /** A word in the command's place that is none. */
  isUnknown: boolean;
  operands: number;
  readonly given: Set<string>;
  /** The option whose value comes next. */
  open: FlagWords | null;
  /** Behind `--`. */
  isOver: boolean;
}

const nothing: Wanted = { type: 'words', words: [], typed: '' };

/** @param words of the line without the program; the last is being typed, and may be empty. */
export function findWanted(words: readonly string[], grammar: Grammar): Wanted {
  const typed = words.at(-1) ?? '';
  const before = readBefore(words.slice(0, -1), grammar);
  if (before.open !== null) return toValue(before, before.open, typed);
  if (before.isUnknown) return nothing;
  const isOption = !before.isOver && typed.startsWith('-');
  const [name = '', ...value] = typed.split('=');
  if (isOption && value.length > 0) {
    const flag = findFlag(before, grammar, name);
    return flag?.takesValue ? toValue(before, flag, value.join('=')) : nothing;
  }
  if (isOption) return listFlags(before, grammar, typed);
  return wantWord(before, grammar, typed);
}

function wantWord(before: Before, grammar: Grammar, typed: string): Wanted {
  const { command, operands, isOver } = before;
  if (command === null) return { type: 'words', words: grammar.commands.map(toCandidate), typed };
  if (command.operand !== null && operands === 0) {
    return { type: 'operand', command: command.name, operand: command.operand, typed };
  }
  return typed === '' && !isOver ? listFlags(before, grammar, typed) : nothing;
}

function readBefore(words: readonly string[], grammar: Grammar): Before {
  const before: Before = { command: null, isUnknown: false, operands: 0, given: new Set(), open: null, isOver: false };
  for (const word of words) {
    if (before.open !== null) before.open = null;
    else if (word === '--' && !before.isOver) before.isOver = true;
    else if (word.startsWith('-') && !before.isOver) readFlag(word, before, grammar);
    else if (before.command !== null) before.operands += 1;
    else {
      before.command = grammar.commands.find(({ name }) => name === word) ?? null;
      before.isUnknown ||= before.command === null;
    }
  }
  return before;
}

function readFlag(word: string, before: Before, grammar: Grammar): void {
  const [name = '', ...value] = word.split('=');
  before.given.add(name);
  const flag = findFlag(before, grammar, name);
  before.open = flag?.takesValue && value.length === 0 ? flag : null;
}

function findFlag(before: Before, grammar: Grammar, name: string): FlagWords | undefined {
  return flagsOf(before, grammar).find((flag) => flag.name === name);
}

function flagsOf({ command }: Before, grammar: Grammar): readonly FlagWords[] {
  return command?.flags ?? grammar.globalFlags;
}

function listFlags(before: Before, grammar: Grammar, typed: string): Wanted {
  const left = flagsOf(before, grammar).filter(({ name, isList }) => isList || !before.given.has(name));
  return { type: 'words', words: left.map(toCandidate), typed };
}

function toValue({ command }: Before, flag: FlagWords, typed: string): Wanted {
  return { type: 'value', command: command?.name ?? null, flag: flag.name, typed };
}

function toCandidate({ name, says }: { readonly name: string; readonly says: string }): Candidate {
  return { word: name, says };
}
