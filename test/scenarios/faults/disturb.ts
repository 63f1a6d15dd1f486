/** Faults by what a request is for, where its number depends on how often the program looked before. */

import type { Fault, TestProxy } from '../../support/proxy.ts';
import { isKind, type RequestKind } from './requests.ts';

export interface Disturbance {
  readonly kind: RequestKind;
  readonly fault: Fault;
  /** How many requests of that kind, from the first; all unless given. */
  readonly times?: number;
}

/** @returns how many requests were disturbed so far, when asked. */
export function disturb(
  proxy: TestProxy,
  { kind, fault, times = Number.POSITIVE_INFINITY }: Disturbance,
): () => number {
  let disturbed = 0;
  proxy.breakWhere(({ body }) => {
    if (disturbed >= times || !isKind(kind, body)) return undefined;
    disturbed += 1;
    return fault;
  });
  return () => disturbed;
}
