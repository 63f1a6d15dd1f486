/** What the logs of a row say of its run: all that this program wrote there, and the lines that others did. */

import { describe, expect, it } from 'vitest';
import { parseRowLogs, readMessage, renderRowLogs } from '../../src/tracker/row-logs.ts';

const nothing = {
  tool: null,
  by: null,
  plan: null,
  consents: [],
  mayLose: [],
  restorePoint: null,
  backup: null,
  lines: [],
};

describe('logs', () => {
  it('of this program are read back, each thing in its place', () => {
    const logs = renderRowLogs(
      { plan: '0a-1', last: '2_b' },
      {
        tool: 'migrate-prod 1.2.3',
        by: 'me@here',
        allowed: ['data-loss:2_b', 'behind'],
        reasons: { 'data-loss': 'nobody reads it', behind: 7 },
        mayLose: ['rows in "A"', 5],
        restorePoint: 'then',
        backup: 'shop.sql',
      },
    );
    expect(parseRowLogs(logs)).toEqual({
      tool: 'migrate-prod 1.2.3',
      by: 'me@here',
      plan: '0a-1',
      consents: [
        { consent: 'data-loss:2_b', reason: 'nobody reads it' },
        { consent: 'behind', reason: null },
      ],
      mayLose: ['rows in "A"'],
      restorePoint: 'then',
      backup: 'shop.sql',
      lines: [],
    });
    expect(parseRowLogs(`${logs}\nThe checksum was c\r\n \nand more`).lines).toEqual([
      'The checksum was c',
      'and more',
    ]);
  });

  it('of others are their lines', () => {
    expect(parseRowLogs(null)).toEqual(nothing);
    expect(parseRowLogs('')).toEqual(nothing);
    expect(parseRowLogs('it failed\n\nhere')).toEqual({ ...nothing, lines: ['it failed', 'here'] });
    expect(parseRowLogs('{"tool":"cut off')).toEqual({ ...nothing, lines: ['{"tool":"cut off'] });
    expect(parseRowLogs('["tool"]')).toEqual({ ...nothing, lines: ['["tool"]'] });
    expect(parseRowLogs(' {"tool":"x"}').tool).toBeNull();
  });

  it('have a message beside what this program says of itself, or none', () => {
    const logs = renderRowLogs({ plan: '0a-1', last: '2_b' }, { by: 'me@here' });
    expect(readMessage(`${logs}\nit failed\n\nhere`)).toBe('it failed\nhere');
    expect(readMessage('it failed')).toBe('it failed');
    expect([readMessage(logs), readMessage(''), readMessage(null)]).toEqual([null, null, null]);
  });

  it('with other kinds of values say nothing in their place', () => {
    expect(parseRowLogs('{"tool":7,"by":null,"allowed":"x","mayLose":{},"restorePoint":[]}')).toEqual(nothing);
    expect(parseRowLogs('{"allowed":[1,"a"],"reasons":["x"]}').consents).toEqual([{ consent: 'a', reason: null }]);
    expect(parseRowLogs('{"allowed":["a:1"],"reasons":null}').consents).toEqual([{ consent: 'a:1', reason: null }]);
  });

  it('have a reason by the whole consent before that by its code, and none that every object has', () => {
    const of = (consent: string, reasons: object) =>
      parseRowLogs(JSON.stringify({ allowed: [consent], reasons })).consents[0]?.reason;
    expect(of('a:1', { a: 'by code', 'a:1': 'by name' })).toBe('by name');
    expect(of('a:1\n2', { a: 'by code' })).toBe('by code');
    expect(of('toString', {})).toBeNull();
    // What is no list of reasons by their codes has none, whatever a consent is called.
    for (const reasons of ['because', ['because']]) expect(of('0', reasons as object)).toBeNull();
  });
});
