/** `plan --format markdown`: a document for a pull request, whatever tables are called and however much there is. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderPlanMarkdown } from '../../../../src/cli/report/markdown/plan.ts';
import {
  renderCode,
  renderFence,
  renderHtml,
  renderProse,
  renderProseLines,
} from '../../../../src/cli/report/markdown/text.ts';
import type { PlanEnd } from '../../../../src/cli/report/text/plan.ts';
import type { Finding } from '../../../../src/findings/catalogue.ts';
import { dropsTrigger } from '../../../../src/findings/drops-attached.ts';
import { duplicates } from '../../../../src/findings/duplicates.ts';
import { find } from '../../../../src/findings/finding.ts';
import { rebuild } from '../../../../src/findings/rebuild.ts';
import { reportFinding } from '../../../../src/findings/report.ts';
import type { Plan, PlannedMigration } from '../../../../src/plan/plan.ts';
import { command, say, type Written, writeSpans } from '../../../../src/text/prose.ts';
import { openEmbedded } from '../../../support/embedded-adapter.ts';
import { change, countRows, findings } from '../../../support/findings.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { runInProcess } from '../../in-process.ts';
import { buildMigration, buildPlan, buildStatement } from '../../plan-values.ts';

const apply = 'npx --no migrate-prod apply --plan 7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-00';
const ready: PlanEnd = { type: 'ready', apply: [{ type: 'command', text: apply }], consents: [] };
const blocked: PlanEnd = {
  type: 'blocked',
  mend: writeSpans(say`Fix prisma/migrations/2_unique/migration.sql:2, then ${command('plan')}`),
};

function toText(text: string): Written {
  return [{ type: 'text', text }];
}

function render(plan: Plan, end: PlanEnd = ready): string {
  return renderPlanMarkdown(plan, end, { showAll: 'npx --no migrate-prod plan', change: null });
}

describe('the document', () => {
  test('has the findings first, then the migrations folded, then what to run', () => {
    const unique = buildMigration('2_unique', {
      statements: [buildStatement(2, 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")')],
      findings: [
        change(findings.duplicates, {
          migration: '2_unique',
          line: 2,
          sql: 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")',
          evidence: {
            count: { rows: 2, atLeast: false },
            query: `SELECT * FROM "Customer" WHERE "email" <> ''`,
            examples: { columns: ['email'], rows: [['maria@example.com']] },
          },
        }),
      ],
    });
    const rebuilding = buildMigration('3_rebuild', {
      statements: [
        buildStatement(1, 'PRAGMA foreign_keys=OFF', { action: 'skip', skip: 'foreign-keys', reason: 'around it' }),
        buildStatement(2, 'CREATE TABLE "new_Customer" (\n\t"id" INTEGER PRIMARY KEY\n)'),
        buildStatement(5, 'DROP TABLE "Customer"', { before: ['DROP VIEW "names"'] }),
        buildStatement(6, 'ALTER TABLE "new_Customer" RENAME TO "Customer"', {
          after: ['CREATE VIEW "names" AS SELECT 1', 'CREATE TRIGGER "log" … END;'],
        }),
        buildStatement(7, 'CREATE TABLE "Spare" ("id" INTEGER)', {
          action: 'skip',
          skip: 'identical',
          reason: 'already exists, identical',
        }),
      ],
      rebuilds: [{ table: 'Customer', replacement: 'new_Customer', first: 1, last: 3 }],
      sizes: [{ table: 'Customer', rows: 12_430, bytes: 3_104_000, atLeast: false }],
      foreignKeysOff: true,
      consents: [
        {
          code: 'data-loss',
          reason: 'exported, see #12',
          path: 'prisma/migrations/3_rebuild/migrate-prod.allow',
          line: 1,
        },
      ],
      findings: [
        change(findings.kept, { migration: '3_rebuild', line: 5 }),
        change(findings.loss, { migration: '3_rebuild', line: 5 }),
        find(
          rebuild,
          'note',
          { migration: '3_rebuild', line: 2, sql: null },
          { table: 'Customer', foreignKeys: 'off' },
        ),
      ],
    });
    expect(
      render(buildPlan([unique, rebuilding], { asked: { questions: 4, unanswered: 0, rowsRead: 7 } }), blocked),
    ).toBe(document);
  });

  test('of a plan that can be applied ends with the command, and says what needs consent', () => {
    expect(render(buildPlan([buildMigration('1_init')]))).toContain(
      `Rehearsed on an empty copy of production's schema: ok.`,
    );
    expect(render(buildPlan([buildMigration('1_init')]))).toMatch(
      new RegExp(`\nPlan \`[-\\w]+\`\\. To apply exactly this plan:\n\n\`\`\`sh\n${apply}\n\`\`\`\n$`),
    );
    const hazard = buildMigration('1_init', { findings: [change(findings.loss, { migration: '1_init' })] });
    expect(render(buildPlan([hazard]), { ...ready, consents: toText('--allow data-loss:1_init') })).toContain(
      'needs consent: look at each ▲ hazard. Only the owner of the data can consent, by adding these to the command:\n\n```sh\n--allow data-loss:1_init\n```',
    );
  });

  test.each<[PlanEnd, string]>([
    [{ type: 'up-to-date' }, 'Nothing to apply: production is up to date.\n'],
    [
      { type: 'left-open', names: ['1_a'], next: writeSpans([command('backfill', ['1_a'])]) },
      'Nothing to apply, but production is not up to date: 1\\_a was started elsewhere',
    ],
    [
      { type: 'done-up-to', to: '1_a', pending: 2, next: writeSpans([command('plan')]) },
      'Nothing to apply up to `1_a`; 2 pending after it. Next:\n\n```sh\nmigrate-prod plan\n```\n',
    ],
  ])('of nothing to do says so: $type', (end, says) => {
    const text = render(buildPlan([], { findings: [findings.kept] }), end);
    expect(text).toContain(says);
    expect(text).toContain('note: `kept`');
    expect(text).not.toContain('Migrations');
  });
});

describe('text that could be markup', () => {
  test.each([
    ['"order_items" and *all* of ~it~', '"order\\_items" and \\*all\\* of \\~it\\~'],
    ['a `b` [c](d) {e} | f \\ g', 'a \\`b\\` \\[c\\](d) \\{e\\} \\| f \\\\ g'],
    ['<!-- x --> </details> &amp;', '&lt;!-- x --&gt; &lt;/details&gt; &amp;amp;'],
    ['@octocat and team@example.com', '@&#8203;octocat and team@&#8203;example.com'],
    ['fixes #123, GH-7, a/b#9', 'fixes #&#8203;123, GH-&#8203;7, a/b#&#8203;9'],
    ['libsql://x, https://y, www.z.org', 'libsql:&#8203;//x, https:&#8203;//y, www&#8203;.z.org'],
    [':white_check_mark: 12:30', ':&#8203;white\\_check\\_mark: 12:30'],
    ['$a and $b', '<span>$</span>a and <span>$</span>b'],
    ['# title', '\\# title'],
    ['- item', '\\- item'],
    ['+ item', '\\+ item'],
    ['=====', '\\====='],
    ['12. item', '12\\. item'],
    ['12) item', '12\\) item'],
    ['12 rows', '12 rows'],
    ['    indented', 'indented'],
    ['\u202egnp.exe\u0007 \u200b', '\\\\u\\{202e\\}gnp.exe\\\\x07 \\\\u\\{200b\\}'],
  ])('in prose: %j', (text, says) => {
    expect(renderProse(text)).toBe(says);
  });

  test('of several lines is one paragraph', () => {
    expect(renderProseLines('one\r\n\n# two\n- three')).toBe('one<br>\\# two<br>\\- three');
  });

  test.each([
    ['plain', '`plain`'],
    ['a`b', '``a`b``'],
    ['a``b`', '``` a``b` ```'],
    ['`', '`` ` ``'],
    ['', '`  `'],
    [' a ', '`  a  `'],
    ['</details> @octocat #1 |', '`</details> @octocat #1 |`'],
    ['two\nlines', '`two\\nlines`'],
  ])('in a name: %j', (text, says) => {
    expect(renderCode(text)).toBe(says);
  });

  test.each([
    ['SELECT 1', '```sql\nSELECT 1\n```'],
    ['a\n```\nb', '````sql\na\n```\nb\n````'],
    ['`````', '``````sql\n`````\n``````'],
    ['</details>\r\n\u0007\t@octocat', '```sql\n</details>\n\\x07    @octocat\n```'],
  ])('in a fence: %j', (text, says) => {
    expect(renderFence('sql', text)).toBe(says);
  });

  test('in an element', () => {
    expect(renderHtml('<b>&\n</summary>')).toBe('&lt;b&gt;&amp;\\n&lt;/summary&gt;');
  });

  test('stays text wherever it is in a plan: outside of fences there is nothing of it', () => {
    const hostile = '</details>\n```\n````\n<img src=x> @octocat #123 | \u202e';
    const object = { type: 'trigger', name: hostile, table: hostile, sql: hostile } as const;
    const place = { migration: hostile, line: null, sql: hostile };
    const evidence = { count: null, query: hostile, examples: { columns: [hostile], rows: [['maria@example.com']] } };
    const finding = find(
      dropsTrigger,
      'hazard',
      place,
      { what: 'not-recreated', object, table: hostile, anew: hostile },
      { evidence },
    );
    const statement = buildStatement(1, hostile, {
      action: 'skip',
      skip: 'different',
      reason: hostile,
      before: [hostile],
      after: [hostile],
    });
    const migration = buildMigration(hostile, {
      statements: [statement],
      rebuilds: [{ table: hostile, replacement: hostile, first: 0, last: 0 }],
      consents: [{ code: 'drops-trigger', reason: hostile, path: hostile, line: 1 }],
      findings: [finding],
    });
    const target = { type: 'file', name: `file:${hostile}`, path: hostile } as const;
    const text = render(buildPlan([migration], { target }), { type: 'blocked', mend: toText(hostile) });
    expect(text).not.toContain('maria');
    expect(text).not.toContain('\u202e');
    // In code nothing is looked for.
    const outside = dropFences(text).join('\n');
    const prose = outside.replace(/(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|<code>.*?<\/code>/g, '');
    expect(prose.match(/<\/?details>/g)).toEqual(['<details>', '</details>']);
    expect(prose).not.toMatch(/<img|@octocat|#123|[^\\]\|/);
  });
});

/** The lines that are in no fence. @throws where one is never closed */
function dropFences(text: string): readonly string[] {
  let open: string | null = null;
  const outside: string[] = [];
  for (const line of text.split('\n')) {
    const marks = /^(`{3,})(\w*)$/.exec(line);
    if (open === null && marks?.[1] !== undefined) open = marks[1];
    else if (open === null) outside.push(line);
    else if (marks?.[2] === '' && (marks[1]?.length ?? 0) >= open.length) open = null;
  }
  expect(open).toBeNull();
  return outside;
}

describe('more than a comment can hold', () => {
  /** What GitHub takes. */
  const most = 65_536;
  const insert = (line: number) => buildStatement(line, `INSERT INTO "Country" VALUES (${line}, '${'x'.repeat(60)}')`);
  const seed = (name: string, count: number) =>
    buildMigration(name, { statements: Array.from({ length: count }, (_, index) => insert(index + 1)) });
  const problem = (index: number): Finding =>
    find(
      duplicates,
      'blocker',
      { migration: '1_init', line: index + 1, sql: null },
      { what: 'insert', table: `Table ${index}` },
      { evidence: countRows(2) },
    );
  const lots = (count: number): PlannedMigration =>
    buildMigration('1_init', { findings: Array.from({ length: count }, (_, index) => problem(index)) });

  function check(plan: Plan): string {
    const text = render(plan);
    expect(text.length).toBeLessThan(most);
    expect(text).toContain('Shortened to fit into a comment. `npx --no migrate-prod plan` shows everything.\n');
    expect(text).toContain(apply);
    dropFences(text);
    return text;
  }

  test('cuts statements, and the long migrations before the short ones', () => {
    const small = seed('2_small', 3);
    const text = check(buildPlan([seed('1_seed', 1_821), small, seed('3_seed', 900)], { findings: [problem(1)] }));
    expect(text).toContain(reportFinding(problem(1)).message);
    expect(text).toMatch(/-- … [\d,]+ more statements, the next on line \d+\n```/);
    for (const { sql } of small.statements) expect(text).toContain(sql);
    expect(text.match(/<details>/g)).toHaveLength(3);
  });

  test('cuts a statement of megabytes', () => {
    const text = check(
      buildPlan([buildMigration('1_seed', { statements: [buildStatement(1, 'x'.repeat(3_000_000))] })]),
    );
    expect(text).toMatch(/-- line 1\nx{500,1000} …\n/);
  });

  test('lists a thousand migrations by name', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `20260101000000_migration_${index}`);
    const text = check(buildPlan(names.map((name) => seed(name, 5))));
    expect(text).toContain('- `20260101000000_migration_999`: 5 statements\n');
    for (const name of names) expect(text).toMatch(new RegExp(`[\`>]${name}[\`<]`));
  });

  test('opens as many of three hundred as it holds, and says the names of all', () => {
    const names = Array.from({ length: 300 }, (_, index) => `20260101000000_migration_${index}`);
    const text = check(buildPlan(names.map((name) => seed(name, 5))));
    for (const name of names) expect(text).toMatch(new RegExp(`[\`>]${name}[\`<]`));
    const folds = text.match(/<details>/g) ?? [];
    expect(folds.length).toBeGreaterThan(50);
    expect(text.split(`<code>${names[folds.length - 1]}</code>`)).toHaveLength(2);
    expect(text.length).toBeGreaterThan(60_000);
  });

  test('counts the names that it does not hold', () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `20260101000000_migration_${index}`);
    expect(check(buildPlan(names.map((name) => seed(name, 1))))).toMatch(/\n- … and [12],\d{3} more migrations\n/);
  });

  test('says every finding, the last ones in a line where there are too many', () => {
    const text = check(buildPlan([lots(250), seed('2_seed', 400)]));
    for (let index = 0; index < 250; index += 1) expect(text).toContain(`2 rows of "Table ${index}" have`);
    expect(text).toContain(
      '\n### ✖ blocker: `duplicates` in `prisma/migrations/1_init/migration.sql:1`\n\n2 rows of "Table 0" have',
    );
    expect(text).toContain(
      '\n✖ blocker: `duplicates` in `prisma/migrations/1_init/migration.sql:250`: 2 rows of "Table 249" have',
    );
  });

  test('counts what not even that holds', () => {
    expect(check(buildPlan([lots(3_000)]))).toMatch(/\n… and [12],\d{3} more findings\.\n/);
  });
});

describe('on the command line', () => {
  const url = ['--url', 'file:shop.db'];
  let project: Project;
  beforeEach(async () => {
    project = await makeProject({ '1_customer': 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT);' });
    const database = openEmbedded(join(project.root, 'shop.db'));
    database.exec('SELECT 1');
    database.close();
  });
  afterEach(() => project.remove());

  function run(...args: readonly string[]) {
    return runInProcess([...args, ...url], { cwd: project.root });
  }

  test('is the same from run to run, with the exit codes of text', async () => {
    const first = await run('plan', '--format', 'markdown');
    expect(first).toMatchObject({ code: 0, stdout: (await run('plan', '--format=markdown')).stdout });
    expect(first.stdout).toMatch(
      /^<!-- migrate-prod plan -->\n\n## Migration plan for `file:.*shop\.db`\n\n1 migration\./,
    );
    expect(first.stdout).toMatch(/```sh\nmigrate-prod apply --url file:shop\.db --plan [-0-9a-f]+\n```\n$/);
    expect((await run('plan', '--format', 'markdown', '--exit-code')).code).toBe(3);
    const wide = await runInProcess(['plan', '--format', 'markdown', ...url], { cwd: project.root, columns: 200 });
    expect(wide.stdout).toBe(first.stdout);

    await run('apply', '--yes');
    const done = await run('plan', '--format', 'markdown');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('production is up to date.') });
  });

  test('of a blocked plan says why on stderr too, where the log is read', async () => {
    await project.write('2_control', 'BEGIN;');
    const { code, stdout, stderr } = await run('plan', '--format', 'markdown');
    expect(code).toBe(1);
    expect(stdout).toContain('### ✖ blocker: `transaction-control` in `prisma/migrations/2_control/migration.sql:1`');
    expect(stdout).toContain('cannot be applied.**');
    expect(stderr).toContain('PLAN_BLOCKED');
  });

  test('is empty where there is no plan', async () => {
    const { code, stdout, stderr } = await run('plan', '--format', 'markdown', '--migrations', 'nowhere');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('MIGRATIONS_NOT_FOUND');
  });

  test.each([['--format', 'json'], ['--format=json'], ['--json'], ['--format', 'json', '--json']])(
    '%j %j %j is one JSON object',
    async (...words) => {
      const { code, stdout, stderr, json } = await run('plan', ...words);
      expect({ code, stderr, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 0, stderr: '', lines: 1 });
      expect(json()).toMatchObject({ version: 1, command: 'plan' });
    },
  );

  test('text is what there is without it', async () => {
    expect((await run('plan', '--format', 'text')).stdout).toBe((await run('plan')).stdout);
  });

  test.each([
    [['plan', '--format', 'md'], 'Did you mean --format markdown?'],
    [['plan', '--format', 'markdwon'], 'Did you mean --format markdown?'],
    [['plan', '--format', 'yaml'], '--format takes text, markdown, json; it was given yaml.'],
    [['plan', '--format'], '--format needs a value'],
    [['plan', '--format', 'text', '--format', 'markdown'], '--format is given twice'],
    [['plan', '--format', 'markdown', '--json'], '--format markdown and --json contradict each other.'],
    [['plan', '--format', 'text', '--json'], '--format text and --json contradict each other.'],
    [['plan', '--output', 'markdown'], 'Did you mean --format?'],
    [['apply', '--format', 'markdown'], 'apply has no option --format: plan has it'],
    [['status', '--show-values'], 'status has no option --show-values: plan and apply have it'],
  ])('%j is refused', async (args, says) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(says);
  });
});

const document = `<!-- migrate-prod plan -->

## Migration plan for \`libsql://shop-acme.turso.io\`

2 migrations, **1 blocker**, **1 hazard**. Rehearsed on an empty copy of production's schema: see what is marked ✖. The row counts are from when this plan was made.

### ✖ blocker: \`duplicates\` in \`prisma/migrations/2_unique/migration.sql:2\`

The unique index "Customer\\_email\\_key" on "Customer" ("email") is broken by 1 value that occurs more than once, in 2 rows.

The statement fails at the first such row, and the migration is rolled back.

\`\`\`sql
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")
\`\`\`

Rows:

\`\`\`sh
turso db shell libsql://shop-acme.turso.io 'SELECT * FROM "Customer" WHERE "email" <> '\\'''\\'''
\`\`\`

Safe way:

\`\`\`sql
-- look at the rows first; this keeps one of each, in the same file or an earlier one:
DELETE FROM "Customer" WHERE "email" IS NOT NULL AND rowid NOT IN (
  SELECT min(rowid) FROM "Customer" WHERE "email" IS NOT NULL GROUP BY "email"
);
\`\`\`

### ▲ hazard: \`data-loss\` in \`prisma/migrations/3_rebuild/migration.sql:5\`

Drops "Customer"."fax" with its values in 3 rows.

Only a backup can bring it back.

Allowed by \`prisma/migrations/3_rebuild/migrate-prod.allow:1\`: exported, see #&#8203;12

Safe way:

\`\`\`sql
-- keep a copy, in the same file before it (consent is still asked; drop the copy later, as schema.prisma does not know it):
CREATE TABLE "Customer_fax_kept" AS SELECT * FROM "Customer" WHERE "fax" IS NOT NULL;
\`\`\`

**● note: \`kept\` in \`prisma/migrations/3_rebuild/migration.sql:5\`**

Preserves what rebuilding "Customer" would drop: trigger "log".

DROP TABLE also drops triggers and indexes, and RENAME fails while something reads a table that does not exist. Both are handled in the same transaction.

### Migrations

<details>
<summary><code>2_unique</code>: 1 statement, ✖ 1 blocker</summary>

\`prisma/migrations/2_unique/migration.sql\`

\`\`\`sql
-- line 2
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");
\`\`\`

</details>

<details>
<summary><code>3_rebuild</code>: 4 statements, 1 skipped, ▲ 1 hazard, rebuilds <code>Customer</code> (12,430 rows, 3.1 MB)</summary>

\`prisma/migrations/3_rebuild/migration.sql\`

\`\`\`sql
-- Foreign keys are off around the transaction.

-- Rebuilds "Customer" (atomic; must not run twice):
-- line 2
CREATE TABLE "new_Customer" (
    "id" INTEGER PRIMARY KEY
);

-- Added before line 5, in the same transaction, to preserve what it would drop:
DROP VIEW "names";
-- line 5
DROP TABLE "Customer";

-- line 6
ALTER TABLE "new_Customer" RENAME TO "Customer";
-- Added after line 6, in the same transaction, to preserve what it would drop:
CREATE VIEW "names" AS SELECT 1;
CREATE TRIGGER "log" … END;

-- line 7, skipped: already exists, identical
CREATE TABLE "Spare" ("id" INTEGER);
\`\`\`

</details>

**Plan \`7f3a9c2e\` cannot be applied.** Next:

\`\`\`
Fix prisma/migrations/2_unique/migration.sql:2, then migrate-prod plan
\`\`\`
`;
