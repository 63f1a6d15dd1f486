/** Rows that a plan makes larger than most are: this engine takes them, and a server may not. */

import type { Place } from '../../findings/finding.ts';
import type { AnalysedStatement } from '../../plan/analyse.ts';
import { takenByAll } from '../../plan/row-size.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { mayTakeLong } from '../../sandbox/duration.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { concernsRows } from '../row-concerns.ts';

export interface LargeRow {
  /** The statement after which it is there. */
  readonly place: Place;
  readonly bytes: number;
}

/** No row that a server does not take comes to be in less: what is fetched of production is a few megabytes, and passes. */
const leastGrowth = 500_000;

/** How much text of plain statements is run before the next look, in characters. */
const textBetween = 200_000;

/** Looks at rows only where the database may have grown; mutable: a run goes through it once. */
export class LargeRows {
  readonly found: LargeRow[] = [];
  readonly #mirror: Mirror;
  #used: number;
  #largest = takenByAll;
  /** Of plain statements since the last look. */
  #text = 0;
  #last: Place | null = null;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
    this.#used = readUsed(mirror);
  }

  /** @param place of the statement that has just run; null where nothing is proven by it. */
  look(statement: AnalysedStatement, place: Place | null): void {
    if (!concernsRows(statement)) return;
    this.#last = place;
    this.#text += statement.sql.length;
    // A statement that computes little puts little more into a row than it says: files that fill tables have thousands of these.
    if (mayTakeLong(statement.sql) || statement.sql.includes('||') || this.#text > textBetween) this.#look();
  }

  /** At the end of a migration. */
  end(): void {
    if (this.#text > 0) this.#look();
  }

  #look(): void {
    this.#text = 0;
    const used = readUsed(this.#mirror);
    if (used >= this.#used && used - this.#used < leastGrowth) return;
    const hasGrown = used > this.#used;
    this.#used = used;
    if (!hasGrown) return;
    const bytes = Math.max(0, ...listTables(this.#mirror).map((table) => measureLargest(this.#mirror, table)));
    if (bytes <= this.#largest) return;
    this.#largest = bytes;
    if (this.#last !== null) this.found.push({ place: this.#last, bytes });
  }
}

function readUsed(mirror: Mirror): number {
  const [[bytes] = []] = mirror.query(
    'SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  return Number(bytes);
}

function listTables(mirror: Mirror): readonly string[] {
  return mirror
    .query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0`)
    .map(([name]) => String(name));
}

/** Virtual columns are not stored. */
function measureLargest(mirror: Mirror, table: string): number {
  try {
    const columns = mirror.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 2', [table]);
    const sizes = columns.map(([name]) => `coalesce(octet_length(${quoteIdentifier(String(name))}), 0)`);
    return Number(mirror.query(`SELECT max(${sizes.join(' + ')}) FROM ${quoteIdentifier(table)}`)[0]?.[0] ?? 0);
  } catch (error) {
    if (error instanceof EngineError) return 0;
    throw error;
  }
}
