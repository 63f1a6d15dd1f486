/** What was found out for `doctor`, part by part, before anything is judged. */

import type { MigrateError } from '../errors.ts';
import type { Production } from '../production/production.ts';
import type { Reply } from '../target/request.ts';
import type { Target } from '../target/target.ts';

/** A part that was looked at, that could not be had, or that needs another one that could not. */
export type Looked<Value> =
  | { readonly type: 'found'; readonly value: Value }
  | { readonly type: 'failed'; readonly error: MigrateError }
  /** `because` is a clause. */
  | { readonly type: 'skipped'; readonly because: string };

export interface FoundProject {
  /** As shown to people. */
  readonly root: string;
  /** What makes it a project, and why this one; clauses. */
  readonly why: string;
}

export interface FoundPrisma {
  readonly version: string;
  readonly major: number;
  /** False if package.json asks for it and it is not installed. */
  readonly isInstalled: boolean;
}

export interface FoundSchema {
  /** As shown to people; null where there is none. */
  readonly path: string | null;
}

export interface FoundMigrations {
  /** As shown to people. */
  readonly folder: string;
  readonly count: number;
  readonly last: string | null;
}

export interface FoundCredentials {
  readonly target: Target;
  /** `.env.turso-prod`, `the environment`, `--url`, … */
  readonly source: string;
}

/** How a file with a token is kept. */
export interface CredentialsKept {
  /** The file, as shown to people. */
  readonly file: string;
  /** The permissions as `chmod` takes them, if others than the owner can open it; null if they cannot, or nobody knows. */
  readonly openMode: string | null;
  /** `open`: the next `git add` takes it in. `refused`: git does not read the work tree. `unknown`: there is none, or no git. */
  readonly git: 'ignored' | 'open' | 'tracked' | 'refused' | 'unknown';
  /** The command that git forgets the file by. */
  readonly remove: string;
  /** What goes into which `.gitignore`; null where no line can name the file. */
  readonly ignore: { readonly file: string; readonly line: string } | null;
}

/** What a token says of itself. */
export interface TokenClaims {
  /** `a`: libSQL's word for what it may do; null where it does not say. */
  readonly access: 'rw' | 'ro' | null;
  /** `exp`, in milliseconds since 1970; null for a token that never expires, NaN for what is no time. */
  readonly expires: number | null;
}

/** The token of the credentials, never its value. */
export type FoundToken =
  | { readonly type: 'none' }
  | { readonly type: 'opaque' }
  | { readonly type: 'jwt'; readonly claims: TokenClaims };

/** What the server says of the token. */
export type Access = 'writes' | 'reads' | 'refused' | 'unknown';

export interface FoundServer {
  /** Of a round trip on an open connection; null for a file. */
  readonly milliseconds: number | null;
  /** `libsql_version()`; null where there is none. */
  readonly libsqlVersion: string | null;
}

export interface Facts {
  readonly now: number;
  readonly node: { readonly version: string; readonly needed: string };
  /** The SQLite version of the embedded engine. */
  readonly embedded: Looked<string>;
  /** Whether Prisma's engine loads, and takes the schema; one of ours where the project has none. */
  readonly prismaEngine: Looked<null>;
  readonly project: Looked<FoundProject>;
  readonly prisma: Looked<FoundPrisma | null>;
  /** The command that installs it here. */
  readonly installPrisma: string;
  readonly schema: Looked<FoundSchema>;
  readonly migrations: Looked<FoundMigrations>;
  readonly credentials: Looked<FoundCredentials>;
  readonly kept: Looked<CredentialsKept | null>;
  readonly token: Looked<FoundToken>;
  readonly access: Looked<Access>;
  readonly server: Looked<FoundServer>;
  readonly production: Looked<Production>;
  /** Replies to `probeSteps`. */
  readonly probe: Looked<readonly Reply[]>;
  /** Replies to `settingSteps`. */
  readonly setting: Looked<readonly Reply[]>;
  /** How many migrations `apply` would run. */
  readonly pending: Looked<number>;
}
