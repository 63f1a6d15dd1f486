/** Literals of a dump: the engine reads exactly the value that was written, in one line. */

import fc from 'fast-check';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { renderBlob, renderReal, renderText, renderTextBytes } from '../../src/backup/literals.ts';

const database = new Database(':memory:', {});

/** Type and value as the engine reads them. */
function read(literals: readonly string[]): readonly (readonly unknown[])[] {
  const rows: unknown[] = database
    .prepare(`SELECT typeof(column1), column1 FROM (VALUES ${literals.map((literal) => `(${literal})`).join(',')})`)
    .raw(true)
    .all();
  return rows.filter((row) => Array.isArray(row));
}

describe('a real number', () => {
  it.each([
    0,
    -0,
    1,
    -1,
    0.1,
    1 / 3,
    1e22,
    1e23,
    2 ** 53,
    2 ** 63,
    5e-324,
    2.225_073_858_507_201_4e-308,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    // Their shortest decimals are read as a neighbour.
    4.655_528_616_350_343e30,
    171.638_185_012_264_6,
    7_966_616_254.819_242,
  ])('%s stays itself, and real', (value) => {
    const [[type, found] = []] = read([renderReal(value)]);
    expect([type, Object.is(found, value)]).toEqual(['real', true]);
  });

  it('of any kind stays itself', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 400 }), (values) => {
        const found = read(values.map(renderReal));
        expect(found.every(([type, value], index) => type === 'real' && Object.is(value, values[index]))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a text', () => {
  /** Made of all that a line end could be written as. */
  const tricky = fc
    .array(fc.constantFrom('\n', '\r', '\r\n', '\\', '\\n', '\\r', '\\n1;', 'n', 'r', "'", ';', '1', ' ', '--', 'é'))
    .map((parts) => parts.join(''));

  it('stays itself, and its literal is one line', () => {
    const texts = fc.array(fc.oneof(tricky, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(texts, (values) => {
        const own = values.map((value) => value.replaceAll('\0', ''));
        const literals = own.map(renderText);
        expect(literals.join('')).not.toMatch(/[\r\n]/);
        expect(read(literals)).toEqual(own.map((value) => ['text', value]));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps an empty line and one that looks like a comment', () => {
    expect(renderText('a\n\n-- b')).toBe(String.raw`replace('a\n\n-- b','\n',char(10))`);
  });

  it('of bytes that SQL cannot hold keeps them', () => {
    const [row] = database
      .prepare(`SELECT typeof(x), hex(CAST(x AS BLOB)) FROM (SELECT ${renderTextBytes('610062ff')} AS x)`)
      .raw(true)
      .all();
    expect(row).toEqual(['text', '610062FF']);
  });
});

it('a blob stays itself', () => {
  const [row] = database
    .prepare(`SELECT typeof(x), hex(x) FROM (SELECT ${renderBlob('00ff')} AS x)`)
    .raw(true)
    .all();
  expect(row).toEqual(['blob', '00FF']);
});
