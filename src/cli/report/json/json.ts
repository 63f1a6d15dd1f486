/** The one JSON object of `--json`; docs/json.md describes it. */

import { collectConsents, renderConsent } from '../../../consents/consent.ts';
import type { ExitCode, MigrateError } from '../../../errors.ts';
import type { Finding } from '../../../findings/catalogue.ts';
import { reportFinding } from '../../../findings/report.ts';
import { cutText } from '../../../text/cut.ts';
import { joinSpans, type Written } from '../../../text/prose.ts';
import { toDate } from '../../../text/time.ts';
import { replaceUnseen } from '../../../text/unseen.ts';

/** Rises when a field is taken away or means something else; a new field does not raise it. */
const jsonVersion = 1;

export interface JsonInput {
  readonly command: string | null;
  readonly target: string | null;
  /** The name by which it was chosen. */
  readonly targetName: string | null;
  readonly notices: readonly string[];
  readonly exitCode: ExitCode;
  /** The command's own fields. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly error: MigrateError | null;
  /** The next step, its commands complete; null without an error. */
  readonly next: Written | null;
  /** Of a bug. */
  readonly stack?: string | null;
}

/** @returns one line of JSON, in which characters that nobody sees are written as escapes. */
export function buildJson({
  command,
  target,
  targetName,
  notices,
  exitCode,
  body,
  error,
  next,
  stack,
}: JsonInput): string {
  const object = JSON.stringify({
    version: jsonVersion,
    ok: error === null,
    command,
    exitCode,
    target,
    targetName,
    ...body,
    ...(notices.length > 0 ? { notices } : {}),
    ...(error === null ? {} : { error: describeError(error, next ?? [], stack ?? null) }),
  });
  return replaceUnseen(object, escapeForJson);
}

/** Outside of strings JSON has none of them here. */
function escapeForJson(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function describeError({ code, message, retryable }: MigrateError, next: Written, stack: string | null) {
  return { code, message, next: joinSpans(next), retryable, ...(stack === null ? {} : { stack }) };
}

/**
 * Without their examples: JSON may be stored, and values of rows are customers' data.
 * @param migrations those of the plan or the folder, for the paths.
 */
export function describeFindings(
  findings: readonly Finding[],
  migrations: readonly { readonly name: string; readonly path: string }[],
) {
  const paths = new Map(migrations.map(({ name, path }) => [name, path]));
  return findings.map((finding) => describeFinding(finding, paths));
}

function describeFinding(finding: Finding, paths: ReadonlyMap<string, string>) {
  const { kind, code, message, why, way, evidence, migration, line, sql } = reportFinding(finding);
  const consent = collectConsents([finding]).map(renderConsent)[0] ?? null;
  return {
    kind,
    code,
    message,
    why: why ?? null,
    way: way ?? null,
    count: evidence?.count ?? null,
    query: evidence?.query ?? null,
    migration,
    path: paths.get(migration ?? '') ?? null,
    line,
    sql: sql && cutText(sql, longestShown),
    consent,
  };
}

/** A statement may have megabytes, and a plan has it whole in its place. */
const longestShown = 10_000;

/** A time as ISO text; null where there is none, or it could not be read. */
export function describeTime(milliseconds: number | null): string | null {
  if (!milliseconds) return null;
  return toDate(milliseconds)?.toISOString() ?? null;
}
