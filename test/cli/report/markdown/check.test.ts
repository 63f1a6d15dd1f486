/** A check and an apply as Markdown: whole, bounded, and shown as they are. */

import { describe, expect, test } from 'vitest';
import type { ApplyResult } from '../../../../src/apply/result.ts';
import type { CheckProblem } from '../../../../src/check/problem.ts';
import { renderApplyMarkdown, renderErrorMarkdown } from '../../../../src/cli/report/markdown/apply.ts';
import { renderCheckMarkdown } from '../../../../src/cli/report/markdown/check.ts';
import { MigrateError } from '../../../../src/errors.ts';
import { command, writeSpans } from '../../../../src/text/prose.ts';
import { buildMigration, buildPlan } from '../../plan-values.ts';

const problem: CheckProblem = {
  ...{ kind: 'problem', code: 'replay-failed', migration: '2_a', path: 'prisma/migrations/2_a/migration.sql', line: 3 },
  ...{ sql: 'DROP TABLE x', message: 'no such table: <b>x</b> @all' },
};
const next = writeSpans([command('check')]);

describe('a check', () => {
  test('has its problems before its warnings, each with its place', () => {
    const warning: CheckProblem = { ...problem, kind: 'warning', code: 'unknown-function', sql: null, path: null };
    expect(renderCheckMarkdown({ problems: [warning, problem], migrations: 2, next })).toBe(`## Check of the migrations

2 migrations, **1 problem, 1 warning**.

**✖ \`replay-failed\` in \`prisma/migrations/2_a/migration.sql:3\`**

no such table: &lt;b&gt;x&lt;/b&gt; @&#8203;all

\`\`\`sql
DROP TABLE x
\`\`\`

**▲ \`unknown-function\` in \`2_a\`**

no such table: &lt;b&gt;x&lt;/b&gt; @&#8203;all

Next:

\`\`\`
migrate-prod check
\`\`\`
`);
    expect(renderCheckMarkdown({ problems: [], migrations: 1, next: null })).toContain('1 migration, no problems.');
  });

  test('is bounded', () => {
    const long = { ...problem, message: 'm'.repeat(100_000), sql: 's'.repeat(100_000) };
    const text = renderCheckMarkdown({ problems: Array.from({ length: 500 }, () => long), migrations: 500, next });
    expect(text.length).toBeLessThan(200_000);
    expect(text).toContain('… and 450 more.');
  });
});

const result: ApplyResult = {
  ...{
    outcome: 'applied',
    plan: buildPlan([buildMigration('1_a')]),
    gate: { blockers: [], unconsented: [], unused: [] },
  },
  ...{
    applied: ['1_a'],
    failed: null,
    notStarted: [],
    stillPending: 0,
    besides: { missing: 0, edited: 0, unverified: 0 },
  },
  ...{
    leftOpen: [],
    byAnotherRun: false,
    unrecorded: null,
    backup: null,
    restorePoint: null,
    error: null,
    explained: false,
  },
};

describe('an apply', () => {
  test('has what was applied, what failed, and what to do now', () => {
    const error = new MigrateError('STATEMENT_FAILED', '2_b failed', command('apply'));
    const failed = { name: '2_b', path: '2_b.sql', line: 4, statement: 'DROP TABLE y', message: 'no `y`', query: null };
    const text = renderApplyMarkdown({ ...result, outcome: 'failed', failed, error }, writeSpans([command('apply')]));
    expect(text).toBe(`## Applied to \`libsql://shop-acme.turso.io\`

- ✔ \`1_a\`
- ✖ \`2_b\`: rolled back

1 migration applied, 0 of this plan not started, 0 pending after it.

\`2_b.sql:4\`: no \\\`y\\\`

\`\`\`sql
DROP TABLE y
\`\`\`

✖ 2\\_b failed (\`STATEMENT_FAILED\`)

Next:

\`\`\`
migrate-prod apply
\`\`\`
`);
  });

  test('with nothing to apply, or that another run did, says so', () => {
    const nothing = renderApplyMarkdown({ ...result, outcome: 'nothing-to-do', applied: [] }, null);
    expect(nothing).toBe('## Apply to `libsql://shop-acme.turso.io`\n\nNothing to apply.\n');
    const other = renderApplyMarkdown({ ...result, applied: [], byAnotherRun: true }, null);
    expect(other).toContain('Another run applied some or all of it at the same time.');
  });

  test('and any error is bounded', () => {
    const applied = Array.from({ length: 5_000 }, (_, index) => `${index}_${'n'.repeat(200)}`);
    const error = new MigrateError('READ_FAILED', 'e'.repeat(100_000), 'n'.repeat(100_000));
    expect(
      renderApplyMarkdown({ ...result, applied, error }, [{ type: 'text', text: 'n'.repeat(100_000) }]).length,
    ).toBeLessThan(40_000);
    expect(renderErrorMarkdown('status', error, []).length).toBeLessThan(5_000);
  });
});
