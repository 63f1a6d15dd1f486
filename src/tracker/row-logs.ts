/** What the logs of a row say of the run that wrote it, and reading that back. */

export interface RunMarks {
  /** The id of the plan that the run applied. */
  readonly plan: string;
  /** The name of the last migration of that plan. */
  readonly last: string;
}

/**
 * The marks come first: logs are read cut.
 * @returns one line of JSON.
 */
export function renderRowLogs(marks: RunMarks, rest: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ plan: marks.plan, last: marks.last, ...rest });
}

const marksPattern = /^\{"plan":"([0-9a-f-]+)","last":("(?:[^"\\]|\\.)*")[,}]/;

/** @returns null for rows of other tools and of earlier releases. */
export function parseRunMarks(logs: string | null): RunMarks | null {
  const [, plan, last] = marksPattern.exec(logs ?? '') ?? [];
  return plan === undefined || last === undefined ? null : { plan, last: String(JSON.parse(last)) };
}

/** A consent that a run was given. */
export interface RecordedConsent {
  /** As it was given: `data-loss`, `drops-index:20260301083000_address`. */
  readonly consent: string;
  /** What stood in `migrate-prod.allow`; null where it was given on the command line. */
  readonly reason: string | null;
}

/** What a run of this program says of itself; null or nothing where it does not. */
export interface RowLogs {
  readonly tool: string | null;
  /** The page of a CI run, or `user@host`. */
  readonly by: string | null;
  readonly plan: string | null;
  readonly consents: readonly RecordedConsent[];
  /** What consents to single guards gave up, in words. */
  readonly mayLose: readonly string[];
  /** UTC. */
  readonly restorePoint: string | null;
  /** The name of the backup's file. */
  readonly backup: string | null;
  /** What was written behind it later, a line each; all lines of a row that no run of this program wrote. */
  readonly lines: readonly string[];
}

export function parseRowLogs(logs: string | null): RowLogs {
  const [first = '', ...rest] = (logs ?? '').split(/\r\n|\n/);
  const said = parseObject(first);
  const lines = (said === null ? [first, ...rest] : rest).filter((line) => line.trim() !== '');
  const text = (name: string) => (typeof said?.[name] === 'string' ? said[name] : null);
  const texts = (name: string) => {
    const value = said?.[name];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  };
  const reasons: unknown = said?.reasons;
  return {
    tool: text('tool'),
    by: text('by'),
    plan: text('plan'),
    consents: texts('allowed').map((consent) => ({ consent, reason: findReason(reasons, consent) })),
    mayLose: texts('mayLose'),
    restorePoint: text('restorePoint'),
    backup: text('backup'),
    lines,
  };
}

/** @returns what a row says beside whose run it was; null where it says nothing. */
export function readMessage(logs: string | null): string | null {
  return parseRowLogs(logs).lines.join('\n') || null;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null;
  try {
    return toRecord(JSON.parse(line));
  } catch {
    // Another tool's text, or one that was cut.
    return null;
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** Reasons stand by their codes, whichever migration the consent named. */
function findReason(reasons: unknown, consent: string): string | null {
  const byCode = toRecord(reasons) ?? {};
  const reason = Object.hasOwn(byCode, consent) ? byCode[consent] : byCode[consent.replace(/:.*$/s, '')];
  return typeof reason === 'string' ? reason : null;
}
