/** Answers that are no whole answer of libSQL: what a client gets in place of one, after the server did its work. */

import type { Fault } from '../../support/proxy.ts';

interface Message {
  baton: unknown;
  results: { type: string; response?: { type: string; result?: Record<string, unknown> } }[];
}

function edit(change: (message: Message) => unknown): Fault {
  return {
    rewrite: (body) => {
      const message: Message = JSON.parse(body);
      return JSON.stringify(change(message) ?? message);
    },
  };
}

function eachResult(message: Message, change: (result: Record<string, unknown>) => void): void {
  for (const { response } of message.results) if (response?.result) change(response.result);
}

const whole = (text: string): Fault => ({ rewrite: () => text });

/** JSON, or nearly, and no answer to what was asked. */
export const malformed: Readonly<Record<string, Fault>> = {
  'an answer that is only ok': whole('{"type":"ok"}'),
  nothing: whole(''),
  null: whole('null'),
  'no results': edit((message) => ({ ...message, results: [] })),
  'results that are only ok': edit((message) => ({ ...message, results: message.results.map(() => ({ type: 'ok' })) })),
  'errors without a text': edit((message) => ({
    ...message,
    results: message.results.map(() => ({ type: 'error', error: {} })),
  })),
  'one result too few': edit((message) => {
    message.results.splice(0, 1);
  }),
  'results of another kind': edit((message) => {
    for (const { response } of message.results) if (response) response.type = 'describe';
  }),
  'results without rows': edit((message) =>
    eachResult(message, (result) => {
      delete result.rows;
      delete result.step_results;
    }),
  ),
  'a row too short': edit((message) =>
    eachResult(message, (result) => {
      if (Array.isArray(result.cols)) result.cols.push({ name: 'more' });
      if (Array.isArray(result.step_errors)) result.step_errors.pop();
    }),
  ),
  'a baton that is a number': edit((message) => {
    message.baton = 7;
  }),
};

/**
 * Sentences that cannot all be true: a step was not reached, and what comes before and after it was.
 * @param place from the end, of those that ran: the COMMIT, or what puts foreign keys back after it.
 */
export function leaveOut(place: number): Fault {
  return edit((message) =>
    eachResult(message, (result) => {
      const steps = result.step_results;
      if (!Array.isArray(steps)) return;
      const ran = [...steps.keys()].filter((index) => steps[index] !== null);
      steps[ran.at(-place) ?? 0] = null;
    }),
  );
}

/** Every step is said to have failed: that can be, and is not so. */
export const denying: Fault = edit((message) =>
  eachResult(message, (result) => {
    const { step_results: steps, step_errors: errors } = result;
    if (!Array.isArray(steps) || !Array.isArray(errors)) return;
    for (const [index, step] of steps.entries()) {
      if (step === null) continue;
      steps[index] = null;
      errors[index] = { message: 'SQLite error: disk I/O error', code: 'SQLITE_IOERR' };
    }
  }),
);

/** Statuses that libSQL gives before it runs anything, and that something on the way can give after the work was done. */
export const statuses = [307, 400, 401, 403, 404, 413, 429, 500] as const;

/** In libSQL's own words, and as the page of a gateway. */
export const bodies = {
  'in its words': '{"error":"Unauthorized: no"}',
  'as a page': '<!doctype html><title>Sorry</title>',
} as const;
