/** Another writer: an application that holds the write lock for a while. */

import { request } from '../../support/request.ts';

export interface WriteLock {
  /** Runs these first, then commits. */
  release(...statements: readonly string[]): Promise<void>;
}

interface Reply {
  readonly baton: string | null;
  readonly results: readonly { readonly type: 'ok' | 'error'; readonly error?: { readonly message: string } }[];
}

/** Waits for the lock, as every writer does. @param url the database's. */
export async function takeWriteLock(url: string): Promise<WriteLock> {
  const baton = await send(url, null, ['BEGIN IMMEDIATE']);
  return {
    async release(...statements) {
      await send(url, baton, [...statements, 'COMMIT'], 'and close');
    },
  };
}

async function send(
  url: string,
  baton: string | null,
  statements: readonly string[],
  close?: 'and close',
): Promise<string | null> {
  const requests: object[] = statements.map((sql) => ({ type: 'execute', stmt: { sql } }));
  if (close) requests.push({ type: 'close' });
  const { status, body } = await request({ url: `${url}/v3/pipeline`, body: JSON.stringify({ baton, requests }) });
  if (status !== 200) throw new Error(`${url}: ${status} ${body}`);
  const reply: Reply = JSON.parse(body);
  const failed = reply.results.find((result) => result.type === 'error');
  if (failed) throw new Error(failed.error?.message);
  return reply.baton;
}
