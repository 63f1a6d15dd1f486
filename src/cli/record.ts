/** The record of a command: all there is to know of it but what it does. Parser, help and suggestions are made of it. */

import type { Sayable } from '../text/prose.ts';
import type { Report, Run } from './context.ts';

export interface FlagRecord {
  /** `--to` */
  readonly name: `--${string}`;
  /** `<migration>`, as help shows it; absent for an option without a value. */
  readonly value?: `<${string}>`;
  /** If given a second time with another value: refused, or added to a list. If absent, the last one counts. */
  readonly twice?: 'refused' | 'listed';
  /** For help. */
  readonly says: string;
  /** Names that other tools have for it. */
  readonly otherNames?: readonly string[];
  /** The option that it counts with only. */
  readonly needs?: `--${string}`;
  /** Other commands that are given it too where a `Next:` line of this one names them. */
  readonly alsoFor?: readonly string[];
}

export interface ArgumentRecord {
  readonly name: string;
  readonly need: 'required' | 'optional';
  /** For help. */
  readonly says: string;
}

export interface Hint {
  readonly message: string;
  readonly next: Sayable;
}

export interface OtherWords {
  /** A clause. */
  readonly says: string;
  readonly next: Sayable;
  /** Commands, of one word or two. */
  readonly commands: readonly string[];
  /** Options. */
  readonly flags?: readonly string[];
}

/** A typed command line, by the names of the record. */
export interface Line {
  readonly operand: string | undefined;
  text(flag: string): string | undefined;
  /** undefined where it was not given. */
  texts(flag: string): readonly string[] | undefined;
  has(flag: string): boolean;
}

export interface CommandRecord {
  readonly name: string;
  readonly argument?: ArgumentRecord;
  /** In the list of commands. */
  readonly summary: string;
  /** At the head of its own help. */
  readonly description: string;
  readonly flags: readonly FlagRecord[];
  /** Options of every command that it has no use for. */
  readonly without?: readonly string[];
  /** Command lines without the program, and what each is for. */
  readonly examples: readonly (readonly [line: string, says: string])[];
  readonly otherWords?: OtherWords;
  readonly wrong?: {
    /** Without its argument. */
    readonly missing?: Hint;
    readonly tooMany?: Hint;
  };
  run(run: Run, line: Line): Promise<Report>;
}

/** True if a `Next:` line with the command `to` repeats this flag of the run. */
export function isCarried(record: CommandRecord, flag: string, to: string): boolean {
  if (to === record.name) return true;
  return record.flags.some(({ name, alsoFor }) => name === flag && alsoFor?.includes(to));
}
