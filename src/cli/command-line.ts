/** Commands to copy: complete, with the options that the user gave and with what a shell needs quoted. */

import { packageManagers, startPrisma, startWith } from '../init/package-manager.ts';
import {
  type Flag,
  type Sayable,
  type TypedPart,
  toProse,
  type Writer,
  type Written,
  withoutGiven,
  writeCommand,
  writeFlag,
  writeSpans,
} from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import type { GlobalOptions, Run } from './context.ts';

/** The option where it was given a value, none otherwise. */
export function listFlag(name: string, value: string | undefined): readonly Flag[] {
  return value === undefined ? [] : [{ name, value }];
}

/** As they were given; `false` where the option was given to switch it off. */
interface TargetFlags {
  readonly target?: string | undefined;
  readonly url?: string | undefined;
  readonly envFile?: string | false | undefined;
  readonly config?: boolean | undefined;
  readonly schema?: string | undefined;
  readonly migrations?: string | undefined;
}

/** The given options that decide which database and which project a command works on. */
export function listTargetFlags(options: TargetFlags): readonly Flag[] {
  const flags: Flag[] = [...listFlag('--target', options.target)];
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

/** Everything else that a command line needs to work as it stands. */
interface Around {
  /** As the user starts the program. */
  readonly program: string;
  readonly options: GlobalOptions;
  /** The options of this run that a command is to be given too. */
  readonly keep: (command: string) => readonly Flag[];
  readonly typed: { readonly command: string | null; readonly argv: readonly string[] };
}

export function createWriter({ program, options, keep, typed }: Around): Writer {
  const target = listTargetFlags(options);
  return {
    program,
    command: (part) => writeCommand(part, program, withoutGiven([...target, ...keep(part.command)], part.flags)),
    typed: (part) =>
      typed.command === null
        ? writeCommand({ ...part, command: 'status', operands: [] }, program, withoutGiven(target, part.flags))
        : repeatTyped(part, program, withoutGiven(target, part.flags), typed.command, typed.argv),
    shell: (line) => writeShellLine(line, program),
  };
}

/** Prisma is started as this program is: `npx prisma migrate dev` is `pnpm prisma migrate dev` for who uses pnpm. */
function writeShellLine(line: string, program: string): string {
  return line.replace(/^npx prisma(?= )/, namePrisma(program));
}

/** How a user starts Prisma. @param program this one, as they start it. */
export function namePrisma(program: string): string {
  return startPrisma(packageManagers.find((manager) => startWith(manager, 'migrate-prod') === program) ?? 'npm');
}

/** A step of a run that went well: only the options of the target are added. */
export function writeStep({ context: { program, argv }, command, options }: Run, step: Sayable): Written {
  return writeSpans(toProse(step), createWriter({ program, options, keep: () => [], typed: { command, argv } }));
}

/** The options that `listTargetFlags` knows, which come back from there without their secrets. */
const valuedTargets: ReadonlySet<string> = new Set(['--target', '--url', '--env-file', '--schema', '--migrations']);

/** Everything that was typed, apart from the options of the target. */
function repeatTyped(
  part: TypedPart,
  program: string,
  target: readonly Flag[],
  command: string,
  argv: readonly string[],
): string {
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
  const isFix = (word: string) => word === '--fix';
  const rest = words.filter((word) => !isFix(word));
  const own = part.flags.map(writeFlag);
  return [
    program,
    command,
    ...words.filter(isFix),
    ...target.map(writeFlag),
    // Behind -- nothing is an option.
    ...(rest.includes('--') ? [...own, ...rest] : [...rest, ...own]),
  ].join(' ');
}
