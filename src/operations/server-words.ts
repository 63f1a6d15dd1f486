/** What only the server can tell of a plan: what its parser refuses, and whether it has what the mirror does not have. */

import type { Finding } from '../core/plan/findings.ts';
import { buildProbe, judgeProbe, listProbes } from '../core/plan/parser-probes.ts';
import { askWhetherThere, listNames, readWhetherThere, type UnknownName } from '../core/sandbox/unknown-names.ts';
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

export function askServer(migrations: readonly NamedRehearsal[]): ServerQuestions {
  const doubts = migrations.flatMap(({ rehearsed }) => rehearsed.doubts);
  const names = [...new Map(doubts.flatMap((doubt) => doubt.names.map((name) => [keyOf(name), name]))).values()];
  const probes = listProbes(
    migrations.map(({ name, rehearsed: { statements, findings } }) => ({ name, statements, findings })),
  );
  return {
    queries: [...names.map(askWhetherThere), ...probes.map(buildProbe)],
    judge: (replies) => {
      const known: Known = new Map(names.map((name, index) => [keyOf(name), readWhetherThere(replies[index])]));
      const findings = doubts.map((doubt) => [doubt.finding, settle(doubt, known)] as const);
      const settled = new Map(findings);
      return {
        rehearsed: migrations.map(({ rehearsed }) => ({
          ...rehearsed,
          findings: rehearsed.findings.map((finding) => settled.get(finding) ?? finding),
        })),
        findings: probes.flatMap((probe, index) => judgeProbe(probe, replies[names.length + index])),
      };
    },
  };
}

/** By `keyOf`, whether the server has it; null where it does not tell. */
type Known = ReadonlyMap<string, boolean | null>;

function keyOf({ type, name }: UnknownName): string {
  return `${type} ${foldName(name)}`;
}

/** The hazard that it is, in the words of what is known now; a blocker where the server has it no more than the mirror. */
function settle({ names, finding }: Doubt, known: Known): Finding {
  const missing = names.filter((name) => known.get(keyOf(name)) === false);
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
  const isTold = names.every((name) => known.get(keyOf(name)) === true);
  const has = isTold
    ? 'which this server has and libSQL itself does not have'
    : `${lacks}; this server did not say whether it has it`;
  return { ...finding, message: finding.message.replace(lacks, has) };
}

const lacks = 'which libSQL itself does not have';
