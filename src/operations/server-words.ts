/** What only the server can tell of a plan: what its parser refuses, and whether it has what the mirror does not have. */

import { listNeeded, type ServerList, settleDoubt } from '../core/plan/doubt.ts';
import type { Finding } from '../core/plan/findings.ts';
import { buildProbe, judgeProbe, listProbes } from '../core/plan/parser-probes.ts';
import { foldName } from '../core/sql/identifiers.ts';
import type { Question, Reply } from '../ports.ts';
import type { Rehearsed } from './rehearse.ts';

export interface NamedRehearsal {
  readonly name: string;
  readonly rehearsed: Rehearsed;
}

export interface ServerQuestions {
  readonly queries: readonly Question[];
  /** @param replies to the queries; none where nothing was answered. */
  judge(replies: readonly Reply[]): ServerWords;
}

export interface ServerWords {
  readonly rehearsed: readonly Rehearsed[];
  readonly findings: readonly Finding[];
}

const listQueries: Readonly<Record<ServerList, string>> = {
  function: 'SELECT DISTINCT name FROM pragma_function_list',
  module: 'SELECT name FROM pragma_module_list',
  collation: 'SELECT name FROM pragma_collation_list',
};

export function askServer(migrations: readonly NamedRehearsal[]): ServerQuestions {
  const doubts = migrations.flatMap(({ rehearsed }) => rehearsed.doubts);
  const lists = listNeeded(doubts);
  const probes = listProbes(
    migrations.map(({ name, rehearsed: { statements, findings } }) => ({ name, statements, findings })),
  );
  return {
    queries: [...lists.map((list) => ({ sql: listQueries[list] })), ...probes.map(buildProbe)],
    judge: (replies) => {
      const known = new Map(lists.map((list, index) => [list, readNames(replies[index])] as const));
      const settled = new Map(doubts.map((doubt) => [doubt.finding, settleDoubt(doubt, known)] as const));
      return {
        rehearsed: migrations.map(({ rehearsed }) => ({
          ...rehearsed,
          findings: rehearsed.findings.map((finding) => settled.get(finding) ?? finding),
        })),
        findings: probes.flatMap((probe, index) => judgeProbe(probe, replies[lists.length + index])),
      };
    },
  };
}

/** @returns null where the server does not tell. */
function readNames(reply: Reply | undefined): ReadonlySet<string> | null {
  return reply?.type === 'rows' ? new Set(reply.rows.map(([name]) => foldName(String(name)))) : null;
}
