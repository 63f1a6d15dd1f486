/** The errors of credentials that are missing or not clear, with the complete commands for what there is. */

import { MigrateError } from '../../errors.ts';
import { envFileOf } from '../../target/names.ts';
import type { Target } from '../../target/target.ts';
import { listSome } from '../../text/list.ts';
import { comment, type Flag, type Prose, say, typedCommand, writeFlag } from '../../text/prose.ts';
import { suggest } from '../../text/suggest.ts';
import { type CredentialSource, example, type Sources, tokenVariable, urlVariable } from './credential-sources.ts';
import { findOtherEnvFiles, listTargets } from './other-env-files.ts';
import { pathFlag, showPath } from './paths.ts';

/** The file and the environment name different databases. */
export function refuseConflict(
  file: CredentialSource,
  inFile: Target,
  environment: CredentialSource,
  inEnvironment: Target,
): MigrateError {
  const choices = [
    { flag: file.flag, database: inFile.name },
    { flag: environment.flag, database: inEnvironment.name },
  ];
  return new MigrateError(
    'CREDENTIALS_CONFLICT',
    `${file.label} names ${inFile.name}, but ${environment.label} names ${inEnvironment.name}: it is not clear which one to use.`,
    chooseFlag('Say which one', choices),
  );
}

interface Choice {
  readonly flag: Flag;
  readonly database: string;
}

/** The command that was typed, once with each of the options. */
function chooseFlag(words: string, choices: readonly Choice[]): Prose {
  const width = Math.max(...choices.map(({ flag }) => writeFlag(flag).length));
  const lines = choices.map(
    ({ flag, database }) =>
      say`\n  ${typedCommand([flag])}${comment(`${' '.repeat(width - writeFlag(flag).length)}  # ${database}`)}`,
  );
  return say`${words}:${lines.flat()}`;
}

interface Looked {
  readonly cwd: string;
  /** Where files of targets may be. */
  readonly folders: readonly string[];
  readonly targetName: string;
  /** True if the user said which file to read, or none. */
  readonly isFileNamed: boolean;
}

export function refuseUnfilled({ label, unfilled }: CredentialSource): MigrateError {
  return new MigrateError(
    'CREDENTIALS_MISSING',
    `${label} still has the example's ${unfilled}.`,
    `Replace it in ${label}: turso db show --url <database> prints the address, turso db tokens create <database> a token.`,
  );
}

/** No database is named; other files that name one are told, and not used. */
export function refuseMissing(
  { file, environment }: Sources,
  { cwd, folders, targetName, isFileNamed }: Looked,
): MigrateError {
  const unfilled = [file, environment].find((source) => source !== null && source.unfilled !== null);
  if (unfilled) return refuseUnfilled(unfilled);
  const fileName = envFileOf(targetName);
  const message =
    file !== null
      ? `${file.label} has no ${urlVariable}${environment === null ? '' : ', and the environment has none either'}.`
      : `No database is named: ${urlVariable} is not in the environment, and no ${fileName} was read.`;
  const place = file?.label ?? `${fileName} (beside package.json, and in .gitignore)`;
  const write = `these two lines into ${place}, or set them in the environment:\n  ${urlVariable}=${example.url}\n  ${tokenVariable}=${example.token}`;
  // Who says where the credentials are has said that they are in no other file.
  const others = isFileNamed ? [] : findOtherEnvFiles([...new Set([...folders, cwd])], cwd);
  const targets = isFileNamed || file !== null ? [] : listTargets(folders);
  const choices = [
    ...others.map(({ path, database }) => ({ flag: pathFlag('--env-file', path, cwd), database })),
    ...targets.map((name) => ({ flag: { name: '--target', value: name }, database: envFileOf(name) })),
  ];
  return new MigrateError(
    'CREDENTIALS_MISSING',
    message + describeOthers(others.map(({ path }) => showPath(path, cwd))),
    choices.length === 0
      ? `Put ${write}`
      : say`${chooseFlag('If that is the database', choices)}\nOtherwise put ${write}`,
  );
}

function describeOthers(paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const has = paths.length === 1 ? 'has both' : 'have both';
  return ` ${listSome(paths, 8)} ${has} ${urlVariable} and ${tokenVariable}, but no such file is read by itself.`;
}

/** @param targets those that have a file. */
export function refuseUnknownTarget(
  name: string,
  targets: readonly string[],
  environment: CredentialSource | null,
): MigrateError {
  const near = suggest(name, targets);
  const there =
    targets.length === 0 ? '' : ` Its ${targets.length === 1 ? 'target is' : 'targets are'} ${listSome(targets, 8)}.`;
  const inEnvironment =
    environment?.url === null ? '' : ' The environment names a database, but perhaps that of another target.';
  const create = `Put ${urlVariable} and ${tokenVariable} of that database into ${envFileOf(name)}`;
  const next =
    near !== null
      ? say`Did you mean: ${typedCommand([['--target', near]])}`
      : environment?.url === null
        ? create
        : say`${create}; or, to use the environment: ${typedCommand([['--no-env-file']])}`;
  return new MigrateError(
    'TARGET_UNKNOWN',
    `There is no target ${name}: no ${envFileOf(name)} is in the project.${there}${inEnvironment}`,
    next,
  );
}
