/** Runs a story's files on plain SQLite, with nothing of this program around them. */

import type { Finding } from '../../../../src/index.ts';
import { type Embedded, openEmbedded } from '../../../support/embedded-adapter.ts';
import { nameOf } from '../planned.ts';
import { type Dump, readDump, textOf } from './dump.ts';
import { findMiscounted } from './evidence.ts';
import type { Fault } from './fault.ts';
import { findBroken, readHealth } from './health.ts';
import { findMarks } from './marks.ts';
import type { FuzzStory } from './story.ts';
import type { OwnWords } from './world.ts';

export interface ByHand {
  /** How many migrations went well. */
  readonly done: number;
  /** What the database said of the next, and at which of its lines; null where all went well. */
  readonly failure: { readonly message: string; readonly line: number } | null;
  /** By the number of migrations that are done. */
  readonly dumps: readonly Dump[];
  readonly miscounted: readonly Fault[];
  /** Marks that the statements delete or overwrite by their own words. */
  readonly named: ReadonlySet<string>;
  /** What its checks find after all of it that they did not find before. */
  readonly broken: readonly string[];
}

/** What production is: the schema, and the rows that it takes. */
export function prepare(database: Embedded, { schema, rows }: FuzzStory): void {
  database.exec('PRAGMA foreign_keys=OFF');
  database.exec(textOf(schema));
  for (const sql of rows) {
    try {
      database.exec(sql);
    } catch {
      // A row that the schema does not take is left out.
    }
  }
  database.exec('PRAGMA foreign_keys=ON');
}

/** @param findings the plan's; each is held against the rows that are there when its statement runs. */
export function runByHand(story: FuzzStory, findings: readonly Finding[]): ByHand {
  const database = openEmbedded();
  const dumps: Dump[] = [];
  const miscounted: Fault[] = [];
  const named = new Set<string>();
  const isGuess = /\blimit\b/i.test(story.pending.flat().join());
  const precision = story.parts > 1 ? 'bound' : 'exact';
  let line = 0;
  try {
    prepare(database, story);
    dumps.push(readDump(database));
    const health = readHealth(database);
    for (const [index, statements] of story.pending.entries()) {
      const isOff = statements.some((sql) => /^PRAGMA foreign_keys *= *off/i.test(sql));
      database.exec(`PRAGMA foreign_keys=${isOff ? 'OFF' : 'ON'}`);
      database.exec('BEGIN');
      try {
        for (const [place, sql] of statements.entries()) {
          line = place + 1;
          if (/^PRAGMA foreign_keys/i.test(sql)) continue;
          const own = findings.filter((finding) => finding.migration === nameOf(index) && finding.line === line);
          // Which rows LIMIT takes is anybody's guess, and the plan's own rows are no loss.
          if (!isGuess && story.filled.size === 0) miscounted.push(...findMiscounted(database, sql, own, precision));
          for (const mark of findNamed(database, story.ownWords.get(sql))) named.add(mark);
          database.exec(sql);
        }
        line += 1;
        database.exec('COMMIT');
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        const message = error instanceof Error ? error.message : String(error);
        return { done: index, failure: { message, line }, dumps, miscounted, named, broken: [] };
      }
      dumps.push(readDump(database));
    }
    const broken = findBroken(health, readHealth(database)).map(({ text }) => text);
    return { done: story.pending.length, failure: null, dumps, miscounted, named, broken };
  } finally {
    database.close();
  }
}

/** The marks that a statement deletes or overwrites by its own words, as they are when it is about to run. */
function findNamed(database: Embedded, words: OwnWords | undefined): readonly string[] {
  if (words === undefined) return [];
  try {
    const statement = database.prepare(words.finds).raw(true).safeIntegers(true);
    const listed = words.columns === 'all' ? null : words.columns.map((name) => name.toLowerCase());
    const isNamed = statement.columns().map(({ name }) => listed === null || listed.includes(name.toLowerCase()));
    const rows = statement.all().flatMap((row) => (Array.isArray(row) ? [row] : []));
    return rows.flatMap((row) => row.flatMap((value, place) => (isNamed[place] ? findMarks(value) : [])));
  } catch {
    // The statement itself fails on the same words.
    return [];
  }
}
