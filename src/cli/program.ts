/** The commands, their options and their help; nothing of a command is loaded before it is chosen. */

import { Command, CommanderError, Option } from 'commander';
import type { MigrateError } from '../errors.ts';
import { program as nameProgram } from '../text/prose.ts';
import type { PlanFlags } from './commands/plan.ts';
import type { CommandName, GlobalOptions, Report, Run } from './context.ts';
import { type HelpStyle, renderHelpEnd } from './help.ts';

/** What a command line asks for. */
export type Request =
  | {
      readonly type: 'command';
      readonly command: CommandName;
      readonly options: GlobalOptions;
      readonly start: (run: Run) => Promise<Report>;
    }
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'version' }
  /** None that is understood. The options are those that were read of it: what is said next needs them. */
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
      return say.usage('--env-file and --no-env-file contradict each other.', 'Pass one of them.');
    case 'commander.unknownOption':
      return say.unknownOption(quoted, name, listFlags(program, command));
    case 'commander.optionMissingArgument':
      return say.missingValue(quoted);
    case 'commander.missingArgument':
    case 'commander.excessArguments':
      return say.wrongArguments(name, error.message);
    default:
      return say.usage(error.message.replace(/^error: /, ''), nameProgram('--help'));
  }
}

function listFlags(program: Command, command: Command | null): readonly string[] {
  const flags = [program, ...(command ? [command] : [])].flatMap((owner) => owner.options.map((option) => option.long));
  return ['--help', ...flags.flatMap((flag) => flag ?? [])];
}

type Choose = (request: Request) => void;
type Begin = (command: CommandName, start: (run: Run) => Promise<Report>) => void;

/** Commands inherit what is set here, so it comes before they are added. */
function build(program: Command, style: HelpStyle, choose: Choose): void {
  program
    .usage('<command> [options]')
    .description('Brings a production Turso / libSQL database to the state that your Prisma migrations describe.')
    .helpOption('-h, --help', 'show help, also for one command')
    .helpCommand('help [command]', 'show help')
    .showSuggestionAfterError(false)
    .configureHelp({ helpWidth: style.columns, styleTitle: style.heading, showGlobalOptions: true });
  addGlobalOptions(program);
  const begin: Begin = (command, start) => {
    const options = program.opts<GlobalOptions>();
    choose({ type: 'command', command, options, start });
  };
  addReadingCommands(program, begin);
  addWritingCommands(program, begin);
  program.on('command:*', () => {
    throw new CommanderError(2, ownCodes.unknownCommand, '');
  });
  program.on('option:version', () => {
    throw new CommanderError(0, 'commander.version', '');
  });
  for (const command of [program, ...program.commands]) {
    command.addHelpText('after', () => renderHelpEnd(command.name(), style));
  }
}

function addGlobalOptions(program: Command): void {
  program
    .addOption(once('--env-file <file>', 'read the credentials from this file (default: .env.turso-prod)'))
    .option('--no-env-file', 'read the credentials from the environment only')
    .addOption(once('--url <url>', 'the database: libsql://…, http://127.0.0.1:8080, file:./local.db'))
    .addOption(once('--schema <path>', 'the Prisma schema, a file or a folder'))
    .addOption(once('--migrations <folder>', 'the migrations folder'))
    .option('--no-config', 'load no prisma.config file: it is code, and runs')
    .option('--json', 'print exactly one JSON object; never ask')
    .option('--yes', 'stands for the final y; for no hazard')
    .option('--exit-code', 'exit with 3 when status or plan find something pending, or drift any')
    .option('--timeout <seconds>', 'how long to wait for an answer (default: 300)')
    .option('--no-color', 'no colour (NO_COLOR does the same)')
    .option('--version', 'show the version');
  const given = new Set<string>();
  for (const event of ['env-file', 'no-env-file']) {
    program.on(`option:${event}`, () => {
      given.add(event);
      if (given.size > 1) throw new CommanderError(2, ownCodes.contradiction, '');
    });
  }
}

/** What `check` takes like every command and has no use for. */
const ofDatabase = /^--(?:url|env-file|no-env-file|timeout|yes|exit-code)$/;

/** For an option that decides what is worked on: giving it twice must not pick one of the two silently. */
function once(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before?: string | false) => {
    if (typeof before === 'string' && before !== value) {
      throw new CommanderError(2, ownCodes.twice, /--[\w-]+/.exec(flags)?.[0] ?? flags);
    }
    return value;
  });
}

function addReadingCommands(program: Command, begin: Begin): void {
  program
    .command('status')
    .summary('the state of every migration')
    .description('Shows the state of every migration.')
    .action(() => {
      begin('status', async (run) => (await import('./commands/status.ts')).runStatus(run));
    });
  program
    .command('plan')
    .summary("what apply would do: rehearsed on a copy of the schema, with questions to production's rows")
    .description(
      "Shows what apply would do: rehearsed on a copy of the schema, then checked against production's rows, read-only.",
    )
    .addOption(once('--to <migration>', 'stop after this migration'))
    .addOption(once('--format <format>', 'text, markdown (for a comment on a pull request) or json'))
    .option('--show-values', 'show values of rows too, at a terminal only')
    .action((flags: PlanFlags) => {
      begin('plan', async (run) => (await import('./commands/plan.ts')).runPlan(run, flags));
    });
  program
    .command('check')
    .summary('whether the migrations are fit to be merged; needs no database')
    .description('Checks the migrations folder, for pull requests and git hooks. Needs no database and no credentials.')
    .addOption(once('--base <ref>', 'compare the names and files with this branch, tag or commit too'))
    .configureHelp({
      ...program.configureHelp(),
      visibleGlobalOptions: () => program.options.filter(({ long }) => !ofDatabase.test(long ?? '')),
    })
    .action((flags: { readonly base?: string }) => {
      begin('check', async (run) => {
        const { withStartedEngine } = await import('./started-engine.ts');
        return withStartedEngine(async (engine) => (await import('./commands/check.ts')).runCheck(run, engine, flags));
      });
    });
  program
    .command('drift')
    .summary('where production, the migrations and schema.prisma disagree')
    .description('Shows where production, the migrations and schema.prisma disagree. Writes nothing without --fix.')
    .option('--fix', 'write a migration for what production has and no migration makes, and record it')
    .addOption(once('--name <name>', 'what the migration of --fix is called'))
    .addOption(allow('--allow <code>', 'drops: the migration takes away what production lacks'))
    .action((flags: { readonly fix?: boolean; readonly name?: string; readonly allow?: readonly string[] }) => {
      begin('drift', async (run) => {
        const { withStartedEngine } = await import('./started-engine.ts');
        return withStartedEngine(async (engine) => (await import('./commands/drift.ts')).runDrift(run, engine, flags));
      });
    });
  program
    .command('tables')
    .summary('the tables of production: columns, indexes, foreign keys')
    .description('Shows the tables of production: columns, indexes, foreign keys.')
    .option('--count', 'count the rows too (reading is billed)')
    .action((flags: { readonly count?: boolean }) => {
      begin('tables', async (run) => (await import('./commands/tables.ts')).runTables(run, flags));
    });
  program
    .command('inspect')
    .argument('<table>', 'a table or view')
    .summary('one table in full')
    .description('Shows one table in full.')
    .action((table: string) => {
      begin('inspect', async (run) => (await import('./commands/inspect.ts')).runInspect(run, table));
    });
}

function addWritingCommands(program: Command, begin: Begin): void {
  program
    .command('apply')
    .summary('apply what is pending: each migration wholly, or not at all')
    .description('Applies what is pending: each migration wholly, or not at all.')
    .addOption(once('--to <migration>', 'stop after this migration'))
    .addOption(once('--plan <id>', 'apply exactly this plan, or nothing'))
    .addOption(
      allow(
        '--allow <code[:migration]>',
        'consent to a hazard, as plan names it, or to a guard, as its failure names it (repeatable, or a list with commas)',
      ),
    )
    .option('--accept-data-loss', 'the same as --allow data-loss')
    .addOption(once('--backup <file>', 'first save a copy of production to a new file, or apply nothing'))
    .option('--show-values', 'show values of rows too, before the question, at a terminal only')
    .action((flags: ApplyFlags) => {
      begin('apply', async (run) => (await import('./commands/apply.ts')).runApply(run, flags));
    });
  program
    .command('backfill')
    .argument('[name]', 'one migration; all that are not recorded, without it')
    .summary('record what production has already as applied, without running it')
    .description(
      'Records what production has already as applied, without running it, after proving that production has it.',
    )
    .addOption(once('--to <migration>', 'of all, this one and those before it'))
    .addOption(once('--undo <name>', 'take the record of a backfilled or unfinished migration back'))
    .addOption(
      allow(
        '--allow <code>',
        'unproven, rows-unseen, replace-tracker: as the refusal names it (repeatable, or a list)',
      ),
    )
    .action((name: string | undefined, flags: BackfillFlags) => {
      begin('backfill', async (run) => (await import('./commands/backfill.ts')).runBackfill(run, { ...flags, name }));
    });
}

interface ApplyFlags {
  readonly to?: string;
  readonly plan?: string;
  readonly allow?: readonly string[];
  readonly acceptDataLoss?: boolean;
  readonly backup?: string;
  readonly showValues?: boolean;
}

interface BackfillFlags {
  readonly undo?: string;
  readonly to?: string;
  readonly allow?: readonly string[];
}

function allow(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [
    ...before,
    value,
  ]);
}
