/** The trials of the safe ways of one migration: each mended file must run, lose nothing, and end where the migration means to. */

import type { Finding } from '../../findings/catalogue.ts';
import type { Way, WayVariant } from '../../findings/way.ts';
import { keepsRows } from '../../rows/run/kept-rows.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { splitStatements } from '../../sql/split.ts';
import { type AnalysedMigration, isRebuildCopy, isRowChange } from '../analyse.ts';
import { type Mend, mendMigration } from '../mended.ts';
import { endsTheSame, listNames } from './same-end.ts';
import type { EmptyRun, FilledRun, Sight, WayBench } from './way-bench.ts';

/** A finding with its way. */
export interface Candidate {
  readonly finding: Finding;
  readonly way: Way;
  /** Of each part, the variant that works; null for none. */
  tried: readonly (number | null)[];
}

/** What mends a blocker, as it is shown first. */
export function findMend({ finding: { place }, way, tried }: Candidate): (Mend & WayVariant) | null {
  for (const [part, index] of tried.entries()) {
    const variant = index === null ? undefined : way.parts[part]?.[index];
    if (variant !== undefined && !variant.isOpen && variant.edits.length > 0) return { place, ...variant };
  }
  return null;
}

/** The steps of a deployment are worth no rows. */
export function isWorthRows({ code }: Finding): boolean {
  return code !== 'breaks-running-code';
}

/** The trials of one migration. */
export class WayTrials {
  readonly #bench: WayBench;
  readonly #analysed: AnalysedMigration;
  readonly #blockers: readonly Finding[];
  /** How the migration runs as it is. */
  readonly #empty: EmptyRun;
  readonly #filled: FilledRun;

  private constructor(
    bench: WayBench,
    analysed: AnalysedMigration,
    blockers: readonly Finding[],
    runs: { readonly empty: EmptyRun; readonly filled: FilledRun },
  ) {
    this.#bench = bench;
    this.#analysed = analysed;
    this.#blockers = blockers;
    this.#empty = runs.empty;
    this.#filled = runs.filled;
  }

  /** @param findings whose ways are to be tried. */
  static async begin(
    bench: WayBench,
    analysed: AnalysedMigration,
    blockers: readonly Finding[],
    findings: readonly Finding[],
  ): Promise<WayTrials> {
    const empty = await bench.runEmpty(analysed);
    const isWorth = empty.ends === 'whole' && findings.some(isWorthRows);
    const filled: FilledRun = isWorth ? await bench.runFilled(analysed, empty) : { ends: 'unknown' };
    return new WayTrials(bench, analysed, blockers, { empty, filled });
  }

  /** What stops the migration is tried first, each alone, and then all of it together; the others with all that in place. */
  async tryAll(candidates: readonly Candidate[]): Promise<void> {
    const [blockers, others] = [true, false].map((stops) =>
      candidates.filter(({ finding }) => (finding.kind === 'blocker') === stops),
    );
    const findMends = () => (blockers ?? []).filter((candidate) => findMend(candidate) !== null);
    for (const candidate of blockers ?? []) await this.#tryParts(candidate, []);
    if (findMends().length > 1 && !this.#bench.isOver() && !(await this.#workTogether(findMends())))
      for (const candidate of blockers ?? [])
        await this.#tryParts(
          candidate,
          findMends().filter((other) => other !== candidate),
        );
    for (const candidate of others ?? []) await this.#tryParts(candidate, findMends());
  }

  async #workTogether(candidates: readonly Candidate[]): Promise<boolean> {
    const mends = candidates.flatMap((candidate) => findMend(candidate) ?? []);
    const mended = mendMigration(this.#analysed, mends);
    const [first] = candidates;
    if (mended === null || first === undefined) return false;
    const empty = await this.#bench.runEmpty(mended);
    if (empty.ends !== 'whole') return false;
    const all = joinAll(mends);
    if (this.#empty.ends === 'whole' && !endsTheSame(this.#empty.objects, empty.objects, all)) return false;
    const filled = await this.#bench.runFilled(mended, empty);
    return filled.ends === 'whole' && (await this.#isKept(first.finding, all, mended, filled));
  }

  /** @param mended what others stop the migration for, and their ways are in place. */
  async #tryParts(candidate: Candidate, mended: readonly Candidate[]): Promise<void> {
    if (this.#bench.isOver()) return;
    const tried: (number | null)[] = [];
    for (const variants of candidate.way.parts) {
      let shown: number | null = null;
      for (const [index, variant] of variants.entries()) {
        if (!(await this.#works(candidate.finding, variant, mended))) continue;
        shown = index;
        break;
      }
      tried.push(shown);
    }
    candidate.tried = tried;
  }

  /** True also where nobody can tell. */
  async #works(finding: Finding, variant: WayVariant, others: readonly Candidate[]): Promise<boolean> {
    if (variant.edits.length === 0) return true;
    if (this.#bench.isOver()) return variant.allowed.isOnlyTried !== true;
    const isAlone = variant.edits.some(({ at }) => at === 'alone');
    const mends = [
      ...(isAlone ? [] : others.flatMap((other) => findMend(other) ?? [])),
      { place: finding.place, ...variant },
    ];
    const all = joinAll(mends);
    const mended = mendMigration(this.#analysed, mends);
    if (mended === null) return false;
    const empty = await this.#bench.runEmpty(mended);
    const isAnothers = (sql: string) => !isOf(variant, sql) && this.#isTold(finding, sql, others);
    if (variant.isOpen) return empty.ends !== 'fails' || !isOf(variant, empty.at);
    if (empty.ends === 'unknown') return true;
    if (empty.ends === 'fails') return isAnothers(empty.at);
    if (makesBroken(variant, empty.broken)) return false;
    if (!isAlone && this.#empty.ends === 'whole' && !endsTheSame(this.#empty.objects, empty.objects, all)) return false;
    if (!isWorthRows(finding)) return true;
    const filled = await this.#bench.runFilled(mended, empty, (sql) => isOf(variant, sql));
    if (filled.ends === 'unknown') return variant.allowed.isOnlyTried !== true;
    if (filled.ends === 'fails') return isAnothers(filled.at);
    return this.#isKept(finding, all, mended, filled);
  }

  /** Whether a statement fails for what another finding tells, and nothing mends. */
  #isTold(finding: Finding, sql: string, mended: readonly Candidate[]): boolean {
    return this.#blockers.some(
      (other) => other !== finding && other.place.sql === sql && !mended.some((each) => each.finding === other),
    );
  }

  async #isKept(
    finding: Finding,
    { edits, allowed }: Joined,
    mended: AnalysedMigration,
    after: Extract<FilledRun, { ends: 'whole' }>,
  ): Promise<boolean> {
    const isAlone = edits.some(({ at }) => at === 'alone');
    const meant = this.#filled.ends === 'whole' ? this.#filled : null;
    const before = await this.#bench.look(new Set([...after.changed, ...(meant?.changed ?? [])]));
    if (before === null) return true;
    for (const [child, rows] of after.sight.violations) {
      const was = before.violations.get(child) ?? 0;
      const own = finding.code === 'foreign-keys' ? 0 : (meant?.sight.violations.get(child) ?? 0);
      if (rows > Math.max(was, own)) return false;
    }
    if (!keepsCounter(finding, before, after.sight)) return false;
    const ends = {
      before: before.rows,
      meant: meant === null ? null : seeAll(before, meant),
      after: seeAll(before, after),
    };
    return keepsRows(ends, {
      allowed,
      follow: (table) => followRenames(mended, table),
      isMeantToGo: (table) => !isAlone && this.#drops(table),
      isChangedByFile: (table) => !isAlone && changesTable(this.#analysed, table),
    });
  }

  #drops(table: string): boolean {
    const run = this.#empty;
    if (run.ends === 'whole') return !run.objects.some(({ name, type }) => type === 'table' && sameName(name, table));
    return this.#analysed.statements.some(({ kind }) => kind.type === 'drop' && sameName(kind.name, table));
  }
}

/** A counter that is to be kept gives no id again. */
function keepsCounter({ code, args }: Finding, before: Sight, after: Sight): boolean {
  if (code !== 'data-loss' || args.what !== 'lost-counter') return true;
  const [was, is] = [before, after].map(({ counters }) => counters.get(foldName(args.table)) ?? 0);
  return (is ?? 0) >= (was ?? 0);
}

type Joined = Pick<WayVariant, 'edits' | 'allowed'>;

function joinAll(ways: readonly Joined[]): Joined {
  const all = ways.map(({ allowed }) => allowed);
  return {
    edits: ways.flatMap(({ edits }) => edits),
    allowed: {
      deletes: all.flatMap(({ deletes = [] }) => deletes),
      drops: all.flatMap(({ drops = [] }) => drops),
      changes: all.flatMap(({ changes = [] }) => changes),
      loosens: all.flatMap(({ loosens = [] }) => loosens),
    },
  };
}

/** Whether what the way makes does not work. @param broken names. */
function makesBroken({ edits }: WayVariant, broken: readonly string[]): boolean {
  return broken.length > 0 && listNames(edits).some((name) => broken.some((other) => sameName(name, other)));
}

/** What it did not change is as before. */
function seeAll(before: Sight, { changed, sight }: Extract<FilledRun, { ends: 'whole' }>): Sight['rows'] {
  const others = [...before.rows].filter(([name]) => !changed.has(name));
  return new Map([...others, ...sight.rows]);
}

/** Whether the statement is one of the way's own. */
function isOf({ edits }: WayVariant, sql: string): boolean {
  return edits.some((edit) => splitStatements(edit.sql).some((statement) => statement.sql === sql));
}

function followRenames({ statements }: AnalysedMigration, table: string): string {
  let name = table;
  for (const { kind } of statements) if (kind.type === 'rename-table' && sameName(kind.table, name)) name = kind.to;
  return name;
}

/** Whether it changes rows of the table otherwise than by copying them as they are. */
function changesTable({ statements, rebuilds }: AnalysedMigration, table: string): boolean {
  const names = [table, ...rebuilds.flatMap((each) => (sameName(each.table, table) ? [each.replacement] : []))];
  const folded = new Set(names.map(foldName));
  return statements.some(
    (statement) =>
      isRowChange(statement.kind) &&
      'table' in statement.kind &&
      folded.has(foldName(statement.kind.table)) &&
      !isRebuildCopy(statement, rebuilds),
  );
}
