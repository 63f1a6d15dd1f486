/** `--verbose`: what was asked of the database, what it cost, and where the time went. No value of a row is in it. */

import type { OnTraffic, Traffic } from '../adapters/hrana/database.ts';
import type { Database, Mirror, Reply } from '../ports.ts';
import { count, writeNumber } from '../text/count.ts';
import { renderBytes } from './report/text/size.ts';

export interface Verbose {
  /** A line with the time since the start. */
  readonly say: (text: string) => void;
  /** Told by the HTTP client, for the call that it belongs to. */
  readonly onTraffic: OnTraffic;
  readonly traceDatabase: (database: Database) => Database;
  readonly traceMirror: (mirror: Mirror) => Mirror;
}

/** @param write gets lines, without their ends. */
export function createVerbose(write: (line: string) => void): Verbose {
  const start = performance.now();
  const say = (text: string): void => {
    write(`  ${((performance.now() - start) / 1_000).toFixed(3).padStart(7)} s  ${text}`);
  };
  let traffic: Traffic[] = [];
  return {
    say,
    onTraffic: (one) => traffic.push(one),
    traceMirror: (mirror) => traceMirror(mirror, say),
    traceDatabase: (database) => {
      const trace = async <Result>(
        what: string,
        call: () => Promise<Result>,
        result: (value: Result) => readonly string[],
      ): Promise<Result> => {
        const begun = performance.now();
        traffic = [];
        const end = (words: readonly string[]) =>
          say([what, ...words, ...describeTraffic(traffic), describeTime(performance.now() - begun)].join(', '));
        try {
          const value = await call();
          end(result(value));
          return value;
        } catch (error) {
          end([`failed: ${nameError(error)}`]);
          throw error;
        }
      };
      return {
        ...database,
        read: (questions, options) =>
          trace(
            `read ${options?.purpose ?? 'production'}: ${count(questions.length, 'statement')}`,
            () => database.read(questions, options),
            describeReplies,
          ),
        parse: (statements) =>
          trace(
            `asked the server's parser about ${count(statements.length, 'statement')}`,
            () => database.parse(statements),
            () => [],
          ),
        execute: (steps, options) =>
          trace(
            `sent ${options?.purpose ?? 'a batch'}: ${count(steps.length, 'statement')}`,
            () => database.execute(steps, options),
            (outcome) => [
              outcome.type === 'ran'
                ? `${count(outcome.replies.filter((reply) => reply?.type === 'rows').length, 'statement')} ran`
                : outcome.type,
            ],
          ),
        backUp: (options) =>
          trace(
            'saved a copy',
            () => database.backUp(options),
            (saved) => (saved === null ? [] : [renderBytes(saved.bytes)]),
          ),
        streamRows: (options) =>
          trace(
            `read all rows of ${count(options.tables.length, 'table')}`,
            () => database.streamRows(options),
            (rows) => (rows === null ? ['none wanted'] : [`${writeNumber(rows.queries)} queries`]),
          ),
      };
    },
  };
}

function describeReplies(replies: readonly Reply[]): readonly string[] {
  const answered = replies.flatMap((reply) => (reply.type === 'rows' ? [reply] : []));
  const rows = answered.reduce((sum, reply) => sum + reply.rows.length, 0);
  const billed = answered.flatMap(({ rowsRead }) => rowsRead ?? []).reduce((sum, one) => sum + one, 0);
  const failed = replies.length - answered.length;
  return [
    `${count(rows, 'row')} came`,
    ...(billed > 0 ? [`${writeNumber(billed)} read by the server`] : []),
    ...(failed > 0 ? [`${writeNumber(failed)} without an answer`] : []),
  ];
}

function describeTraffic(traffic: readonly Traffic[]): readonly string[] {
  if (traffic.length === 0) return [];
  const sum = (part: keyof Traffic) => traffic.reduce((total, one) => total + one[part], 0);
  return [
    count(traffic.length, 'request'),
    `${renderBytes(sum('sent'))} sent`,
    `${renderBytes(sum('received'))} received`,
  ];
}

function describeTime(milliseconds: number): string {
  return `${writeNumber(Math.round(milliseconds))} ms`;
}

/** A code of ours, or what kind of error it is: a message may have what a server said. */
function nameError(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.name;
  return 'unknown';
}

function traceMirror(mirror: Mirror, say: (text: string) => void): Mirror {
  const opened = performance.now();
  let statements = 0;
  const counted =
    <Arguments extends readonly unknown[], Result>(call: (...args: Arguments) => Result) =>
    (...args: Arguments): Result => {
      statements += 1;
      return call(...args);
    };
  return {
    ...mirror,
    query: counted(mirror.query),
    run: counted(mirror.run),
    compile: counted(mirror.compile),
    attempt: counted(mirror.attempt),
    search: counted(mirror.search),
    close: () => {
      say(`ran ${count(statements, 'statement')} on a copy, ${describeTime(performance.now() - opened)}`);
      mirror.close();
    },
  };
}
