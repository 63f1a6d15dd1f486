/** Questions that only the server can answer: what its parser refuses, how large a row may be, and whether it has a name that the mirror lacks. */

import type { Finding } from '../findings/catalogue.ts';
import { askWhetherThere, readWhetherThere } from '../sandbox/unknown-names.ts';
import type { Question, Reply } from '../target/request.ts';
import { buildProbe, judgeProbe, listProbes } from './parser-probes.ts';
import type { PlannedStatement } from './plan.ts';
import type { Rehearsed } from './rehearse/rehearsed.ts';
import { collectKnown, listDoubtful, settleDoubt } from './rehearse/unknown-to-mirror.ts';
import { askWhetherTaken, describeLongLiteral, listLongLiterals, readTooLarge } from './row-size.ts';

export interface NamedRehearsal {
  readonly name: string;
  readonly statements: readonly PlannedStatement[];
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
  const names = listDoubtful(doubts);
  const probes = listProbes(
    migrations.map(({ name, statements, rehearsed: { findings } }) => ({ name, statements, findings })),
  );
  const long = migrations.flatMap(({ name, statements }) => listLongLiterals(name, statements));
  return {
    queries: [
      ...names.map(askWhetherThere),
      ...probes.map(buildProbe),
      ...long.map(({ bytes }) => askWhetherTaken(bytes)),
    ],
    judge: (replies) => {
      const known = collectKnown(names, replies.slice(0, names.length).map(readWhetherThere));
      const settled = new Map(doubts.map((doubt) => [doubt.finding, settleDoubt(doubt, known)] as const));
      return {
        rehearsed: migrations.map(({ rehearsed }) => ({
          ...rehearsed,
          findings: rehearsed.findings.map((finding) => settled.get(finding) ?? finding),
        })),
        findings: [
          ...probes.flatMap((probe, index) => judgeProbe(probe, replies[names.length + index])),
          ...long.flatMap((literal, index) => {
            const said = readTooLarge(replies[names.length + probes.length + index]);
            return said === null ? [] : [describeLongLiteral(literal, said)];
          }),
        ],
      };
    },
  };
}
