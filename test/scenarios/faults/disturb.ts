/** Faults by what a request is for, where its number depends on how often the program looked before. */

import type { TestProxy } from '../../support/proxy.ts';
import { request } from '../../support/request.ts';
import type { Server } from '../../support/server.ts';
import { isKind, type RequestKind } from './requests.ts';

export interface Disturbance {
  readonly kind: RequestKind;
  /** `before`: never arrives. `after`: runs, and the connection is reset. `hang`: runs, and is never answered. */
  readonly fault: 'before' | 'after' | 'hang';
  /** How many requests of that kind, from the first; all unless given. */
  readonly times?: number;
}

const mostRequests = 60;

/** @returns how many requests were disturbed so far, when asked. */
export function disturb(
  proxy: TestProxy,
  server: Server,
  { kind, fault, times = mostRequests }: Disturbance,
): () => number {
  let disturbed = 0;
  for (let number = 1; number <= mostRequests; number++) {
    proxy.onRequest(number, async ({ path, body }) => {
      if (disturbed >= times || !isKind(kind, body)) return;
      disturbed++;
      if (fault !== 'before') await request({ url: `http://localhost:${server.port}${path}`, body });
      // Forever, as far as the client is concerned; the proxy's end ends it.
      if (fault === 'hang') await new Promise(() => {});
      throw new Error('the proxy resets the connection of a request whose callback fails');
    });
  }
  return () => disturbed;
}
