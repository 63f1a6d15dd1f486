/** SQL on a screen: colours change no character, a line is broken only where it means the same, and megabytes are bounded. */

import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPaint } from '../../../../src/adapters/terminal/paint.ts';
import { measureWidth } from '../../../../src/adapters/terminal/width.ts';
import {
  cutSql,
  paintSql,
  readSql,
  readSqlLine,
  renderSource,
  renderWholeSource,
  wrapSql,
} from '../../../../src/cli/report/text/sql.ts';
import { tokenize } from '../../../../src/sql/tokenize.ts';

const coloured = { columns: 80, paint: createPaint('coloured') };
const plain = { columns: 80, paint: createPaint('plain') };

function paint(sql: string): string {
  const { lines } = readSql(sql);
  return lines.map((line) => paintSql(line, 0, line.text.length, coloured)).join('\n');
}

describe('colours', () => {
  test.each([
    ['keywords', 'SELECT a', '\u001b[1mSELECT\u001b[22m a'],
    ['a name that is a keyword elsewhere, in quotes', '"order"', '"order"'],
    ['texts', "x = 'it''s'", "x = \u001b[35m'it''s'\u001b[39m"],
    ['numbers', 'x > 1.5e3', 'x > \u001b[35m1.5e3\u001b[39m'],
    ['comments', 'a -- why', 'a \u001b[2m-- why\u001b[22m'],
    ['a text over two lines, on each', "'a\nb'", "\u001b[35m'a\u001b[39m\n\u001b[35mb'\u001b[39m"],
    ['a comment over two lines, on each', '/* a\nb */ x', '\u001b[2m/* a\u001b[22m\n\u001b[2mb */\u001b[22m x'],
    ['nothing of a text without an end', "SELECT 'a b", "\u001b[1mSELECT\u001b[22m 'a b"],
  ])('are for %s', (_, sql, painted) => {
    expect(paint(sql)).toBe(painted);
  });
});

/** Pieces of SQL, good and bad. */
const sql = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'SELECT',
        'order',
        '"a b"',
        "'it''s a'",
        "'open",
        '/* c d */',
        '-- e f',
        '\n',
        '\t',
        '東京',
        '\u001b[31m',
        '1e5',
        ';',
        '/*',
        '[x y]',
        '…',
      ),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(' '));

describe('whatever the text is', () => {
  test('colour changes no character of it', () => {
    fc.assert(
      fc.property(sql, fc.integer({ min: 20, max: 90 }), (text, columns) => {
        for (const render of [
          (screen: typeof plain) => renderSource(text, 3, screen),
          (screen: typeof plain) => renderWholeSource(text, null, screen, 20),
          (screen: typeof plain) => readSql(text).lines.map((line) => cutSql(line, 4, screen)),
        ]) {
          const screen = { ...coloured, columns };
          expect(render(screen).map(stripVTControlCharacters)).toEqual(render({ ...plain, columns }));
        }
      }),
    );
  });

  test('lines that are broken between tokens still have the same tokens, and one at least on each', () => {
    const texts = (whole: string) => tokenize(whole).map((token) => token.text);
    fc.assert(
      fc.property(sql, fc.integer({ min: 20, max: 60 }), (text, columns) => {
        const { lines } = readSql(text);
        const broken = lines.map((line) => wrapSql(line, columns, 'between-tokens', plain));
        // A text may begin in one line and end in another.
        expect(texts(broken.flat().join('\n'))).toEqual(texts(lines.map((line) => line.text).join('\n')));
        expect(
          broken
            .filter((parts) => parts.length > 1)
            .flat()
            .filter((part) => part.trim() === ''),
        ).toEqual([]);
      }),
    );
  });

  test('at spaces, only a word that is too long alone is wider than the screen', () => {
    fc.assert(
      fc.property(sql, fc.integer({ min: 24, max: 60 }), (text, columns) => {
        for (const line of readSql(text).lines) {
          const wide = wrapSql(line, columns, 'at-spaces', plain).filter((part) => measureWidth(part) > columns);
          expect(wide.filter((part) => /\S +\S/.test(part.trimStart()))).toEqual([]);
        }
      }),
    );
  });
});

describe('a statement of five megabytes', () => {
  const line = `INSERT INTO "T" VALUES ${Array.from({ length: 400_000 }, (_, index) => `(${index},'abc')`).join(',')};`;

  test.each([
    ['as source, on a terminal', 80, (screen: typeof plain) => renderSource(line, 1, screen)],
    ['as source, in a pipe', null, (screen: typeof plain) => renderSource(line, 1, screen)],
    ['whole, on a terminal', 80, (screen: typeof plain) => renderWholeSource(line, 1, screen, 20)],
    ['whole, in a pipe', null, (screen: typeof plain) => renderWholeSource(line, 1, screen, 400)],
  ])('is bounded %s, and said to be', (_, columns, render) => {
    const shown = render({ ...plain, columns: columns as number }).join('\n');
    expect(shown.length).toBeLessThan(4_000);
    expect(shown).toMatch(/…/);
  });

  test('is told with how much is left out, where it is not cut to a screen', () => {
    expect(readSqlLine('x'.repeat(2_345)).text).toBe(`${'x'.repeat(2_000)} … (345 more characters)`);
  });
});
