/** Findings that come in great numbers: told once, readable in a terminal, and whole in JSON. */

import { describe, expect, test } from 'vitest';
import { annotateFindings } from '../../src/cli/report/github/annotations.ts';
import { describeFindings } from '../../src/cli/report/json/json.ts';
import { renderPlanMarkdown } from '../../src/cli/report/markdown/plan.ts';
import { renderHazards, renderQuestionPlan } from '../../src/cli/report/text/apply.ts';
import { renderPlan } from '../../src/cli/report/text/plan.ts';
import { breaksRunningCode } from '../../src/findings/breaks-running-code.ts';
import type { Finding } from '../../src/findings/catalogue.ts';
import { dataLoss } from '../../src/findings/data-loss.ts';
import { find } from '../../src/findings/finding.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { buildMigration, buildPlan, buildScreen } from './plan-values.ts';

const end = { type: 'ready', apply: [{ type: 'command', text: 'migrate-prod apply' }], consents: [] } as const;
const show = (plan: Plan, columns: number | null = 80) => renderPlan(plan, end, buildScreen(columns));

function breaks(migration: string, line: number, table: string, column: string | null = null): Finding {
  const place = { migration, line, sql: null };
  if (column === null) return find(breaksRunningCode, 'note', place, { what: 'table-dropped', table });
  const drops = [{ table, column, indexes: [] }];
  return find(breaksRunningCode, 'note', place, {
    what: 'columns-dropped',
    table,
    columns: [column],
    renames: [],
    drops,
  });
}

function loss(line: number, rows: number | null, table = 'Order'): Finding {
  const sql = `DELETE FROM "${table}" WHERE "id" = ${line}`;
  const count = rows === null ? null : { rows, atLeast: false };
  const referring = [{ of: { table: 'Item', actions: ['cascade'] }, count }];
  return find(
    dataLoss,
    'hazard',
    { migration: '1_clean', line, sql },
    { what: 'referring-rows', how: 'deletes', parent: table, referring, statements: 1 },
    {
      losses: [{ kind: 'rows-referring', table: 'Item', parent: table }],
      evidence: { count, query: null, examples: null },
    },
  );
}

describe('what breaks running code', () => {
  const names = [['A', 'x'], ['B'], ['C', 'y'], ['D'], ['E'], ['F'], ['G']] as const;
  const of = (name: string, list: readonly (readonly [table: string, column?: string])[]) =>
    buildMigration(name, { findings: list.map((each, index) => breaks(name, index + 2, ...each)) });
  const plan = buildPlan([of('1_one', names), of('2_two', [['Shop']]), buildMigration('3_three')]);

  test('is a line for each migration and one of the whole, and no way for each', () => {
    const shown = show(plan, null);
    expect(shown.match(/.*● note {2}breaks-running-code.*/g)).toEqual([
      '  ● note  breaks-running-code  1_one: After 7 changes, code that does not know of them fails: "A"."x", "B", "C"."y", "D", "E" and 2 more.',
      '  ● note  breaks-running-code  2_two: After this, code that still reads or writes "Shop" fails.',
    ]);
    expect(shown).toContain('\n  2 migrations break code that does not know of them; --json has a safe way');
    expect(shown).not.toContain('Safe way:');
    expect(renderQuestionPlan(plan, null, buildScreen(80)).match(/breaks-running-code {2}/g)).toHaveLength(2);
  });

  test('fits the terminal', () => {
    for (const columns of [40, 80, 140]) {
      for (const line of show(plan, columns).split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test('is a line for each migration in a document, and one at its head', () => {
    const document = renderPlanMarkdown(plan, end, { showAll: 'migrate-prod plan', change: null });
    const lines = document.split('\n').filter((line) => line.includes('breaks-running-code'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('2 migrations break code');
    expect(document).not.toContain('deploy an application');
  });

  test('is one notice for each migration beside its file', () => {
    const annotations = annotateFindings(
      plan.migrations.flatMap(({ findings }) => findings),
      [],
      plan.migrations,
    );
    expect(annotations.map(({ level, path, line }) => [level, path, line])).toEqual([
      ['notice', 'prisma/migrations/1_one/migration.sql', 2],
      ['notice', 'prisma/migrations/2_two/migration.sql', 2],
    ]);
  });

  test('is said of one migration in the singular, and of none not at all', () => {
    expect(show(buildPlan([of('2_two', [['Shop']])]), null)).toContain(
      '\n  1 migration breaks code that does not know of it; --json has',
    );
    expect(show(buildPlan([buildMigration('3_three')]))).not.toContain('application');
  });

  test('has its way in JSON', () => {
    expect(describeFindings(plan.migrations[0]?.findings ?? [], [])).toHaveLength(7);
    expect(describeFindings([breaks('2_two', 2, '"Shop"')], [])[0]).toMatchObject({
      way: expect.stringContaining('"Shop"'),
    });
  });
});

describe('thousands of hazards of one kind on one table', () => {
  const many = Array.from({ length: 4000 }, (_, index) => loss(index + 1, 2));
  const planOf = (findings: readonly Finding[]) => buildPlan([buildMigration('1_clean', { findings })]);

  test('are one in the terminal, with where the others are and how many rows it is', () => {
    const shown = show(planOf(many));
    expect(shown.split('\n').length).toBeLessThan(25);
    expect(shown.match(/▲ hazard {2}/g)).toHaveLength(1);
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(
      'The same is true for 3,999 more statements, on lines 2, 3, 4 and 3996 more; --json lists each of them. In all: 8,000 rows.',
    );
    expect(shown).toContain('▲ 4,000 hazards');
    expect(renderHazards(many, planOf(many), buildScreen(80)).match(/▲ hazard/g)).toHaveLength(1);
  });

  test('are one in a document and one beside the file', () => {
    const document = renderPlanMarkdown(planOf(many), end, { showAll: 'migrate-prod plan', change: null });
    expect(document.match(/▲ hazard/g)).toHaveLength(1);
    expect(annotateFindings(many, many, [])).toHaveLength(1);
  });

  test('say no number where one of them has none', () => {
    expect(show(planOf([...many, loss(5000, null)]))).not.toContain('In all');
  });

  test('of another table stand alone, and a few are told one by one', () => {
    expect(show(planOf([...many, loss(5000, 1, 'Basket')])).match(/▲ hazard {2}/g)).toHaveLength(2);
    expect(show(planOf([loss(1, 1), loss(2, 1), loss(3, 1)])).match(/▲ hazard {2}/g)).toHaveLength(3);
  });
});

describe('a query that is too long to be read', () => {
  const list = Array.from({ length: 60 }, (_, index) => `"column_${index}"`).join(', ');
  const query = `SELECT ${list} FROM "Customer" WHERE "email" IS NULL`;
  const planOf = (sql: string) =>
    buildPlan([
      buildMigration('1_clean', {
        findings: [{ ...loss(1, 2), evidence: { count: null, query: sql, examples: null } }],
      }),
    ]);

  test('is cut, says how much is missing and where the whole is, and is no command', () => {
    const shown = show(planOf(query));
    const rows = shown.slice(shown.indexOf('    Rows: '), shown.indexOf('\n    Safe way:'));
    expect(rows).toMatch(/^ {4}Rows: SELECT "column_0", /);
    expect(rows).toMatch(/ …\n {6}\(\d+ more characters; --json has all of it, as "query"\.\)$/);
    expect(rows).not.toContain('turso');
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const kept = rows.slice(10, rows.indexOf(' …')).replaceAll(/\s+/g, ' ');
    expect(query.startsWith(kept)).toBe(true);
    expect(Number(/\((\d+) more characters/.exec(rows)?.[1])).toBe(query.length - kept.length);
  });

  test('is cut in a document too, and whole in JSON', () => {
    const document = renderPlanMarkdown(planOf(query), end, { showAll: 'migrate-prod plan', change: null });
    expect(document).toContain('more characters');
    expect(document).not.toContain('"column_59"');
    expect(describeFindings(planOf(query).migrations[0]?.findings ?? [], [])).toMatchObject([{ query }]);
  });

  test('of 400 characters is still a whole command', () => {
    const fits = `SELECT '${'x'.repeat(400 - 9)}'`;
    expect(fits).toHaveLength(400);
    expect(show(planOf(fits))).toContain(`Rows: turso db shell`);
    expect(show(planOf(`${fits} `.replace('x', 'xx')))).toContain('more characters');
  });
});
