/** A Hrana client for tests, written apart from the program's own so that both cannot be wrong in the same way. */

import type { Value } from '../../src/ports.ts';
import { request } from './request.ts';

type WireValue =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string };

interface WireError {
  readonly message: string;
  readonly code?: string;
}

interface WireBatch {
  readonly step_results: readonly ({ readonly rows: readonly (readonly WireValue[])[] } | null)[];
  readonly step_errors: readonly (WireError | null)[];
}

interface WireReply {
  readonly results: readonly (
    | { readonly type: 'ok'; readonly response: { readonly type: string; readonly result: WireBatch } }
    | { readonly type: 'error'; readonly error: WireError }
  )[];
}

function readValue(wire: WireValue): Value {
  switch (wire.type) {
    case 'null':
      return null;
    case 'integer': {
      const number = Number(wire.value);
      return Number.isSafeInteger(number) ? number : BigInt(wire.value);
    }
    case 'blob':
      return new Uint8Array(Buffer.from(wire.base64, 'base64'));
    default:
      return wire.value;
  }
}

/**
 * Runs statements in order on one stream, each in autocommit; the first that fails stops those after it.
 * @throws Error with the statement and the server's words.
 */
export async function runStatements(
  url: string,
  statements: readonly string[],
  token?: string,
): Promise<readonly (readonly (readonly Value[])[])[]> {
  const steps = statements.map((sql, index) => ({
    stmt: { sql },
    ...(index > 0 ? { condition: { type: 'ok', step: index - 1 } } : {}),
  }));
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ requests: [{ type: 'batch', batch: { steps } }, { type: 'close' }] });
  const reply = await request({ url: `${url}/v3/pipeline`, headers, body });
  if (reply.status !== 200) throw new Error(`${url}: ${reply.status} ${reply.body}`);
  const { results }: WireReply = JSON.parse(reply.body);
  const batch = results[0];
  if (batch?.type !== 'ok') throw new Error(`${batch?.error.code}: ${batch?.error.message}`);
  const { step_errors: errors, step_results: replies } = batch.response.result;
  const failed = errors.findIndex((error) => error !== null);
  if (failed !== -1) throw new Error(`${errors[failed]?.message}, in: ${statements[failed]}`);
  return replies.map((result) => (result?.rows ?? []).map((row) => row.map(readValue)));
}
