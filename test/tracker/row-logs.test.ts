/** What a run writes of itself into its rows, and what another one reads there. */

import { expect, it } from 'vitest';
import { parseRunMarks, renderRowLogs } from '../../src/tracker/row-logs.ts';

const marks = { plan: '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-00', last: '20260101_a "b" \\ ü' };

it('reads its marks back, also from logs that were cut', () => {
  const logs = renderRowLogs(marks, { tool: 'migrate-prod', by: 'x'.repeat(5_000) });
  expect(JSON.parse(logs)).toMatchObject({ ...marks, tool: 'migrate-prod' });
  expect(parseRunMarks(logs)).toEqual(marks);
  expect(parseRunMarks(logs.slice(0, 4_000))).toEqual(marks);
  expect(parseRunMarks(renderRowLogs(marks, {}))).toEqual(marks);
});

it('reads none where others wrote', () => {
  const claimed = JSON.stringify({ by: JSON.stringify(marks) });
  for (const logs of [null, '', 'error', '{"tool":"migrate-prod 0.1.0"}', claimed, `x${renderRowLogs(marks, {})}`]) {
    expect(parseRunMarks(logs)).toBeNull();
  }
});
