import { describe, expect, it } from 'vitest';
import { describeDifference } from '../../../src/schema/compare/difference.ts';

function describeCheck(left: string, right: string): string {
  const difference = { kind: 'check', object: 'table', name: 'T', table: 'T', left, right } as const;
  return describeDifference(difference, { left: 'production', right: 'migrations' });
}

describe('a difference in one line', () => {
  it('shows the blanks and line ends within a text as they are, and no others', () => {
    expect(describeCheck("CHECK (a\n  IN ('x  y', 'p\nq'))", 'CHECK (\t"a  b" > 1)')).toBe(
      `check of T: CHECK (a IN ('x  y', 'p\\nq')) in production, CHECK ( "a  b" > 1) in migrations`,
    );
  });

  it('shows of long texts that begin alike what is not alike', () => {
    const make = (last: string) => `CHECK (a IN (${"'something', ".repeat(20)}'${last}'))`;
    const said = describeCheck(make('x  y'), make('x y'));
    expect(said).toMatch(/: ….*'x {2}y'\)\) in production, ….*'x y'\)\) in migrations$/);
    expect(said.length).toBeLessThan(200);
  });

  it('cuts long texts at their end where they begin otherwise', () => {
    const said = describeCheck(`CHECK (a ${'+ 1 '.repeat(50)})`, 'CHECK (b)');
    expect(said).toMatch(/: CHECK \(a .*… in production, CHECK \(b\) in migrations$/);
  });
});
