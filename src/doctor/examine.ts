/** `doctor`, as a value: from what was found out to the lines of its page. */

import type { Check, CheckId, Judged } from './check.ts';
import { skipped } from './check.ts';
import { judgeCredentials, judgeKept } from './credentials.ts';
import {
  judgeEngine,
  judgeForeignKeys,
  judgePending,
  judgeServer,
  judgeTracker,
  judgeTransactions,
} from './database.ts';
import type { Facts } from './facts.ts';
import { judgeEmbedded, judgeNode, judgePrismaEngine } from './machine.ts';
import { judgeMigrations, judgePrisma, judgeProject, judgeSchema } from './project.ts';
import { findKind, judgeToken } from './token.ts';

/** @param latestPrisma the newest major version whose schemas are read. @returns one check for each id, in their order. */
export function examine(facts: Facts, latestPrisma: number): readonly Check[] {
  const access = facts.access.type === 'found' ? facts.access.value : null;
  const judged: Readonly<Record<CheckId, Judged>> = {
    node: judgeNode(facts.node),
    'embedded-engine': judgeEmbedded(facts.embedded),
    'prisma-engine': judgePrismaEngine(facts.prismaEngine),
    project: judgeProject(facts.project),
    prisma: judgePrisma(facts, latestPrisma),
    schema: judgeSchema(facts.schema, facts.prismaEngine),
    migrations: judgeMigrations(facts.migrations),
    credentials: judgeCredentials(facts.credentials),
    'credentials-file': judgeKept(facts.kept),
    token: judgeTokenOf(facts),
    server: judgeServer(facts.server, access),
    engine: judgeEngine(facts.production, facts.server),
    transactions: judgeTransactions(facts.probe),
    'foreign-keys': judgeForeignKeys(facts.production, facts.setting),
    tracker: judgeTracker(facts.production),
    pending: judgePending(facts.pending),
  };
  return Object.entries(judged).map(([id, check]) => ({ id: id as CheckId, ...check }));
}

/** True if the token may not write: what reads works with it, and nothing else. */
export function mayOnlyRead({ token, access }: Facts): boolean {
  const claimed = token.type === 'found' && token.value.type === 'jwt' ? token.value.claims.access : null;
  return findKind(claimed, access.type === 'found' ? access.value : null) === 'reads';
}

function judgeTokenOf({ token, credentials, access, now }: Facts): Judged {
  if (token.type === 'skipped') return skipped(token.because);
  if (token.type === 'failed' || credentials.type !== 'found') return skipped('no credentials can be used');
  const { target } = credentials.value;
  return judgeToken({ token: token.value, target, access: access.type === 'found' ? access.value : null, now });
}
