/** One statement at a time, on the real engine: how it is tried, and what is made of it where it fails on rows that production need not have. */

import { describe, expect, it } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { type AnalysedMigration, analyseMigration } from '../../../src/plan/analyse.ts';
import { openMakers } from '../../../src/plan/rehearse/makers.ts';
import { readLimit, rehearseStatement, tryStatement } from '../../../src/plan/rehearse/rehearse-statement.ts';
import { dropWithoutRows, makesTableOfRows, runWithoutRows } from '../../../src/plan/rehearse/rows-in-rehearsal.ts';
import { EngineError, type Mirror } from '../../../src/ports.ts';
import { classify } from '../../../src/sql/classify.ts';
import { openApplied, planOn } from '../plan-on.ts';

const analyse = (sql: string): AnalysedMigration => analyseMigration(migrationFromText('1', sql));

/** @param keysOff whether the migration switches foreign keys off. */
async function onMirror<Result>(
  schema: readonly string[],
  sql: string,
  keysOff: boolean,
  act: (mirror: Mirror, migration: AnalysedMigration, statement: AnalysedMigration['statements'][number]) => Result,
): Promise<Awaited<Result>> {
  const migration = analyse(`${keysOff ? 'PRAGMA foreign_keys=OFF;\n' : ''}${sql}`);
  const statement = migration.statements.at(-1);
  if (statement === undefined) throw new Error('a statement');
  const mirror = await openMirror();
  try {
    for (const one of schema) mirror.run(one);
    if (keysOff) mirror.run('PRAGMA foreign_keys=OFF');
    return await act(mirror, migration, statement);
  } finally {
    mirror.close();
  }
}

const keysOf = (mirror: Mirror) => mirror.query('PRAGMA foreign_keys')[0]?.[0];

describe('a DROP that rows of the plan stand in the way of', () => {
  const schema = [
    'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)',
    'CREATE TABLE "C" ("p" REFERENCES "P" ("id"))',
    'INSERT INTO "P" VALUES (1)',
    'INSERT INTO "C" VALUES (1)',
  ];

  it.each([false, true])('is done, and foreign keys are as they were: off is %s', async (off) => {
    const after = await onMirror(schema, 'DROP TABLE "P"', off, (mirror, migration, statement) => {
      dropWithoutRows(mirror, migration, statement);
      return [mirror.query(`SELECT count(*) FROM sqlite_schema WHERE name = 'P'`)[0]?.[0], keysOf(mirror)];
    });
    expect(after).toEqual([0, off ? 0 : 1]);
  });

  it('is planned as it stands', async () => {
    const files = {
      '1_init': schema
        .slice(0, 2)
        .map((sql) => `${sql};\n`)
        .join(''),
    };
    const { plan } = await planOn(await openApplied(files), {
      ...files,
      '2_rows': schema
        .slice(2)
        .map((sql) => `${sql};\n`)
        .join(''),
      '3_drop': 'DROP TABLE "P";\nCREATE TABLE "P" ("other");\nDROP TABLE "C";\n',
    });
    expect(plan.migrations.map(({ schemaAfter }) => schemaAfter === null)).toEqual([false, false]);
    const codes = plan.migrations.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(codes.filter((code) => code === 'rehearsal-failed' || code === 'exists-different')).toEqual([]);
    // A table that is not there has no rows in the way.
    const gone = await planOn(await openApplied(files), { ...files, '2_drop': 'DROP TABLE "Gone";\n' });
    expect(gone.plan.migrations[0]?.findings.map(({ code }) => code)).toEqual(['rehearsal-failed']);
  });
});

describe('what fails on rows of the rehearsal', () => {
  const schema = ['CREATE TABLE "T" ("x")', `INSERT INTO "T" VALUES ('a'), ('a')`];
  const without = (sql: string, off: boolean, more: readonly string[] = []) =>
    onMirror([...schema, ...more], sql, off, async (mirror, migration, statement) => {
      const went = await runWithoutRows(mirror, migration, statement);
      const names = mirror.query('SELECT name FROM sqlite_schema ORDER BY name').flat();
      return [went, names, keysOf(mirror)];
    });

  it.each([false, true])('is run on none, with foreign keys as they were: off is %s', async (off) => {
    const keys = off ? 0 : 1;
    expect(await without('CREATE UNIQUE INDEX "u" ON "T" ("x")', off)).toEqual([true, ['T', 'u'], keys]);
    expect(await without(`CREATE TABLE "N" AS SELECT json("x") FROM "T"`, off)).toEqual([true, ['N', 'T'], keys]);
    expect(await without('CREATE UNIQUE INDEX "u" ON "T" ("gone" + 1)', off)).toEqual([false, ['T'], keys]);
    expect(await without('ALTER TABLE "T" DROP COLUMN "x"', off)).toEqual([false, ['T'], keys]);
  });

  it('is run on none, also where others refer to them', async () => {
    const parents = ['CREATE TABLE "Q" ("id" INTEGER PRIMARY KEY)', 'CREATE TABLE "R" ("q" REFERENCES "Q")'];
    const rows = ['INSERT INTO "Q" VALUES (1)', 'INSERT INTO "R" VALUES (1)'];
    const [added] = await without('ALTER TABLE "Q" ADD COLUMN "y" NOT NULL', false, [...parents, ...rows]);
    expect(added).toBe(true);
    const [made] = await without('CREATE INDEX "u" ON "Q" (json("id"))', false, [...parents, ...rows]);
    expect(made).toBe(true);
  });

  it('and for another reason than the engine’s is a bug', async () => {
    const act = async (
      mirror: Mirror,
      migration: AnalysedMigration,
      statement: AnalysedMigration['statements'][number],
    ) => {
      mirror.attempt = () => Promise.reject(new TypeError('a bug'));
      const ended = await runWithoutRows(mirror, migration, statement).catch((error: unknown) => String(error));
      return [ended, keysOf(mirror)];
    };
    expect(await onMirror(schema, 'CREATE UNIQUE INDEX "u" ON "T" ("x")', false, act)).toEqual(['TypeError: a bug', 1]);
  });

  const init = { '1_init': 'CREATE TABLE "A" ("x");\n' };
  const tell = async (sql: string) => {
    const { plan } = await planOn(await openApplied(init), { ...init, '2_next': sql });
    return plan.migrations.flatMap(({ findings }) =>
      findings
        .filter(({ code }) => code === 'unrehearsed' || code === 'rehearsal-failed')
        .map(({ kind, code, args, place }) => ({ at: `${kind} ${code}@${place.line}`, ...args })),
    );
  };

  it('is uncertain where they were made of what production has, and a failure where they were not', async () => {
    const index = 'CREATE UNIQUE INDEX "u" ON "N" ("x");\n';
    const counted = `INSERT INTO "N" SELECT count(*) FROM "A";\n`;
    const message = expect.stringContaining('UNIQUE constraint failed');
    expect(await tell(`CREATE TABLE "N" ("x");\n${counted}${counted}${index}`)).toEqual([
      { at: 'hazard unrehearsed@4', what: 'other-rows', message, rehearsal: 'goes-on' },
    ]);
    expect(await tell(`CREATE TABLE "N" ("x");\nINSERT INTO "N" VALUES (0), (0);\n${index}`)).toMatchObject([
      { at: 'blocker rehearsal-failed@3', message },
    ]);
    expect(await tell(`CREATE TABLE "N" AS SELECT json(count(*) || '{') AS "x" FROM "A";\n`)).toMatchObject([
      { at: 'hazard unrehearsed@1', what: 'other-rows', rehearsal: 'goes-on' },
    ]);
  });
});

describe('a statement', () => {
  const schema = ['CREATE TABLE "T" ("x")', `INSERT INTO "T" VALUES (1), (2)`];
  const attempts = (sql: string) =>
    onMirror(schema, sql, false, async (mirror) => {
      const ended = await tryStatement(mirror, { sql, kind: classify(sql) }).then(
        () => 'ran',
        (error: unknown) => (error instanceof EngineError ? error.message : 'a bug'),
      );
      return [ended, mirror.query('SELECT count(*) FROM "T"')[0]?.[0]];
    });

  it.each([
    ['SELECT * FROM "T"', 'ran', 2],
    // Computed as a whole, although nobody reads it.
    [`SELECT json('{' || "x") FROM "T"`, 'malformed JSON', 2],
    ['SELECT "gone" FROM "T"', 'no such column: gone', 2],
    // It is told of its own text, and not of the one that counts its rows.
    ['SELECT "x" FROM', 'incomplete input', 2],
    ['DELETE FROM "T" RETURNING "x"', 'ran', 0],
    ['DELETE FROM "T" RETURNING "gone"', 'no such column: gone', 2],
    ['DELETE FROM "T"', 'ran', 0],
    ['EXPLAIN DELETE FROM "T"', 'ran', 2],
    ['EXPLAIN DELETE FROM "Gone"', 'no such table: Gone', 2],
  ])('%s: %s', async (sql, ended, rows) => {
    expect(await attempts(sql)).toEqual([ended, rows]);
  });

  it('that takes too long, or too much memory, is broken off, and says which', async () => {
    const limit = (code: string) => readLimit(new EngineError('in its words', code, 'run'));
    expect([limit('TIMEOUT'), limit('SQLITE_NOMEM')]).toEqual([
      { of: 'time', message: 'in its words' },
      { of: 'memory' },
    ]);
  });

  const rehearse = (sql: string, target: 'server' | 'file') =>
    onMirror(schema, sql, false, async (mirror, migration, statement) => {
      const { finding, goesOn, doubt } = await rehearseStatement(mirror, migration, statement, {
        softened: true,
        target,
      });
      return [finding && `${finding.kind} ${finding.code}`, goesOn, doubt?.names.map(({ name }) => name) ?? null];
    });

  it.each([
    [`INSERT INTO "T" SELECT json('{')`, true],
    [`UPDATE "T" SET "x" = json('{')`, true],
    [`DELETE FROM "T" WHERE json('{') = "x"`, true],
    [`SELECT json('{')`, true],
    [`CREATE TABLE "N" AS SELECT json('{')`, false],
    ['INSERT INTO "T" SELECT "gone"', false],
    ['CREATE TABLE "N" AS SELECT "gone" FROM "T"', false],
  ])('%s: whether its failure may be one of rows alone: %s', async (sql, isOfRows) => {
    expect(await rehearse(sql, 'file')).toEqual(
      isOfRows ? [null, true, null] : ['blocker rehearsal-failed', false, null],
    );
  });

  it('that never ends is broken off, and told in its place', async () => {
    const endless =
      'CREATE TABLE "N" AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c WHERE n < 0';
    const migration = analyse(`SELECT 1;\n${endless}`);
    const [, statement] = migration.statements;
    const mirror = await openMirror({ time: 60 });
    try {
      if (statement === undefined) throw new Error('two');
      const helpers = { softened: true, target: 'server' } as const;
      const { finding, goesOn } = await rehearseStatement(mirror, migration, statement, helpers);
      expect([finding, goesOn]).toMatchObject([
        {
          ...{ kind: 'hazard', code: 'unrehearsed', place: { migration: '1', line: 2, sql: endless } },
          args: { what: 'broken-off', limit: { of: 'time', message: expect.any(String) } },
        },
        false,
      ]);
    } finally {
      mirror.close();
    }
  });

  it('that would make what is there is in the way of nobody that is known', async () => {
    const args = await onMirror(schema, 'CREATE TABLE "T" ("y")', false, async (mirror, migration, statement) => {
      const { finding } = await rehearseStatement(mirror, migration, statement, { softened: true, target: 'file' });
      return finding?.args;
    });
    expect(args).toEqual({ type: 'table', name: 'T', column: null, existing: schema[0], madeBy: null });
  });

  it('may make a table of rows', () => {
    const makes = (sql: string) => makesTableOfRows(classify(sql));
    expect(['CREATE TABLE a AS SELECT 1', 'CREATE TABLE a (b)', 'CREATE VIEW a AS SELECT 1'].map(makes)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('that calls what the mirror has not may work on a server, and not on a file', async () => {
    const [select, index] = [
      'SELECT no_such_function("x") FROM "T"',
      'CREATE INDEX "i" ON "T" (no_such_function("x"))',
    ];
    expect(await rehearse(select, 'server')).toEqual(['hazard unrehearsed', true, ['no_such_function']]);
    expect(await rehearse(index, 'server')).toEqual(['hazard unrehearsed', false, ['no_such_function']]);
    expect(await rehearse(select, 'file')).toEqual(['blocker rehearsal-failed', false, null]);
    await onMirror(schema, `SELECT 1;\n${index}`, false, async (mirror, migration, statement) => {
      const { finding } = await rehearseStatement(mirror, migration, statement, { softened: true, target: 'server' });
      expect(finding?.place).toEqual({ migration: '1', line: 2, sql: index });
    });
    expect(await rehearse('SELECT "gone" FROM "T"', 'server')).toEqual(['blocker rehearsal-failed', false, null]);
  });
});

it('what is there was made by the last of the plan that made it, or by nobody', () => {
  const makers = openMakers();
  const find = (sql: string) => makers.find(classify(sql));
  makers.note('1', classify('CREATE TABLE "T" ("x")'));
  makers.note('2', classify('ALTER TABLE "t" ADD COLUMN "Y"'));
  makers.note('3', classify('ALTER TABLE "U" ADD COLUMN "z"'));
  makers.note('4', classify('ALTER TABLE "V" RENAME TO "W"'));
  makers.note('5', classify('CREATE INDEX "X" ON "T" ("x")'));
  makers.note('6', classify('INSERT INTO "Q" VALUES (1)'));
  expect([
    find('CREATE TABLE t (a)'),
    find('ALTER TABLE T ADD COLUMN y'),
    find('ALTER TABLE T ADD COLUMN other'),
    find('ALTER TABLE U ADD COLUMN Z'),
    find('CREATE TABLE U (a)'),
    find('CREATE TABLE W (a)'),
    find('CREATE INDEX x ON T (a)'),
    find('CREATE TABLE X (a)'),
    find('DROP TABLE T'),
  ]).toEqual(['1', '2', '1', '3', null, '4', '5', null, null]);
  expect(['T', 'w', 'V', 'U', 'x', 'q'].map((name) => makers.findTable(name))).toEqual([
    '1',
    '4',
    null,
    null,
    null,
    null,
  ]);
});
