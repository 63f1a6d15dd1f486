/** The line that says what takes so long: after half a second, also of a process that is busy, and taken away. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPaint } from '../../../src/adapters/terminal/paint.ts';
import { createProgress } from '../../../src/adapters/terminal/progress.ts';

function open(isTTY = true, env: Readonly<Record<string, string>> = {}) {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), isTTY, columns: 30 };
  return { written, progress: createProgress(stream, { columns: 30, paint: createPaint('plain') }, env) };
}

function keepBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a process that is busy shows the line at its next chance, once it is due', () => {
  const { written, progress } = open();
  progress.work('Trying');
  expect(written).toEqual([]);
  keepBusy(520);
  progress.work('Trying');
  progress.work('Trying');
  progress.done();
  expect(written).toEqual(['  Trying …', '\r\u001b[2K']);
});

test('what is known to take long is said at once, and cut to the screen', () => {
  const { written, progress } = open();
  progress.work('Trying the migrations on a copy', 'long');
  progress.done();
  expect(written).toEqual(['  Trying the migrations on a…', '\r\u001b[2K']);
});

test('work does not hide what is waited for, and nothing is left to write once it is done', async () => {
  const { written, progress } = open();
  progress.wait('Waiting');
  expect(progress.begin('Other')).toBe(false);
  keepBusy(520);
  progress.work('Working');
  expect(written).toEqual(['  Waiting …']);
  progress.done();
  await sleep(600);
  expect(written).toEqual(['  Waiting …', '\r\u001b[2K']);
});

test.each([
  ['where there is no terminal', false, {}],
  ['on a dumb terminal', true, { TERM: 'dumb' }],
])('nothing is written %s', (_, isTTY, env) => {
  const { written, progress } = open(isTTY, env);
  progress.work('Trying', 'long');
  progress.done();
  expect(written).toEqual([]);
});
