/** What only the server can tell of a plan: what its parser refuses, and whether it has what the mirror does not have. */

import type { Finding } from '../core/plan/findings.ts';
import { buildProbe, judgeProbe, listProbes } from '../core/plan/parser-probes.ts';
import { listNames, type UnknownName } from '../core/sandbox/unknown-names.ts';
import { foldName } from '../core/sql/identifiers.ts';
import type { Question, Reply } from '../ports.ts';
import type { Rehearsed } from './rehearse.ts';
import type { Doubt } from './rehearse-statement.ts';

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

const listQueries = {
  function: 'SELECT DISTINCT name FROM pragma_function_list',
  module: 'SELECT name FROM pragma_module_list',
  collation: 'SELECT name FROM pragma_collation_list',
} as const;

type ListName = keyof typeof listQueries;

const listOf = {
  function: 'function',
  table: 'module',
  module: 'module',
  collation: 'collation',
} as const satisfies Record<UnknownName['type'], ListName>;

export function askServer(migrations: readonly NamedRehearsal[]): ServerQuestions {
  const doubts = migrations.flatMap(({ rehearsed }) => rehearsed.doubts);
  const lists = [...new Set(doubts.flatMap(({ names }) => names.map(({ type }) => listOf[type])))];
  const probes = listProbes(
    migrations.map(({ name, rehearsed: { statements, findings } }) => ({ name, statements, findings })),
  );
  return {
    queries: [...lists.map((list) => ({ sql: listQueries[list] })), ...probes.map(buildProbe)],
    judge: (replies) => {
      const known = new Map(lists.map((list, index) => [list, readNames(replies[index])] as const));
      const findings = doubts.map((doubt) => [doubt.finding, settle(doubt, known)] as const);
      const settled = new Map(findings);
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

/** The hazard that it is, in the words of what is known now; a blocker where the server has it no more than the mirror. */
function settle({ names, finding }: Doubt, known: ReadonlyMap<ListName, ReadonlySet<string> | null>): Finding {
  const isMissing = ({ type, name }: UnknownName) => known.get(listOf[type])?.has(foldName(name)) === false;
  const missing = names.filter(isMissing);
  if (missing.length > 0) {
    return {
      kind: 'blocker',
      code: 'rehearsal-failed',
      migration: finding.migration,
      line: finding.line,
      message: `It needs ${listNames(missing)}, which neither libSQL itself nor this server has.`,
      why: 'The statement fails in production as well, and the migration is rolled back.',
      sql: finding.sql,
    };
  }
  const isTold = names.every(({ type }) => known.get(listOf[type]));
  const has = isTold
    ? 'which this server has and libSQL itself does not have'
    : `${lacks}; this server did not say whether it has it`;
  return { ...finding, message: finding.message.replace(lacks, has) };
}

const lacks = 'which libSQL itself does not have';
