/** The parser and the help, made of the records; nothing else of a command is loaded before it is chosen. */

import { Command, CommanderError, Option } from 'commander';
import type { MigrateError } from '../errors.ts';
import { program as nameProgram } from '../text/prose.ts';
import { commands } from './commands.ts';
import type { GlobalOptions, Report, Run } from './context.ts';
import { globalFlags } from './flags.ts';
import { agentsLine, exitCodes, type HelpStyle, programExamples, renderExamples } from './help.ts';
import type { CommandRecord, FlagRecord, Line } from './record.ts';

export type Request =
  | {
      readonly type: 'command';
      readonly command: string;
      readonly options: GlobalOptions;
      readonly start: (run: Run) => Promise<Report>;
    }
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'version' }
  /** A command line that is not understood. The options that could be read are kept for the next step's command. */
  | { readonly type: 'wrong'; readonly options: GlobalOptions; readonly error: MigrateError };

/** @throws MigrateError USAGE (a list of consents) */
export async function parseCommandLine(argv: readonly string[], style: HelpStyle): Promise<Request> {
  let request: Request | null = null;
  let help = '';
  const program = new Command('migrate-prod').exitOverride().configureOutput({
    writeOut: (text) => {
      help += text;
    },
    writeErr: (text) => {
      help += text;
    },
    outputError: () => {},
  });
  build(program, style, (chosen) => {
    request = chosen;
  });
  try {
    program.parse([...(await joinLists(argv))], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return parseCommanderError(error, program, help);
  }
  return request ?? { type: 'help', text: help };
}

/** Loaded only for who gives consents. */
async function joinLists(argv: readonly string[]): Promise<readonly string[]> {
  if (!argv.some((word) => word.startsWith('--allow'))) return argv;
  return (await import('../consents/allow-list.ts')).joinAllowed(argv);
}

/** Codes of our own, beside commander's. */
const ownCodes = {
  unknownCommand: 'own.unknownCommand',
  twice: 'own.twice',
  contradiction: 'own.contradiction',
};

async function parseCommanderError(error: CommanderError, program: Command, help: string): Promise<Request> {
  const [first, topic] = program.args;
  const command = program.commands.find((candidate) => candidate.name() === first) ?? null;
  const unknownTopic =
    error.code === 'commander.help' && error.exitCode !== 0 && first === 'help' && topic !== undefined;
  if (error.code === 'commander.version') return { type: 'version' };
  if (error.code.startsWith('commander.help') && !unknownTopic) return { type: 'help', text: help };

  return { type: 'wrong', options: program.opts<GlobalOptions>(), error: await describeWrong(error, program, command) };
}

async function describeWrong(error: CommanderError, program: Command, command: Command | null): Promise<MigrateError> {
  // Loaded only for a command line that is wrong.
  const say = await import('./usage.ts');
  const name = command?.name() ?? null;
  const quoted = /'(.*)'/s.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.help':
      return say.unknownCommand([program.args[1] ?? '']);
    case ownCodes.unknownCommand:
      return say.unknownCommand(program.args);
    case ownCodes.twice:
      return say.usage(`${error.message} is given twice.`, 'Leave one of the two out.');
    case ownCodes.contradiction:
      return say.usage(`${error.message} contradict each other.`, 'Pass one of them.');
    case 'commander.unknownOption':
      return say.unknownOption(quoted, name);
    case 'commander.optionMissingArgument':
      return say.missingValue(quoted);
    case 'commander.missingArgument':
      return say.wrongArguments(name, 'missing');
    case 'commander.excessArguments':
      return say.wrongArguments(name, 'tooMany');
    default:
      return say.usage(error.message.replace(/^error: /, ''), nameProgram('--help'));
  }
}

type Choose = (request: Request) => void;

/** Commands inherit what is set here, so it comes before they are added. */
function build(program: Command, style: HelpStyle, choose: Choose): void {
  program
    .usage('<command> [options]')
    .description('Brings a production Turso / libSQL database to the state that your Prisma migrations describe.')
    .helpOption('-h, --help', 'show help, also for one command')
    .helpCommand('help [command]', 'show help')
    .showSuggestionAfterError(false)
    .configureHelp({
      helpWidth: style.columns,
      minWidthToWrap: 20,
      styleTitle: style.heading,
      showGlobalOptions: true,
    });
  for (const flag of globalFlags) program.addOption(createOption(flag));
  refuseContradictions(program);
  for (const record of commands) addCommand(program, record, style, choose);
  program.addHelpText('after', () => renderExamples(programExamples, style) + exitCodes(style) + agentsLine(style));
  program.on('command:*', () => {
    throw new CommanderError(2, ownCodes.unknownCommand, '');
  });
  program.on('option:version', () => {
    throw new CommanderError(0, 'commander.version', '');
  });
}

/** Options of which only one can be meant. */
const contradictions = [
  ['env-file', 'no-env-file'],
  ['quiet', 'verbose'],
];

function refuseContradictions(program: Command): void {
  for (const events of contradictions) {
    const given = new Set<string>();
    for (const event of events) {
      program.on(`option:${event}`, () => {
        given.add(event);
        if (given.size < 2) return;
        throw new CommanderError(2, ownCodes.contradiction, events.map((name) => `--${name}`).join(' and '));
      });
    }
  }
}

function addCommand(program: Command, record: CommandRecord, style: HelpStyle, choose: Choose): void {
  const { name, argument, summary, description, flags, without = [] } = record;
  const command = program.command(name).summary(summary).description(description);
  if (argument !== undefined) {
    command.argument(argument.need === 'required' ? `<${argument.name}>` : `[${argument.name}]`, argument.says);
  }
  for (const flag of flags) command.addOption(createOption(flag));
  command
    .configureHelp({
      ...program.configureHelp(),
      visibleGlobalOptions: () => program.options.filter(({ long }) => !without.includes(long ?? '')),
    })
    .addHelpText('after', () => renderExamples(record.examples, style))
    .action(() => {
      const line = readLine(command);
      const options = program.opts<GlobalOptions>();
      choose({ type: 'command', command: name, options, start: (run) => record.run(run, line) });
    });
}

function createOption({ name, value, says, twice }: FlagRecord): Option {
  const option = new Option(value === undefined ? name : `${name} ${value}`, says);
  switch (twice) {
    case 'refused':
      // It decides what is worked on: giving it twice must not pick one of the two silently.
      return option.argParser((given: string, before?: string | false) => {
        if (typeof before === 'string' && before !== given) throw new CommanderError(2, ownCodes.twice, name);
        return given;
      });
    case 'listed':
      return option.argParser((given: string, before: readonly string[] = []) => [...before, given]);
    default:
      return option;
  }
}

function readLine(command: Command): Line {
  const find = (flag: string): unknown => {
    const option = command.options.find(({ long }) => long === flag);
    return option === undefined ? undefined : command.getOptionValue(option.attributeName());
  };
  return {
    operand: command.args[0],
    text: (flag) => {
      const value = find(flag);
      return typeof value === 'string' ? value : undefined;
    },
    texts: (flag) => {
      const value = find(flag);
      return Array.isArray(value) ? value.map(String) : undefined;
    },
    // `--no-skill` switches something off that is on by itself.
    has: (flag) => find(flag) === !flag.startsWith('--no-'),
  };
}
