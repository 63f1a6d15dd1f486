/** What the logs of an applied row say of the run that applied it, and reading two of these things back. */

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
