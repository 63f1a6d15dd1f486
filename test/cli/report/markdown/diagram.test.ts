/** The picture of a plan: every line of it is in the grammar that Mermaid reads, whatever the names. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderDiagram, renderMermaid } from '../../../../src/cli/report/markdown/diagram.ts';
import { findChangedTables } from '../../../../src/schema/compare/changed-tables.ts';
import type { Schema } from '../../../../src/schema/model/objects.ts';
import { quoteIdentifier } from '../../../../src/sql/identifiers.ts';
import { prismaTracker } from '../../../../src/tracker/tracker.ts';

/** @param texts of CREATE TABLE and CREATE INDEX, each by its own name. */
function schemaOf(tables: Readonly<Record<string, string>>, indexes: Readonly<Record<string, string>> = {}): Schema {
  return {
    objects: [
      ...Object.entries(tables).map(([name, sql]) => ({ type: 'table' as const, name, table: name, sql })),
      ...Object.entries(indexes).map(([table, sql]) => ({ type: 'index' as const, name: `i_${table}`, table, sql })),
    ],
    kinds: new Map(),
    tracker: prismaTracker,
  };
}

function draw(before: Schema, after: Schema, columns = 40): readonly string[] {
  return renderMermaid(findChangedTables(before, after, 20), columns).split('\n');
}

const customer = 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT NOT NULL, "fax" VARCHAR(30))';
const order =
  'CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "note" TEXT, "customerId" INTEGER NOT NULL REFERENCES "Customer" ("id"))';
const log = 'CREATE TABLE "Log" ("id" INTEGER PRIMARY KEY)';

describe('the picture', () => {
  test('has what is new, changed and gone, and the tables beside it with their keys alone', () => {
    const changed = 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT, "points" INTEGER DEFAULT 0)';
    const address =
      'CREATE TABLE "Address" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER UNIQUE REFERENCES "Customer" ("id"))';
    const before = schemaOf({ Customer: customer, Order: order, Log: log, Old: 'CREATE TABLE "Old" ("x")' });
    const after = schemaOf({ Customer: changed, Order: order, Log: log, Address: address });
    expect(draw(before, after)).toEqual([
      'erDiagram',
      '  t1["~ Customer"] {',
      '    INTEGER id PK',
      '    TEXT email "~"',
      '    INTEGER points "+"',
      '    VARCHAR fax "-"',
      '  }',
      '  t2["+ Address"] {',
      '    INTEGER id PK',
      '    INTEGER customerId FK, UK',
      '  }',
      '  t3["- Old"] {',
      '    ANY x',
      '  }',
      '  t4["Order"] {',
      '    INTEGER id PK',
      '    INTEGER customerId FK',
      '  }',
      '  t2 |o--o| t1 : "customerId"',
      '  t4 }o--|| t1 : "customerId"',
    ]);
  });

  test('shows a key and an index that come and go', () => {
    const free = 'CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "note" TEXT, "customerId" INTEGER NOT NULL)';
    const [bound, unbound] = [
      schemaOf({ Customer: customer, Order: order }),
      schemaOf({ Customer: customer, Order: free }),
    ];
    expect(draw(unbound, bound).at(-1)).toBe('  t1 }o--|| t2 : "+ customerId"');
    expect(draw(bound, unbound).at(-1)).toBe('  t1 }o--|| t2 : "- customerId"');
    const indexed = schemaOf({ Customer: customer }, { Customer: 'CREATE UNIQUE INDEX i ON "Customer" ("email")' });
    expect(draw(schemaOf({ Customer: customer }), indexed)).toContain('    TEXT email UK');
  });

  test('is none where nothing changes, and none where it has no room', () => {
    const [one, two] = [schemaOf({ Log: log }), schemaOf({ Log: log, Customer: customer })];
    expect(renderDiagram({ before: one, after: one }, 60_000)).toBeNull();
    expect(renderDiagram({ before: one, after: two }, 60_000)).toContain('```mermaid\nerDiagram\n');
    expect(renderDiagram({ before: one, after: two }, 100)).toBeNull();
  });

  test('is no larger than somebody reads, and says what it leaves out', () => {
    const columns = Array.from({ length: 200 }, (_, index) => `"column${index}" TEXT`).join(', ');
    const tables = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`T${index}`, `CREATE TABLE "T${index}" (${columns})`]),
    );
    const fold = renderDiagram({ before: schemaOf({}), after: schemaOf(tables) }, 60_000) ?? '';
    expect(fold.length).toBeLessThan(20_000);
    expect(fold.match(/^ {2}t\d+\[/gm)).toHaveLength(20);
    expect(fold).toContain('30 more tables not shown.');
  });

  test('leaves the tables of tools and of the tracker out', () => {
    const tables = {
      _prisma_migrations: 'CREATE TABLE "_prisma_migrations" ("id" TEXT)',
      _cf_KV: 'CREATE TABLE "_cf_KV" (x)',
    };
    expect(renderDiagram({ before: schemaOf({}), after: schemaOf(tables) }, 60_000)).toBeNull();
  });
});

const text = String.raw`(?:[\p{L}\p{M}\p{N} _.,+~-]|#\d+;)*`;
const word = '(?!(?:[pfu]k|direction)\\b)[A-Za-z][A-Za-z0-9_]{0,39}';
const lines = [
  String.raw`  t\d+\["${text}"\](?: \{)?`,
  `    ${word} ${word}(?: (?:PK|FK|UK)(?:, (?:FK|UK))*)?(?: "${text}")?`,
  '  }',
  String.raw`  t\d+ (?:\}o|\|o)--(?:\|\||o\|) t\d+ : "${text}"`,
].map((line) => new RegExp(`^${line.replace(/^ {2}\}$/, ' {2}\\}')}$`, 'u'));

const hostile = [
  ...[
    'a"b',
    'x"] {',
    'pk',
    'FK',
    'uk',
    'erDiagram',
    'end',
    'style',
    'classDef',
    'title',
    'direction',
    'Direction TB',
    'a%%b',
    '%%{init: {}}%%',
    '```',
    '`x`',
  ],
  ...[
    '<script>alert(1)</script>',
    '#quot;',
    '&lt;',
    'zwei Wörter',
    '表',
    '💾',
    'a\nb',
    'a\u202eb',
    '--',
    '}o--o{',
    'a:b',
    ';',
    '\\',
    "it's",
    ' ',
  ],
];

describe('whatever the names are, every line is one that Mermaid reads:', () => {
  const check = (table: string, column: string, type: string) => {
    const [name, own] = [quoteIdentifier(table), quoteIdentifier(column)];
    const made = `CREATE TABLE ${name} (${own} ${quoteIdentifier(type)} PRIMARY KEY, "up" INTEGER REFERENCES ${name} (${own}))`;
    const [head, ...rest] = draw(schemaOf({}), schemaOf({ [table]: made }));
    expect(head).toBe('erDiagram');
    for (const line of rest) {
      expect(
        lines.some((form) => form.test(line)),
        line,
      ).toBe(true);
      expect(line).not.toMatch(/direction\s/i);
    }
  };

  test.each(hostile)('%j', (name) => {
    check(name, name, name);
  });

  test('any text', () => {
    const any = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(any, any, any, (table, column, type) => check(table, column, type)),
      { numRuns: 200 },
    );
  });
});
