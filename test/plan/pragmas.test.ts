/** What becomes of a PRAGMA: run, left out or refused, by its name and what it asks for. */

import { expect, test } from 'vitest';
import { findWhyLeftOut, isOn, judgePragma, meaningfulPragmas, type PragmaFate } from '../../src/plan/pragmas.ts';
import { classify } from '../../src/sql/classify.ts';

const judge = (sql: string): PragmaFate | null => {
  const kind = classify(sql);
  return kind.type === 'pragma' ? judgePragma(kind) : null;
};

const runs = { type: 'run' } as const;
const tunes = { type: 'left-out', because: 'tunes' } as const;
const reads = { type: 'left-out', because: 'reads' } as const;
const isSo = { type: 'left-out', because: 'is-so' } as const;

test.each<[sql: string, fate: PragmaFate]>([
  ['PRAGMA foreign_keys=OFF', runs],
  ['PRAGMA defer_foreign_keys(1)', runs],
  ['PRAGMA user_version=3', runs],
  ['PRAGMA table_info(a)', runs],
  // Denied: another finding speaks of it.
  ['PRAGMA writable_schema=ON', runs],
  ['PRAGMA cache_size=1', tunes],
  ['PRAGMA main.JOURNAL_MODE=WAL', tunes],
  ['PRAGMA optimize', tunes],
  ['PRAGMA page_count', reads],
  ['PRAGMA page_size', reads],
  ['PRAGMA recursive_triggers', reads],
  ['PRAGMA page_size=4096', isSo],
  ["PRAGMA encoding='UTF-8'", isSo],
  ['PRAGMA encoding=utf8', isSo],
  ['PRAGMA auto_vacuum=none', isSo],
  ['PRAGMA auto_vacuum=0', isSo],
  ['PRAGMA recursive_triggers=OFF', isSo],
  ['PRAGMA case_sensitive_like(0)', isSo],
  ['PRAGMA page_size=512', { type: 'refused', changes: 'page_size' }],
  ["PRAGMA encoding='UTF-16'", { type: 'refused', changes: 'encoding' }],
  ['PRAGMA auto_vacuum=full', { type: 'refused', changes: 'auto_vacuum' }],
  ['PRAGMA recursive_triggers=ON', { type: 'refused', changes: 'recursive_triggers' }],
  ['PRAGMA no_such_pragma', { type: 'refused', changes: null }],
  ['PRAGMA no_such_pragma=1', { type: 'refused', changes: null }],
])('%s', (sql, fate) => {
  expect(judge(sql)).toEqual(fate);
  expect(findWhyLeftOut(classify(sql))).toBe(fate.type === 'left-out' ? fate.because : null);
});

test('what is no PRAGMA is not left out', () => {
  expect(findWhyLeftOut(classify('SELECT 1'))).toBeNull();
});

/** None of these may be set to whatever it is by default. */
const neverSo = ['application_id', 'max_page_count', 'schema_version'];

test.each([...meaningfulPragmas])('%s is left out where it is so anyway, and refused where it is not', (name) => {
  const off = judge(`PRAGMA ${name}=0`);
  const others = { encoding: 'utf-8', page_size: '4096' }[name];
  if (neverSo.includes(name)) expect(off).toEqual({ type: 'refused', changes: name });
  else if (others === undefined) expect(off).toEqual(isSo);
  else expect(judge(`PRAGMA ${name}='${others}'`)).toEqual(isSo);
  expect(judge(`PRAGMA ${name}=1`)).toEqual({ type: 'refused', changes: name });
});

test.each<[value: string, on: boolean]>([
  ['on', true],
  ['yes', true],
  ['true', true],
  ['off', false],
  ['no', false],
  ['false', false],
  ['full', false],
  ['', false],
  ['1', true],
  ['2', true],
  ['0', false],
  ['255', true],
  ['256', false],
  ['257', true],
  ['0x1', true],
  ['0x100', false],
  ['1x', true],
  ['-1', false],
])('PRAGMA foreign_keys=%s means on: %s', (value, on) => {
  expect(isOn(value)).toBe(on);
});
