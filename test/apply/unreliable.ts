/** What may become of a request on its way to the real engine and back: it is lost, turned away, sent twice, or meets another writer. */

import { type ErrorCode as Code, MigrateError } from '../../src/errors.ts';
import type { BatchOutcome, CallOptions, Database, Reply, Step } from '../../src/ports.ts';

/** What becomes of one request; `run` is the request as it would have gone. */
export type Fate<Answer> = (run: () => Promise<Answer>) => Promise<Answer>;

type Executed = Fate<BatchOutcome>;
type Read = Fate<readonly Reply[]>;

const lost: BatchOutcome = { type: 'lost', message: 'the line is dead' };

export const passes = <Answer>(run: () => Promise<Answer>): Promise<Answer> => run();

export const neverArrives: Executed = async () => lost;

export const losesAnswer: Executed = async (run) => {
  await run();
  return lost;
};

/** The server could not parse it. */
export const isRefused: Executed = async () => ({ type: 'refused', message: 'near "X": syntax error', code: 'PARSE' });

const errorOf = (code: Code) => new MigrateError(code, `The server says ${code}.`, 'wait');

/** Turned away at the door: in libSQL's own words, or in those of something on the way. */
export const turnedAway =
  (code: Code, words: 'own' | 'foreign', reached: 'before' | 'after' = 'before'): Executed =>
  async (run) => {
    if (reached === 'after') await run();
    return { type: 'lost', message: `status of ${code}`, refusal: { error: errorOf(code), isOwn: words === 'own' } };
  };

/** It was not sent, or nobody may ask. */
export const throws = (code: Code) => async (): Promise<never> => {
  throw errorOf(code);
};

/** A bug. */
export const breaks = async (): Promise<never> => {
  throw new TypeError('a bug');
};

/** The answer is that of a second try; the first ran as well, or did not. */
export const sentTwice =
  (first: 'ran' | 'did not run'): Executed =>
  async (run) => {
    if (first === 'ran') await run();
    const outcome = await run();
    return outcome.type === 'ran' ? { ...outcome, sent: 2 } : outcome;
  };

/** Something else happens first. */
export const comesAfter =
  <Answer>(what: () => Promise<unknown>, then: Fate<Answer> = passes): Fate<Answer> =>
  async (run) => {
    await what();
    return then(run);
  };

export interface Unreliable {
  readonly database: Database;
  /** The kinds of requests so far, in their order. */
  readonly requests: readonly ('read' | 'execute')[];
  /** What was to be executed, and how. */
  readonly sent: readonly { readonly steps: readonly Step[]; readonly options: CallOptions | undefined }[];
}

const same = (step: Step): Step => step;

/** @param fates of the first requests of each kind, in their order; what comes after them has the last one's, where that is repeated; and how the server takes each step. */
export function makeUnreliable(
  database: Database,
  fates: {
    readonly read?: readonly Read[];
    readonly execute?: readonly Executed[];
    readonly repeat?: 'last';
    readonly rewrite?: (step: Step) => Step;
  },
): Unreliable {
  const requests: ('read' | 'execute')[] = [];
  const sent: { steps: readonly Step[]; options: CallOptions | undefined }[] = [];
  const next = <Answer>(kind: 'read' | 'execute', of: readonly Fate<Answer>[] = []): Fate<Answer> => {
    const index = requests.filter((each) => each === kind).length;
    requests.push(kind);
    return of[index] ?? (fates.repeat === 'last' ? of.at(-1) : undefined) ?? passes;
  };
  return {
    requests,
    sent,
    database: {
      ...database,
      read: (questions, options) => next('read', fates.read)(() => database.read(questions, options)),
      execute: (steps, options) => {
        sent.push({ steps, options });
        return next('execute', fates.execute)(() => database.execute(steps.map(fates.rewrite ?? same), options));
      },
    },
  };
}
