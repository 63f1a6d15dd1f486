/** The input of a run (the process's values, the global options), and the report that a command returns. */

import type { Readable } from 'node:stream';
import type { Progress } from '../adapters/terminal/progress.ts';
import type { OutputStream, Screen } from '../adapters/terminal/streams.ts';
import type { ErrorCode, ExitCode, MigrateError } from '../errors.ts';
import type { Secret } from '../target/secret.ts';
import type { Target } from '../target/target.ts';
import type { Flag, Written } from '../text/prose.ts';
import type { Annotation } from './report/github/annotations.ts';
import type { Verbose } from './verbose.ts';

/** The process, as far as the command line needs it. */
export interface CommandContext {
  /** As the user starts it, for commands to copy: `npx --no migrate-prod`, for example. */
  readonly program: string;
  /** Node's own program and the script that it was given, absolute. */
  readonly start: { readonly node: string; readonly script: string };
  /** As in `v24.1.0`. */
  readonly nodeVersion: string;
  /** Without the executable and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly stdin: { readonly isTTY: boolean; readonly open: () => Readable };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Told once, before anything is sent that may change production: from then on its state has to be found out. */
  readonly onWriting: () => void;
  /** Rejects with what was thrown where nobody could catch it. */
  readonly crash: Promise<never>;
}

/** Options that every command takes, anywhere on the line. */
export interface GlobalOptions {
  readonly target?: string;
  /** A file; false for --no-env-file. */
  readonly envFile?: string | false;
  readonly url?: string;
  readonly schema?: string;
  readonly migrations?: string;
  /** false for --no-config. */
  readonly config?: boolean;
  readonly yes?: boolean;
  readonly exitCode?: boolean;
  /** Seconds, as they were typed. */
  readonly timeout?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** @param code of the error whose next step is meant. */
export type KeepFlags = (code: ErrorCode) => readonly Flag[];

/** One run of one command. */
export interface Run {
  readonly context: CommandContext;
  readonly command: string;
  readonly options: GlobalOptions;
  /** How long one request may take, and how long to wait for another run or a lost answer. */
  readonly timeoutSeconds: number;
  /** How the answer is given: text for people, or one JSON object. */
  readonly format: 'text' | 'json';
  /** stderr: the conversation. */
  readonly conversation: Screen;
  readonly progress: Progress;
  /** Tells of requests and timings, on stderr; null unless that is asked for. */
  readonly verbose: Verbose | null;
  /** Tells people something besides the answer. */
  readonly notice: (text: string, kind?: 'remark' | 'warning') => void;
  /** Makes sure that a token is in no output, whoever repeats it. */
  readonly hide: (secret: Secret) => void;
  /** Keeps the target's name for the report. */
  readonly setTarget: (target: Target) => void;
  /** Keeps the name by which the target was chosen, before its credentials are read. */
  readonly nameTarget: (name: string) => void;
  /** Says which options of this run the next one needs too; the command's record says which commands take them over. */
  readonly keepFlags: (keep: KeepFlags) => void;
  /** From here on an interruption is left to the operation, which first removes the unfinished backup. */
  readonly holdInterruption: () => void;
  /** From here on production may be changed: an interruption has to be settled, not only obeyed. */
  readonly beginWriting: () => void;
}

/** Values that hold no character with a meaning in a file of lines: an id, a number, a yes or no. */
export type Outputs = Readonly<Record<string, string | number | boolean>>;

export interface Report {
  readonly exitCode: ExitCode;
  /**
   * The answer for people, for stdout; without colour and cuts where the screen says so.
   * @param next of the report's error, its commands complete; null without an error.
   */
  readonly text: (screen: Screen, next: Written | null) => string;
  /** The answer's own fields of the JSON object. */
  readonly json: () => Readonly<Record<string, unknown>>;
  /** Shown beside the files where GitHub runs the command; never together with JSON. */
  readonly annotations?: readonly Annotation[];
  /** Markdown for the page of a run on GitHub. @param next as for `text`. */
  readonly page?: (next: Written | null) => string | Promise<string>;
  /** Values for later steps of that run. */
  readonly outputs?: Outputs;
  /** Why it did not end well; null when it did. */
  readonly error: MigrateError | null;
  /** The error for people, for stderr: in place of its message, where that is not enough; null where the answer says it. */
  readonly errorText?: ((screen: Screen) => string) | null;
}
