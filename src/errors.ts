/** One error class, and one closed table of codes with the exit code of each. */

import { hideSecrets } from './target/secret.ts';
import { mapTexts, type Prose, type Sayable, toProse, writeProse } from './text/prose.ts';

/** 1: something outside failed or refused, and production's state is known. 2: the caller can correct it, and nothing was written. */
const exitCodes = {
  USAGE: 2,
  PROJECT_NOT_FOUND: 2,
  PROJECT_AMBIGUOUS: 2,
  PRISMA_CONFIG_INVALID: 2,
  PACKAGE_INVALID: 2,
  PACKAGE_MANAGER_AMBIGUOUS: 2,
  MIGRATIONS_NOT_FOUND: 2,
  MIGRATIONS_AMBIGUOUS: 2,
  MIGRATION_FILE_MISSING: 2,
  MIGRATION_NOT_UTF8: 2,
  MIGRATION_NAMES_COLLIDE: 2,
  MIGRATION_OUTSIDE_FOLDER: 2,
  CONSENT_FILE_INVALID: 2,
  FUNCTIONS_FILE_INVALID: 2,
  SETTINGS_INVALID: 2,
  MIGRATION_UNKNOWN: 2,
  MIGRATION_STATE: 2,
  PROVIDER_UNSUPPORTED: 2,
  PRISMA_UNSUPPORTED: 2,
  SCHEMA_NOT_FOUND: 2,
  SCHEMA_INVALID: 2,
  SCHEMA_ENGINE_FAILED: 1,
  BASE_UNKNOWN: 2,
  TABLE_UNKNOWN: 2,
  CREDENTIALS_MISSING: 2,
  CREDENTIALS_CONFLICT: 2,
  PREVIEW_DEPLOYMENT: 2,
  CREDENTIALS_TRACKED: 2,
  TARGET_UNKNOWN: 2,
  ENV_FILE_UNREADABLE: 2,
  URL_INVALID: 2,
  TOKEN_INVALID: 2,
  TOKEN_INSECURE: 2,
  TARGET_FILE_MISSING: 2,
  TARGET_FILE_INVALID: 1,
  AUTH_FAILED: 1,
  TOKEN_READ_ONLY: 1,
  TARGET_NOT_FOUND: 1,
  UNREACHABLE: 1,
  NOT_LIBSQL: 1,
  SERVER_BUSY: 1,
  SERVER_ERROR: 1,
  DATABASE_BUSY: 1,
  READ_FAILED: 1,
  ENGINE_UNVERIFIED: 1,
  ENGINE_MISSING: 1,
  TRACKER_SHAPE: 1,
  PLAN_BLOCKED: 1,
  PLAN_STALE: 1,
  CONSENT_MISSING: 1,
  CONFIRMATION_MISSING: 1,
  DECLINED: 1,
  STATEMENT_FAILED: 1,
  CONNECTION_LOST: 1,
  NOT_UP_TO_DATE: 1,
  CHECK_FAILED: 1,
  NOT_READY: 1,
  UNPROVEN: 1,
  FIX_IMPOSSIBLE: 1,
  FILE_NOT_WRITTEN: 1,
  INSTALL_FAILED: 1,
  BACKUP_FAILED: 1,
  REHEARSAL_STUCK: 1,
  OUTCOME_UNKNOWN: 4,
  INTERRUPTED: 130,
  INTERNAL: 1,
} as const;

export type ErrorCode = keyof typeof exitCodes;

export const errorCodes = Object.keys(exitCodes) as readonly ErrorCode[];

/** 0 done · 1 failed or refused · 2 wrong usage · 3 found something (--exit-code) · 4 unknown · 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

const retryable: ReadonlySet<ErrorCode> = new Set([
  'UNREACHABLE',
  'SERVER_BUSY',
  'SERVER_ERROR',
  'DATABASE_BUSY',
  'CONNECTION_LOST',
  'PLAN_STALE',
  'OUTCOME_UNKNOWN',
  'INTERRUPTED',
]);

export interface FilePlace {
  readonly path: string;
  /** 1-based; null for the whole file. */
  readonly line: number | null;
}

interface ErrorOptions {
  readonly cause?: unknown;
  readonly retryable?: boolean;
  readonly without?: readonly string[];
  readonly place?: FilePlace | null;
}

interface ErrorChanges extends ErrorOptions {
  readonly message?: Sayable;
  readonly next?: Sayable;
}

/** Every refusal and failure of this program, except a bug. */
export class MigrateError extends Error {
  override readonly name = 'MigrateError';
  readonly code: ErrorCode;
  /** What to do now: a command or one sentence. */
  readonly next: string;

  /** True if the same call may succeed later without any change. */
  readonly retryable: boolean;

  /** Options of this run that the next command must not have. */
  readonly without: readonly string[];

  /** The file that the error is about, as shown to people, if a tool can lead the user there. */
  readonly place: FilePlace | null;

  readonly #message: Prose;
  readonly #steps: Prose;

  constructor(code: ErrorCode, message: Sayable, next: Sayable, options: ErrorOptions = {}) {
    // The message may repeat any text of a file or a server, and callers may log it.
    const prose = mapTexts(toProse(message), withoutTokens);
    const steps = mapTexts(toProse(next), withoutTokens);
    super(withoutTokens(writeProse(prose)), options);
    this.code = code;
    this.#message = prose;
    this.#steps = steps;
    this.next = withoutTokens(writeProse(steps));
    this.retryable = options.retryable ?? retryable.has(code);
    this.without = options.without ?? [];
    this.place = options.place ?? null;
  }

  /** The message with its commands as values. */
  get said(): Prose {
    return this.#message;
  }

  /** What to do now, with its commands as values: `next` is these in words. */
  get steps(): Prose {
    return this.#steps;
  }

  /** The same error in other words; everything that is not given stays, including the cause. */
  with({ message = this.#message, next = this.#steps, ...options }: ErrorChanges): MigrateError {
    const { cause, retryable, without, place } = this;
    return new MigrateError(this.code, message, next, { cause, retryable, without, place, ...options });
  }

  get exitCode(): ExitCode {
    return exitCodes[this.code];
  }
}

/** True if the server refused the token: it then does so every time, as with an expired token. */
export function isAccessLost({ code }: MigrateError): boolean {
  return code === 'AUTH_FAILED' || code === 'TOKEN_READ_ONLY';
}

function withoutTokens(text: string): string {
  return hideSecrets(text, []);
}
