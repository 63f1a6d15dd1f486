/** Tries the safe ways of a plan's findings before they are shown. */

import { MigrateError } from '../../errors.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { findWay } from '../../findings/tell.ts';
import { isTryable, passUntried } from '../../findings/way.ts';
import { EngineError } from '../../ports.ts';
import type { AnalysedMigration } from '../analyse.ts';
import { mendMigration } from '../mended.ts';
import { type BenchInput, WayBench } from './way-bench.ts';
import { type Candidate, findMend, isWorthRows, WayTrials } from './way-trials.ts';

/** The ways of more findings are shown untried: nobody reads so many. */
const mostTried = 40;

/** What is to be known of each finding's way. */
export type ShowTried = (finding: Finding) => Finding;

/** Where nothing can be tried. */
export const showUntried: ShowTried = (finding) => {
  const way = findWay(finding);
  return way !== null && isTryable(way) ? { ...finding, tried: passUntried(way) } : finding;
};

/**
 * @param migrations those that would run, in order.
 * @throws MigrateError ENGINE_MISSING, INTERRUPTED
 */
export async function tryWays(
  input: BenchInput,
  migrations: readonly AnalysedMigration[],
  findings: readonly Finding[],
): Promise<ShowTried> {
  const candidates = findings.flatMap((finding): readonly Candidate[] => {
    const way = findWay(finding);
    return way !== null && isTryable(way) ? [{ finding, way, tried: [] }] : [];
  });
  const some = candidates.slice(0, mostTried);
  if (some.length > 0) await tryAll(input, migrations, findings, some);
  const tried = new Map(
    some.map(({ finding, way, tried }) => [finding, tried.length === way.parts.length ? tried : null]),
  );
  return (finding) => {
    const own = tried.get(finding) ?? null;
    return own === null ? showUntried(finding) : { ...finding, tried: own };
  };
}

async function tryAll(
  input: BenchInput,
  migrations: readonly AnalysedMigration[],
  findings: readonly Finding[],
  candidates: readonly Candidate[],
): Promise<void> {
  const needsRows = candidates.some(({ finding }) => isWorthRows(finding));
  const bench = await WayBench.open({ ...input, tables: needsRows ? input.tables : [] });
  try {
    let left = candidates.length;
    for (const [index, analysed] of migrations.entries()) {
      const isOf = ({ place }: Finding) =>
        place.migration === analysed.migration.name || (index === 0 && place.migration === null);
      const own = candidates.filter(({ finding }) => isOf(finding));
      const blockers = findings.filter((finding) => finding.kind === 'blocker' && isOf(finding));
      const told = own.map(({ finding }) => finding);
      const trials = own.length === 0 ? null : await WayTrials.begin(bench, analysed, blockers, told);
      await trials?.tryAll(own);
      left -= own.length;
      if (left === 0 || bench.isOver()) break;
      const mends = own.filter(({ finding }) => finding.kind === 'blocker').flatMap((each) => findMend(each) ?? []);
      const next = mends.length === 0 ? analysed : mendMigration(analysed, mends);
      if (next === null || !(await bench.goOn(next))) break;
    }
  } catch (error) {
    // A schema that cannot be read, or not in time: what was tried so far counts.
    const isStuck = error instanceof MigrateError && error.code === 'REHEARSAL_STUCK';
    if (!isStuck && !(error instanceof EngineError)) throw error;
  } finally {
    bench.close();
  }
}
