/** Which database, and with which token: one source decides both, or nothing is opened. */

import { dirname } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { defaultTargetName } from '../../target/names.ts';
import { Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';
import { command, say } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { refuseConflict, refuseMissing, refuseUnfilled, refuseUnknownTarget } from './credential-errors.ts';
import {
  type CredentialSource,
  envFileName,
  parseEnvironment,
  readNamedFile,
  readTargetFile,
  type Sources,
  tokenVariable,
  urlVariable,
} from './credential-sources.ts';
import { listTargets } from './other-env-files.ts';
import { listProjectFolders, readKind } from './paths.ts';
import { exposesToken, type ParsedTarget, parseTarget, sameServer, sameTarget } from './target.ts';

export interface Credentials {
  readonly target: Target;
  readonly token: Secret | null;
  /** Where they come from, as shown to people: `.env.turso-prod`, `the environment`, `--url`, … */
  readonly source: string;
  /** The file that was read, absolute, if it has a token in it, used or not; null for none. */
  readonly tokenFile: string | null;
}

export interface CredentialsOptions {
  /** The target's name where the user gave one; absent for the default one. */
  readonly targetName?: string | undefined;
  /** Absolute. */
  readonly cwd: string;
  /** The project's root, absolute; the working directory where there is no project. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative to `cwd`; the target's own file when absent, none when false. */
  readonly envFile?: string | false | undefined;
  readonly url?: string | undefined;
  /** For a `file:` target. */
  readonly create: 'create' | 'must-exist';
}

/**
 * Finds the target and its token. A token is kept only where the target can use one.
 * @throws MigrateError CREDENTIALS_MISSING, CREDENTIALS_CONFLICT, TARGET_UNKNOWN, ENV_FILE_UNREADABLE, URL_INVALID,
 * TOKEN_INVALID, TOKEN_INSECURE, TARGET_FILE_MISSING, USAGE
 */
export async function readCredentials(options: CredentialsOptions): Promise<Credentials> {
  const sources = await readSources(options);
  const found =
    options.url === undefined ? chooseSource(sources, options) : chooseForUrl(options.url, sources, options.cwd);
  const { target, source } = found;
  const tokenFile = sources.file !== null && holdsSecret(sources.file) ? sources.file.path : null;
  if (target.type === 'file') {
    refuseMissingFile(target, options.create);
    return { target, token: null, source, tokenFile };
  }
  const token = found.token === null ? null : parseToken(found.token, source);
  if (token !== null && exposesToken(target)) {
    throw new MigrateError(
      'TOKEN_INSECURE',
      `The token for ${target.name} would be sent unencrypted, and anybody on the way could read it.`,
      `Use libsql:// or https:// (without ?tls=0) for it (${source}). Plain http:// takes a token only on this machine, as in http://127.0.0.1:8080.`,
    );
  }
  return { target, token, source, tokenFile };
}

function holdsSecret({ url, token }: CredentialSource): boolean {
  return token !== null || /[?&]authToken=./.test(url ?? '');
}

/** Credentials as they were given, before the token is looked at. */
type FoundCredentials = Omit<Credentials, 'tokenFile'>;

async function readSources(options: CredentialsOptions): Promise<Sources> {
  const { cwd, root, env, envFile } = options;
  if (envFile === '') {
    throw new MigrateError('USAGE', '--env-file needs a file.', `For example --env-file ${envFileName}`);
  }
  if (typeof envFile === 'string') return { file: await readNamedFile(envFile, cwd), environment: null };
  const name = options.targetName ?? defaultTargetName;
  const file = envFile === false ? null : readTargetFile(name, listProjectFolders(root, cwd), cwd);
  return { file, environment: parseEnvironment(env) };
}

function chooseSource({ file, environment }: Sources, options: CredentialsOptions): FoundCredentials {
  const { cwd, root, envFile, targetName = defaultTargetName } = options;
  const folders = listProjectFolders(root, cwd);
  if (file === null && envFile === undefined && targetName !== defaultTargetName) {
    // The environment may be another target's: where the others have files, the name is probably mistyped.
    const targets = listTargets(folders);
    if (environment?.url === null || targets.length > 0) throw refuseUnknownTarget(targetName, targets, environment);
  }
  const fromFile = file === null ? null : parseSource(file, cwd);
  const fromEnvironment = environment === null ? null : parseSource(environment, cwd);
  if (file !== null && environment !== null && fromFile !== null && fromEnvironment !== null) {
    if (!sameTarget(fromFile.target, fromEnvironment.target)) {
      throw refuseConflict(file, fromFile.target, environment, fromEnvironment.target);
    }
    // The same database twice: the file counts, unless it is the environment alone that can open it.
    return fromFile.token === null && fromEnvironment.token !== null ? fromEnvironment : fromFile;
  }
  const chosen = fromFile ?? fromEnvironment;
  if (chosen === null)
    throw refuseMissing({ file, environment }, { cwd, folders, targetName, isFileNamed: envFile !== undefined });
  return chosen;
}

function parseSource(source: CredentialSource, cwd: string): FoundCredentials | null {
  if (source.url === null) return null;
  if (source.unfilled !== null) throw refuseUnfilled(source);
  const { target, token } = parseUrlOf(source.url, source.label, cwd);
  return { target, token: source.token ?? token, source: source.label };
}

/** `--url` decides the database; a source lends its token only where that token was meant for the same server. */
function chooseForUrl(url: string, { file, environment }: Sources, cwd: string): FoundCredentials {
  if (url.trim() === '') {
    throw new MigrateError('USAGE', '--url needs an address.', 'For example --url libsql://your-database.turso.io');
  }
  const { target, token } = parseUrlOf(url, '--url', cwd);
  if (token !== null) {
    throw new MigrateError(
      'TOKEN_INSECURE',
      '--url has a token in it. The shell keeps it, and every user of this machine can see it.',
      `Leave ?authToken= out, and put the token into ${tokenVariable} of ${envFileName} or of the environment.`,
    );
  }
  if (target.type === 'file') return { target, token, source: '--url' };
  for (const source of [file, environment]) {
    const lent = source === null ? null : findLentToken(source, target, cwd);
    if (source !== null && lent !== null) {
      return { target, token: lent, source: `--url (token from ${source.label})` };
    }
  }
  return { target, token: null, source: '--url' };
}

function findLentToken(source: CredentialSource, target: Target, cwd: string): Secret | null {
  if (source.url === null) return source.token;
  let parsed: ParsedTarget;
  try {
    parsed = parseTarget(source.url, cwd);
  } catch {
    // Nobody knows which server that token is for.
    return null;
  }
  return sameServer(parsed.target, target) ? (source.token ?? parsed.token) : null;
}

function parseUrlOf(url: string, label: string, cwd: string): ParsedTarget {
  try {
    return parseTarget(url, cwd);
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    const where = label === '--url' ? '--url' : `${urlVariable} of ${label}`;
    throw error.with({ message: `${where}: ${error.message}` });
  }
}

/** Refuses what cannot stand in an HTTP header as a bearer token, without showing it. */
function parseToken(secret: Secret, source: string): Secret {
  const token = secret.reveal().trim();
  const reason = /\s/.test(token)
    ? 'it has white space or a line break in it'
    : /["'`<>]/.test(token)
      ? 'it has a quote or an angle bracket in it'
      : token.includes('://')
        ? 'it looks like an address: are the URL and the token swapped?'
        : /[^\x21-\x7e]/.test(token)
          ? 'it has characters that cannot be sent'
          : null;
  if (reason === null) return new Secret(token);
  throw new MigrateError(
    'TOKEN_INVALID',
    `The token is not usable (${source}): ${reason}.`,
    `Create one with turso db tokens create <database> and put it, on one line, into ${tokenVariable}.`,
  );
}

function refuseMissingFile(target: Target & { readonly type: 'file' }, create: CredentialsOptions['create']): void {
  const kind = readKind(target.path);
  if (kind === 'file') return;
  if (kind !== 'absent') {
    throw new MigrateError(
      'TARGET_FILE_MISSING',
      `${target.name} is ${kind === 'folder' ? 'a folder' : 'not a regular file'}, not a database file.`,
      'Name the file itself, as in --url file:./local.db',
    );
  }
  if (create === 'must-exist') {
    throw new MigrateError(
      'TARGET_FILE_MISSING',
      `The database file ${target.path} does not exist, and this command does not create it.`,
      say`Correct the address, or create the database: ${command('apply')}`,
    );
  }
  const folder = dirname(target.path);
  if (readKind(folder) === 'folder') return;
  throw new MigrateError(
    'TARGET_FILE_MISSING',
    `The database file ${target.path} cannot be created: its folder does not exist.`,
    `Create the folder ${quoteArgument(folder)}, or correct the address.`,
  );
}
