/** Full-text indexes over the rows of another table that hold something else than these, as the engine itself tells it. */

import type { Finding } from '../../findings/catalogue.ts';
import { find, placeIn } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import { type AnalysedMigration, placeOf } from '../../plan/analyse.ts';
import { findContent } from '../../plan/structure/full-text.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { concernsRows } from '../row-concerns.ts';
import type { Unknown } from './unknown.ts';

interface StaleIndex {
  readonly name: string;
  /** The table whose rows it is over. */
  readonly content: string;
  readonly sql: string;
}

/** They have no pages of their own (sqlite.org/schematab.html); few schemas have any. */
const virtualTables = `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 AND sql IS NOT NULL`;

/** Looks behind each migration that concerns rows, and tells what is new. */
export class StaleIndexes {
  readonly #mirror: Mirror;
  readonly #unknown: Unknown;
  #known: ReadonlySet<string> = new Set();

  constructor(mirror: Mirror, unknown: Unknown) {
    this.#mirror = mirror;
    this.#unknown = unknown;
  }

  /** Looks before the first migration; what is stale then is production's. */
  async begin(): Promise<void> {
    const stale = await this.#find();
    this.#known = new Set(stale.map(({ name }) => foldName(name)));
  }

  /** What is stale after a migration, and was not before it. */
  async compare(migration: AnalysedMigration): Promise<readonly Finding[]> {
    if (!migration.statements.some(concernsRows)) return [];
    const [stale, known] = [await this.#find(), this.#known];
    this.#known = new Set(stale.map(({ name }) => foldName(name)));
    return stale.filter(({ name }) => !known.has(foldName(name))).map((index) => describe(index, migration));
  }

  async #find(): Promise<readonly StaleIndex[]> {
    const found: StaleIndex[] = [];
    for (const [name, sql] of this.#mirror
      .query(virtualTables)
      .map(([one, text]) => [String(one), String(text)] as const)) {
      const content = findContent(sql);
      if (content === null || !this.#unknown.knows(this.#mirror, quoteIdentifier(name))) continue;
      if (await isStale(this.#mirror, name)) found.push({ name, content, sql });
    }
    return found;
  }
}

/** FTS5 compares with the rows themselves only where a rank is given (sqlite.org/fts5.html, section 6.5); FTS3 and 4 know no rank. */
async function isStale(mirror: Mirror, name: string): Promise<boolean> {
  const index = quoteIdentifier(name);
  const said = await ask(mirror, `INSERT INTO ${index}(${index}, rank) VALUES ('integrity-check', 1)`);
  const told =
    said?.phase === 'prepare' ? await ask(mirror, `INSERT INTO ${index}(${index}) VALUES ('integrity-check')`) : said;
  return told?.code === 'SQLITE_CORRUPT';
}

async function ask(mirror: Mirror, sql: string): Promise<EngineError | null> {
  try {
    await mirror.attempt(sql);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** At the last statement that speaks of its table, which need not be the one that did it: keys and triggers lead there too. */
function describe({ name, content, sql }: StaleIndex, migration: AnalysedMigration): Finding {
  const cause = migration.statements.findLast(
    ({ kind }) =>
      ('table' in kind && sameName(kind.table, content)) || (kind.type === 'drop' && sameName(kind.name, content)),
  );
  const place = cause === undefined ? placeIn(migration.migration.name) : placeOf(migration, cause);
  return find(leavesBroken, 'hazard', place, { what: 'stale-index', index: name, table: content, sql });
}
