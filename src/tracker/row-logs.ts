/** Writes and reads the logs of a row, which describe the run that wrote it. */

export interface RunMarks {
  /** The id of the plan that the run applied. */
  readonly plan: string;
  /** The name of the last migration of that plan. */
  readonly last: string;
}

/**
 * The marks come first, because logs are read only up to a length.
 * @returns one line of JSON
 */
export function renderRowLogs(marks: RunMarks, rest: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ plan: marks.plan, last: marks.last, ...rest });
}

const marksPattern = /^\{"plan":"([0-9a-f-]+)","last":("(?:[^"\\]|\\.)*")[,}]/;

/** @returns null for rows of other tools and of earlier releases */
export function parseRunMarks(logs: string | null): RunMarks | null {
  const [, plan, last] = marksPattern.exec(logs ?? '') ?? [];
  return plan === undefined || last === undefined ? null : { plan, last: String(JSON.parse(last)) };
}

/** A consent given to a run. */
export interface RecordedConsent {
  /** As it was given: `data-loss`, `drops-index:20260301083000_address`. */
  readonly consent: string;
  /** The reason in `migrate-prod.allow`; null if it was given on the command line. */
  readonly reason: string | null;
}

/** What the logs tell about a run of this program; values that they do not have are null or empty. */
export interface RowLogs {
  readonly tool: string | null;
  /** The page of a CI run, or `user@host`. */
  readonly by: string | null;
  readonly plan: string | null;
  readonly consents: readonly RecordedConsent[];
  /** The losses that consents to single guards allowed, in words. */
  readonly mayLose: readonly string[];
  /** UTC. */
  readonly restorePoint: string | null;
  /** The name of the backup's file. */
  readonly backup: string | null;
  /** Lines that were added later; all lines if the row is not from this program. */
  readonly lines: readonly string[];
}

export function parseRowLogs(logs: string | null): RowLogs {
  const [first = '', ...rest] = (logs ?? '').split(/\r\n|\n/);
  const fields = parseObject(first);
  const lines = (fields === null ? [first, ...rest] : rest).filter((line) => line.trim() !== '');
  const text = (name: string) => (typeof fields?.[name] === 'string' ? fields[name] : null);
  const texts = (name: string) => {
    const value = fields?.[name];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  };
  const reasons: unknown = fields?.reasons;
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
    // The text of another tool, or a text that was cut.
    return null;
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** Reasons are stored by code, whichever migration the consent named. */
function findReason(reasons: unknown, consent: string): string | null {
  const byCode = toRecord(reasons) ?? {};
  const reason = Object.hasOwn(byCode, consent) ? byCode[consent] : byCode[consent.replace(/:.*$/s, '')];
  return typeof reason === 'string' ? reason : null;
}
