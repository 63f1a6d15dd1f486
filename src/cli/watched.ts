/** The database and the mirrors of a run, as they are; whoever waits for them sees so, and `--verbose` tells of each. */

import { printable } from '../adapters/terminal/printable.ts';
import type { Migration } from '../history/migration.ts';
import type { Database, Mirror, Outside, StreamProgress } from '../ports.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { describeTarget } from '../target/target.ts';
import { writeNumber } from '../text/count.ts';
import type { Run } from './context.ts';
import type { TokenFiles } from './token-files.ts';

/** So many characters of SQL are read for longer than anybody waits without a word. */
const muchSql = 1_000_000;

interface Beside {
  /** What is worked at once it was read; none where it is only shown. */
  readonly migrations: readonly Migration[];
  readonly tokenFiles: Pick<TokenFiles, 'ask'>;
}

/** The same database; its first write is noticed, and git is asked while the server works. */
export function watchDatabase(run: Run, database: Database, { migrations, tokenFiles }: Beside): Database {
  const { progress } = run;
  const name = describeTarget(database.target);
  const watch = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const owned = progress.begin(`Waiting for ${name}`);
    try {
      return await call();
    } finally {
      if (owned) progress.done();
    }
  };
  const text = works[run.command];
  const isMuch = migrations.reduce((sum, { sql }) => sum + sql.length, 0) > muchSql;
  const watched: Database = {
    ...database,
    read: async (queries, options) => {
      const replies = await watch(() => {
        const reading = database.read(queries, options);
        // Now, while nobody waits for git.
        tokenFiles.ask();
        return reading;
      });
      if (isMuch && text !== undefined) progress.work(text, 'long');
      return replies;
    },
    parse: (statements) => watch(() => database.parse(statements)),
    backUp: (options) => {
      run.holdInterruption();
      return database.backUp(options);
    },
    streamRows: async (options) => {
      const onProgress = ({ table, rows }: StreamProgress) =>
        progress.wait(`Fetching all rows: ${writeNumber(rows)}, now of ${printable(quoteIdentifier(table))}`);
      const rows = await watch(() => database.streamRows({ ...options, onProgress }));
      // What follows takes as long. Whoever shows or asks something takes the line away.
      if (rows !== null) progress.wait('Running the migrations on a copy of these rows');
      return rows;
    },
    execute: (steps, options) => {
      run.beginWriting();
      return watch(() => database.execute(steps, options));
    },
  };
  return run.verbose === null ? watched : run.verbose.traceDatabase(watched);
}

/** By command; the others do nothing that takes long. */
const works: Readonly<Record<string, string>> = {
  plan: 'Trying the migrations on a copy',
  apply: 'Trying the migrations on a copy',
  check: 'Running the migrations on an empty copy',
  drift: 'Running the migrations on an empty copy',
  backfill: 'Running the migrations on an empty copy',
};

/** The same outside world; work on a mirror keeps the process busy, so each statement is a chance to say so. */
export function watchOutside(run: Run, outside: Outside): Outside {
  const text = works[run.command];
  const { openMirror } = outside;
  const chance = () => (text === undefined ? undefined : run.progress.work(text));
  return {
    ...outside,
    openMirror: async (options) => {
      const mirror = await openMirror(options);
      const watched = watchMirror(mirror, chance);
      return run.verbose === null ? watched : run.verbose.traceMirror(watched);
    },
  };
}

function watchMirror(mirror: Mirror, chance: () => void): Mirror {
  return {
    ...mirror,
    query: (sql, args) => {
      chance();
      return mirror.query(sql, args);
    },
    run: (sql) => {
      chance();
      mirror.run(sql);
    },
    compile: (sql) => {
      chance();
      mirror.compile(sql);
    },
    attempt: (sql) => {
      chance();
      return mirror.attempt(sql);
    },
    search: (sql, args) => {
      chance();
      return mirror.search(sql, args);
    },
  };
}
