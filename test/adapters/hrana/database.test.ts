/** What is certain of a batch that was not answered: only what was never sent did nothing. */

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openServer } from '../../../src/adapters/hrana/database.ts';

const clock = { now: Date.now, sleep: async (milliseconds: number) => void (await sleep(milliseconds)) };

/** A server that says 404 to its first request, and is gone then. @returns its address */
async function startVanishing(): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    server.close();
    outgoing.writeHead(404, { connection: 'close' });
    outgoing.end('{"error":"Namespace does not exist"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

async function execute(url: string) {
  const database = await openServer({
    target: { type: 'server', name: url, url },
    token: null,
    timeoutSeconds: 5,
    clock,
  });
  return database.execute([{ sql: 'SELECT 1' }]).finally(() => database.close());
}

it('is lost when it was turned away once, which proves nothing, and could not be sent again', async () => {
  expect(await execute(await startVanishing())).toEqual({ type: 'lost', message: 'connection refused' });
});

it('is known not to have run when it was never sent', async () => {
  const url = await startVanishing();
  await execute(url);
  await expect(execute(url)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});
