/** Where safe ways are tried: a mirror without rows, and one with those that were fetched. Each trial is taken back. */

import { fillMirror, readObjects } from '../../mirror/mirror.ts';
import { EngineError, isOutOfBounds, type Mirror, type OpenMirror } from '../../ports.ts';
import type { FetchedTable } from '../../rows/fetch/query.ts';
import { openFilled } from '../../rows/run/filled.ts';
import { type SeenTables, seeTables } from '../../rows/run/kept-rows.ts';
import { Unknown } from '../../rows/run/unknown.ts';
import { findViolations } from '../../rows/run/violations.ts';
import type { Schema, SchemaObject } from '../../schema/model/objects.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Target } from '../../target/target.ts';
import { type AnalysedMigration, type AnalysedStatement, planStatements } from '../analyse.ts';
import type { PlannedStatement } from '../plan.ts';
import type { IndexJudge } from '../preserve/known-indexes.ts';
import { findPreserver, rehearse } from './rehearse.ts';

export interface BenchInput {
  readonly openMirror: OpenMirror;
  readonly schema: Schema;
  /** Those whose rows are here. */
  readonly tables: readonly FetchedTable[];
  readonly target: Target['type'];
  readonly isKnownIndex: IndexJudge;
  /** True once people have waited long enough. */
  readonly isOver: () => boolean;
}

/** How a migration runs without any rows, and what would be sent of it. */
export type EmptyRun = { readonly statements: readonly PlannedStatement[] } & (
  | {
      readonly ends: 'whole';
      readonly objects: readonly SchemaObject[];
      /** Names of views and triggers that do not work. */
      readonly broken: readonly string[];
    }
  /** `at` is the text of the statement. */
  | { readonly ends: 'fails'; readonly at: string }
  /** A limit, or what only a server knows, decides how it ends. */
  | { readonly ends: 'unknown' }
);

/** Tables as they are at some time. */
export interface Sight {
  readonly rows: SeenTables;
  /** How many rows of each table point nowhere. */
  readonly violations: ReadonlyMap<string, number>;
  /** What AUTOINCREMENT counts, by the folded name of the table. */
  readonly counters: ReadonlyMap<string, number>;
}

/** How it runs on the rows. */
export type FilledRun =
  | {
      readonly ends: 'whole';
      /** Folded names of the tables that may be others than before. */
      readonly changed: ReadonlySet<string>;
      /** Of these, and of those that refer to them. */
      readonly sight: Sight;
    }
  | { readonly ends: 'fails'; readonly at: string }
  /** Rows that are not here, or a limit, decide how it ends. */
  | { readonly ends: 'unknown' };

type IsOwn = (sql: string) => boolean;

/** What the statements on one mirror may take, in milliseconds. */
const longest = 5_000;

export class WayBench {
  readonly #input: BenchInput;
  readonly #empty: Mirror;
  /** A trial could not be taken back. */
  #isSpoilt = false;
  #filled: { readonly mirror: Mirror; readonly unknown: Unknown } | null;

  private constructor(input: BenchInput, empty: Mirror, filled: Mirror | null, loaded: readonly string[]) {
    this.#input = input;
    this.#empty = empty;
    this.#filled = filled === null ? null : { mirror: filled, unknown: new Unknown(input.schema, loaded) };
  }

  /** @throws MigrateError of `openMirror` */
  static async open(input: BenchInput): Promise<WayBench> {
    const { openMirror, schema, tables } = input;
    const empty = await openMirror({ time: longest });
    try {
      fillMirror(empty, schema);
      if (tables.length === 0) return new WayBench(input, empty, null, []);
      const { mirror, tables: loaded } = await openFilled(openMirror, schema, tables, longest);
      return new WayBench(
        input,
        empty,
        mirror,
        loaded.map(({ shape }) => shape.name),
      );
    } catch (error) {
      empty.close();
      throw error;
    }
  }

  /** True once nothing can be tried any more. */
  isOver(): boolean {
    return this.#isSpoilt || this.#input.isOver();
  }

  close(): void {
    this.#empty.close();
    this.#filled?.mirror.close();
  }

  async runEmpty(analysed: AnalysedMigration): Promise<EmptyRun> {
    const mirror = this.#empty;
    return this.#takeBack(mirror, analysed, () => this.#rehearse(analysed));
  }

  /**
   * @param run what `runEmpty` found out of the same.
   * @param isOwn tells the statements of the way: those must change no rows that are not here.
   */
  async runFilled(analysed: AnalysedMigration, run: EmptyRun, isOwn: IsOwn = () => false): Promise<FilledRun> {
    if (this.#filled === null) return { ends: 'unknown' };
    const { mirror, unknown } = this.#filled;
    return this.#takeBack(mirror, analysed, () => this.#run(analysed, run, unknown.fork(), isOwn));
  }

  /** What these tables hold before the next migration; null where no rows are here. @param names folded. */
  async look(names: ReadonlySet<string>): Promise<Sight | null> {
    return this.#filled === null ? null : see(this.#filled.mirror, this.#filled.unknown, names);
  }

  /** Goes on to the next migration. @returns false if this one does not run to its end, without rows at least. */
  async goOn(analysed: AnalysedMigration): Promise<boolean> {
    const run = await this.#rehearse(analysed);
    if (run.ends !== 'whole') return false;
    if (this.#filled === null) return true;
    const { mirror, unknown } = this.#filled;
    begin(mirror, analysed);
    const end = await this.#run(analysed, run, unknown, () => false);
    if (end.ends === 'whole' && attempt(() => mirror.run('COMMIT'))) return true;
    mirror.close();
    this.#filled = null;
    return true;
  }

  async #takeBack<Result>(mirror: Mirror, analysed: AnalysedMigration, run: () => Promise<Result>): Promise<Result> {
    begin(mirror, analysed);
    try {
      return await run();
    } finally {
      // After RAISE(ROLLBACK), OR ROLLBACK, and what was broken off, the transaction is over, and what followed stays.
      this.#isSpoilt ||= !attempt(() => mirror.run('ROLLBACK'));
      mirror.run('PRAGMA foreign_keys=ON');
    }
  }

  async #rehearse(analysed: AnalysedMigration): Promise<EmptyRun> {
    const mirror = this.#empty;
    const { isKnownIndex, target } = this.#input;
    const openPreserver = findPreserver([analysed]);
    // What a statement makes is looked at only where it may not work: it takes time.
    const isWhole = analysed.statements.some(
      ({ kind: { type } }) => type === 'create-trigger' || type === 'create-view',
    );
    const helpers = { isKnownIndex, openPreserver, watch: null, target, isWhole };
    const [rehearsed] = await rehearse(mirror, [analysed], helpers);
    if (rehearsed === undefined) throw new Error('a rehearsal without an end');
    const { schemaAfter, findings } = rehearsed;
    const statements = planStatements(analysed, rehearsed.statements);
    const blocker = findings.find(({ kind, code }) => kind === 'blocker' && code !== 'leaves-broken');
    if (blocker !== undefined) return { statements, ends: 'fails', at: blocker.place.sql ?? '' };
    if (schemaAfter === null) return { statements, ends: 'unknown' };
    const broken = findings.flatMap(({ code, args }) =>
      code === 'leaves-broken' && args.what === 'object' ? [args.object.name] : [],
    );
    return { statements, ends: 'whole', objects: readObjects(mirror), broken };
  }

  async #run(
    analysed: AnalysedMigration,
    { statements }: EmptyRun,
    unknown: Unknown,
    isOwn: IsOwn,
  ): Promise<FilledRun> {
    const mirror = this.#filled?.mirror;
    if (mirror === undefined) return { ends: 'unknown' };
    let met = false;
    const changed = new Set<string>();
    for (const [index, planned] of statements.entries()) {
      const statement = analysed.statements[index];
      if (statement === undefined || planned.action === 'skip') continue;
      const own = unknown.listChanged(mirror, statement);
      if (isOwn(planned.sql) && reachesUnseen(statement, own, unknown)) return { ends: 'fails', at: planned.sql };
      for (const name of own) changed.add(name);
      if (unknown.meets(mirror, statement) !== 'none') {
        met = true;
        unknown.follow(mirror, statement);
      }
      try {
        for (const sql of [...planned.before, planned.sent, ...planned.after]) await mirror.attempt(sql);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        return met || isOutOfBounds(error) ? { ends: 'unknown' } : { ends: 'fails', at: planned.sql };
      }
    }
    return met ? { ends: 'unknown' } : { ends: 'whole', changed, sight: await see(mirror, unknown, changed) };
  }
}

/** Whether a statement changes rows that are not here, beside those of its own table: by triggers, or by foreign keys. */
function reachesUnseen({ kind }: AnalysedStatement, changed: ReadonlySet<string>, unknown: Unknown): boolean {
  if (kind.type !== 'delete' && kind.type !== 'update') return false;
  return [...changed].some((name) => unknown.has(name) && name !== foldName(kind.table));
}

async function see(mirror: Mirror, unknown: Unknown, names: ReadonlySet<string>): Promise<Sight> {
  const isSeen = (name: string) =>
    names.has(foldName(name)) && !unknown.has(name) && !foldName(name).startsWith('sqlite_');
  const children = mirror
    .query(
      `SELECT DISTINCT s.name, k."table" FROM sqlite_schema s, pragma_foreign_key_list(s.name) k WHERE s.type = 'table'`,
    )
    .map(([child, parent]) => [String(child), String(parent)] as const)
    .filter(([child, parent]) => isSeen(child) || isSeen(parent))
    .filter(([child]) => !unknown.has(child));
  const violations = new Map<string, number>();
  for (const { child, parent, rows } of await findViolations(mirror, [...new Set(children.map(([child]) => child))]))
    if (!unknown.has(parent)) violations.set(child, (violations.get(child) ?? 0) + rows);
  return { rows: seeTables(mirror, [...names].filter(isSeen)), violations, counters: readCounters(mirror) };
}

function readCounters(mirror: Mirror): ReadonlyMap<string, number> {
  const isThere = mirror.query(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).length > 0;
  const rows = isThere ? mirror.query(`SELECT name, seq FROM sqlite_sequence WHERE typeof(seq) = 'integer'`) : [];
  return new Map(rows.map(([name, counter]) => [foldName(String(name)), Number(counter)]));
}

function begin(mirror: Mirror, { foreignKeysOff }: AnalysedMigration): void {
  mirror.run(`PRAGMA foreign_keys=${foreignKeysOff ? 'OFF' : 'ON'}`);
  mirror.run('BEGIN');
}

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
