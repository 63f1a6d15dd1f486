/** A race that is one: nobody goes on from reading production before everybody has arrived. */

import { startProxy, type TestProxy } from '../../support/proxy.ts';
import type { Server } from '../../support/server.ts';

/** Starts a proxy that lets its first requests, the gathers of that many runs, through together. */
export async function startGate(server: Server, runs: number): Promise<TestProxy> {
  const proxy = await startProxy(server.port);
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  for (let number = 1; number <= runs; number++) {
    proxy.onRequest(number, async () => {
      arrived++;
      if (arrived === runs) open();
      await opened;
    });
  }
  return proxy;
}
