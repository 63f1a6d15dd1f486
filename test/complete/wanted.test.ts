/** What can stand where a line is being typed: as the records of the commands have it. */

import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { readGrammar } from '../../src/cli/complete/grammar.ts';
import { continueList, writeAnswer } from '../../src/complete/answer.ts';
import { findWanted } from '../../src/complete/wanted.ts';

const grammar = readGrammar();

/** A line as a shell passes it: split at spaces, the last word being typed. */
const wantedAt = (line: string) => findWanted(line.split(' '), grammar);

function wordsAt(line: string): readonly string[] {
  const wanted = wantedAt(line);
  if (wanted.type !== 'words') throw new Error(`at "${line}" there is ${wanted.type}`);
  const lines = writeAnswer({ candidates: wanted.words, otherwise: 'nothing' }, wanted.typed).split('\n');
  return lines.slice(0, -2).map((one) => one.split('\t')[0] ?? '');
}

test('at the beginning there are all commands, and help', () => {
  expect(wordsAt('')).toEqual([...commands.map(({ name }) => name), 'help']);
});

test.each<[string, readonly string[]]>([
  ['pl', ['plan']],
  ['zz', []],
  ['nothing ', []],
  ['nothing --', []],
  ['--json st', ['status']],
  ['--url file:a.db st', ['status']],
  ['--url=file:a.db st', ['status']],
  ['plan --fo', ['--format']],
  ['plan --format json --fo', []],
  ['plan --format=json --fo', []],
  ['apply --allow a --allo', ['--allow']],
  ['tables --co', ['--count']],
  ['status --co', []],
  ['check --u', []],
  ['status --u', ['--url']],
  ['plan --json=', []],
  ['history 1_a ', expect.arrayContaining(['--json'])],
  ['status -- ', []],
  ['status -- --j', []],
])('at "%s" there are %j', (line, words) => {
  expect(wordsAt(line)).toEqual(words);
});

test('where no operand can stand, an empty word is an option', () => {
  expect(wordsAt('plan ')).toEqual(expect.arrayContaining(['--to', '--json', '--help']));
});

test.each<[string, object]>([
  ['apply --to ', { type: 'value', command: 'apply', flag: '--to', typed: '' }],
  ['apply --to=2026', { type: 'value', command: 'apply', flag: '--to', typed: '2026' }],
  ['apply --to --j', { type: 'value', command: 'apply', flag: '--to', typed: '--j' }],
  ['--env-file .e', { type: 'value', command: null, flag: '--env-file', typed: '.e' }],
  ['plan --env-file=a=b', { type: 'value', command: 'plan', flag: '--env-file', typed: 'a=b' }],
  ['inspect ', { type: 'operand', command: 'inspect', operand: 'table', typed: '' }],
  ['inspect --json A', { type: 'operand', command: 'inspect', operand: 'table', typed: 'A' }],
  ['inspect -- -A', { type: 'operand', command: 'inspect', operand: 'table', typed: '-A' }],
  ['backfill x', { type: 'operand', command: 'backfill', operand: 'name', typed: 'x' }],
  ['help p', { type: 'operand', command: 'help', operand: 'command', typed: 'p' }],
])('at "%s" there is %j', (line, wanted) => {
  expect(wantedAt(line)).toEqual(wanted);
});

test('a word that a shell would run or split is left out, and what it is for is one line', () => {
  const candidates = [
    '$(touch a)',
    'a b',
    'a;b',
    "a'b",
    '`a`',
    'a\tb',
    'a\nb',
    '',
    'a*',
    '~a',
    'été',
    '20260101_a',
    'a:b',
    'a,b',
  ];
  const answer = { candidates: candidates.map((word) => ({ word, says: 'x\n\ty' })), otherwise: 'files' } as const;
  expect(writeAnswer(answer, '')).toBe('été\tx y\n20260101_a\tx y\na:b\tx y\na,b\tx y\n:0\n');
});

test('the last of several words goes on, without those that are given', () => {
  const words = ['one', 'two', 'three'].map((word) => ({ word, says: '' }));
  const list = (typed: string) => continueList(typed, words).map(({ word }) => word);
  expect(list('')).toEqual(['one', 'two', 'three']);
  expect(list('one,t')).toEqual(['one,two', 'one,three']);
  expect(list('two,one,')).toEqual(['two,one,three']);
});
