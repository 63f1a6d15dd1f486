/** What counts as an answer to what was asked: the whole of it, or nothing. */

import { describe, expect, it } from 'vitest';
import { decodeAnswer, readResponse } from '../../../src/adapters/hrana/decode.ts';
import type { WireRequest } from '../../../src/adapters/hrana/messages.ts';

const execute: WireRequest = { type: 'execute', stmt: { sql: 'SELECT 1' } };
const batch = (steps: number): WireRequest => ({
  type: 'batch',
  batch: { steps: Array.from({ length: steps }, () => ({})) },
});

const result = (...values: readonly object[]) => ({ cols: values.map(() => ({})), rows: [values] });
const answer = (...results: readonly object[]) => JSON.stringify({ baton: null, base_url: null, results });
const executed = (own: object) => answer({ type: 'ok', response: { type: 'execute', result: own } });
const ran = (own: object) => answer({ type: 'ok', response: { type: 'batch', result: own } });

function readValue(value: object) {
  const [response] = decodeAnswer(executed(result(value)), [execute])?.responses ?? [];
  const reply = response && readResponse(response);
  return reply?.type === 'rows' ? reply.rows[0]?.[0] : undefined;
}

describe('a value', () => {
  it.each([
    [{ type: 'null' }, null],
    [{ type: 'integer', value: '-7' }, -7],
    [{ type: 'integer', value: '9223372036854775807' }, 9223372036854775807n],
    [{ type: 'integer', value: '-9223372036854775808' }, -9223372036854775808n],
    [{ type: 'float', value: 1.5 }, 1.5],
    [{ type: 'float', value: null }, Number.POSITIVE_INFINITY],
    [{ type: 'text', value: 'x' }, 'x'],
    [{ type: 'blob', base64: 'AP8B' }, Buffer.from([0, 255, 1])],
    [{ type: 'blob', base64: 'AP8' }, Buffer.from([0, 255])],
    [{ type: 'blob', base64: 'AP8=' }, Buffer.from([0, 255])],
    [{ type: 'blob', base64: '' }, Buffer.alloc(0)],
  ])('%j is understood', (value, expected) => {
    expect(readValue(value)).toEqual(expected);
  });

  it.each([
    {},
    { type: 'number', value: 1 },
    { type: 'integer', value: 7 },
    { type: 'integer', value: '7x' },
    { type: 'integer', value: '' },
    { type: 'integer', value: '1e3' },
    { type: 'integer', value: '9223372036854775808' },
    { type: 'integer', value: '9'.repeat(400) },
    { type: 'integer' },
    { type: 'float', value: '1.5' },
    { type: 'float' },
    { type: 'text', value: null },
    { type: 'blob', base64: 'A' },
    { type: 'blob', base64: '!!!!' },
    { type: 'blob', value: 'AP8B' },
  ])('%j is none', (value) => {
    expect(readValue(value)).toBeUndefined();
  });
});

describe('an answer', () => {
  const good = { cols: [], rows: [] };

  it.each([
    ['no JSON', 'not json'],
    ['a list', '[]'],
    ['no results', '{"baton":null}'],
    ['too few results', answer()],
    ['too many results', answer(...Array(2).fill({ type: 'ok', response: { type: 'execute', result: good } }))],
    ['a result that is only ok', answer({ type: 'ok' })],
    ['a result without a response', answer({ type: 'ok', response: { type: 'execute' } })],
    ['an answer to something else', answer({ type: 'ok', response: { type: 'close' } })],
    ['an error without a text', answer({ type: 'error', error: { code: 'X' } })],
    ['an error with a code that is a number', answer({ type: 'error', error: { message: 'x', code: 1 } })],
    ['rows that are none', executed({ cols: [], rows: 7 })],
    ['rows without columns', executed({ rows: [] })],
    ['a row that is longer than the columns', executed({ cols: [], rows: [[{ type: 'null' }]] })],
    ['a row that is no list', executed({ cols: [], rows: [{}] })],
    ['rows read that are none', executed({ cols: [], rows: [], rows_read: -1 })],
    ['a baton that is a number', JSON.stringify({ ...JSON.parse(executed(good)), baton: 1 })],
    ['an address that is a list', JSON.stringify({ ...JSON.parse(executed(good)), base_url: [] })],
  ])('with %s is not understood', (_, body) => {
    expect(decodeAnswer(executed(good), [execute])).not.toBeNull();
    expect(decodeAnswer(body, [execute])).toBeNull();
  });

  it.each([
    ['a result too few', { step_results: [good], step_errors: [null, null] }],
    ['an error too many', { step_results: [good, null], step_errors: [null, null, null] }],
    ['a result and an error for one step', { step_results: [good, good], step_errors: [null, { message: 'x' }] }],
    ['no errors', { step_results: [good, null] }],
  ])('to a batch with %s is not understood', (_, own) => {
    const whole = { step_results: [good, null], step_errors: [null, { message: 'x' }] };
    const [response] = decodeAnswer(ran(whole), [batch(2)])?.responses ?? [];
    expect(response).toMatchObject({
      steps: [{ type: 'result' }, { type: 'error', error: { message: 'x', code: null } }],
    });
    expect(decodeAnswer(ran(own), [batch(2)])).toBeNull();
  });
});
