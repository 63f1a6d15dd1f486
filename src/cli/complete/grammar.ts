/** The words of the command line, as completion needs them, made of the records. */

import type { CommandWords, FlagWords, Grammar } from '../../complete/wanted.ts';
import { commands } from '../commands.ts';
import { globalFlags } from '../flags.ts';
import type { CommandRecord, FlagRecord } from '../record.ts';

const help: FlagWords = { name: '--help', takesValue: false, isList: false, says: 'show help' };

export function readGrammar(): Grammar {
  const own = commands.map(toCommand);
  const helpCommand = { name: 'help', says: 'show help', operand: 'command', flags: [] };
  return { commands: [...own, helpCommand], globalFlags: [...globalFlags.map(toFlag), help] };
}

function toCommand({ name, summary, argument, flags, without = [] }: CommandRecord): CommandWords {
  const shared = globalFlags.filter((flag) => !without.includes(flag.name));
  return {
    name,
    says: summary,
    operand: argument?.name ?? null,
    flags: [...[...flags, ...shared].map(toFlag), help],
  };
}

function toFlag({ name, value, twice, says }: FlagRecord): FlagWords {
  return { name, takesValue: value !== undefined, isList: twice === 'listed', says };
}
