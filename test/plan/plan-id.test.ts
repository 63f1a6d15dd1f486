/** The id of a plan: the same for the same, whatever the number of rows; and what a plan shows that another did not. */

import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/findings/catalogue.ts';
import { find, wholePlan } from '../../src/findings/finding.ts';
import { leavesBroken } from '../../src/findings/leaves-broken.ts';
import type { Loss } from '../../src/findings/loss.ts';
import {
  buildPlanId,
  comparePlanIds,
  describeShown,
  findNotShown,
  findRun,
  findShortName,
  isPlanId,
  parsePlanId,
  runsSame,
} from '../../src/plan/plan-id.ts';
import { sha256 } from '../apply/planned.ts';
import { change, countRows, findings } from '../support/findings.ts';

const parts = { target: 't', files: 'f', tracker: 'r', schema: 's', actions: 'a', shown: [] };
const others = ['target', 'files', 'tracker', 'schema', 'actions'] as const;
const idOf = (shown: readonly Finding[]) => buildPlanId({ ...parts, shown: describeShown(shown) }, sha256);

const loss: Loss = { kind: 'rows', table: 'Customer' };
const hazard = {
  ...change(findings.loss, { migration: '1_a', line: 3, sql: 'DROP TABLE "Customer"' }),
  losses: [loss],
};
const orphans = change(findings.orphans, { migration: '1_a', line: 4 });
const { duplicates: blocker, noLoss: note } = findings;

describe('the id of a plan', () => {
  it('is the same for the same parts, and tells which part of another moved', () => {
    const id = buildPlanId(parts, sha256);
    expect(isPlanId(id)).toBe(true);
    expect(buildPlanId({ ...parts }, sha256)).toBe(id);
    expect(comparePlanIds(id, buildPlanId({ ...parts, schema: 'other' }, sha256))).toEqual(["production's schema"]);
    expect(comparePlanIds(id, buildPlanId({ ...parts, files: 'x', tracker: 'y' }, sha256))).toEqual([
      'the migration files or a migrate-prod.allow beside them',
      "the tracker's rows",
    ]);
    expect(comparePlanIds(id, buildPlanId({ ...parts, files: 'x', actions: 'y' }, sha256))).toEqual([
      'the migration files or which of them are to be applied (--to)',
    ]);
    expect(comparePlanIds(id, buildPlanId({ ...parts, actions: 'y' }, sha256))).toEqual(['what would be run']);
    expect(isPlanId('7f3a9c2e')).toBe(false);
  });

  it('differs for every part, and is not fooled by parts that run into each other', () => {
    const ids = [
      parts,
      ...others.map((part) => ({ ...parts, [part]: 'x' })),
      { ...parts, target: 'f', files: 't' },
    ].map((each) => buildPlanId(each, sha256).slice(0, 8));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has 128 bits over what is run, so that no harmful file can be made to fit the id of a harmless one', () => {
    const [short = '', rest = '', ofParts = ''] = buildPlanId(parts, sha256).split('-');
    expect([short.length + rest.length, ofParts.length]).toEqual([32, 20]);
    // All of them depend on every part, also where the digits of the part would be the same.
    for (const part of others) {
      const other = buildPlanId({ ...parts, [part]: 'x' }, sha256).split('-');
      const changed = [...`${short}${rest}`].filter((digit, index) => `${other[0]}${other[1]}`[index] !== digit);
      expect(changed.length).toBeGreaterThan(20);
    }
  });

  it('is taken with white space around it and in upper case, and in no other form', () => {
    const [id, full] = [buildPlanId(parts, sha256), idOf([hazard, orphans])];
    for (const each of [id, full]) {
      expect(parsePlanId(` ${each}\n`)).toBe(each);
      expect(parsePlanId(each.toUpperCase())).toBe(each);
      expect(findShortName(each)).toBe(id.slice(0, 8));
    }
    const refused: readonly (readonly [string, string])[] = [
      ['', 'was given nothing'],
      [' \n', 'was given nothing'],
      ['7f3a9c2e-0a1b2c3d4e5f', 'by an earlier release'],
      [`${id.slice(0, 33)}-${'0'.repeat(24)}`, 'by an earlier release'],
      ...[8, 9, 33, 34, 54, 55, 56].map((end) => [id.slice(0, end), 'only a part'] as const),
      ...[57, 58, 77, 96].map((end) => [full.slice(0, end), 'only a part'] as const),
      [`${id}0`, 'takes the id of a plan'],
      [`${id}${'0'.repeat(20)}`, 'takes the id of a plan'],
      [`${full}${'0'.repeat(20)}`, 'takes the id of a plan'],
      [`${id.slice(0, -2)}11${'0'.repeat(20 * 17)}`, 'takes the id of a plan'],
      [`${id} ${id}`, 'takes the id of a plan'],
      [id.replaceAll('-', ''), 'takes the id of a plan'],
    ];
    for (const [text, says] of refused) {
      expect(() => parsePlanId(text), text).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(says), next: 'migrate-prod plan' }),
      );
    }
  });
});

describe('what a plan showed', () => {
  it('is a part of its id, each once and in any order, and never how many rows there are', () => {
    expect(idOf([])).toHaveLength(57);
    expect(idOf([hazard, orphans, blocker])).toHaveLength(57 + 3 * 20);
    expect(idOf([orphans, blocker, hazard, hazard])).toBe(idOf([hazard, orphans, blocker]));
    expect(idOf([note])).toBe(idOf([]));
    for (const each of [hazard, orphans])
      expect(idOf([change(each, { evidence: countRows(4_711) })])).toBe(idOf([each]));
  });

  it.each([
    ['another line', change(hazard, { line: 5 })],
    ['another migration', change(hazard, { migration: '2_b' })],
    ['another statement of the same line', change(hazard, { sql: 'DELETE FROM "Customer"' })],
    ['another loss', { ...hazard, losses: [{ ...loss, table: 'Order' }] }],
    ['one more loss', { ...hazard, losses: [loss, { ...loss, table: 'Order' }] }],
    ['another code', orphans],
    ['a blocker', blocker],
  ] as const)('is not %s', (_what, other) => {
    expect(notShown([hazard], [hazard, other as Finding])).toEqual([other]);
    expect(notShown([hazard, other as Finding], [hazard])).toEqual([]);
  });

  it('is about what it names where there is no loss', () => {
    const broken = (index: string) =>
      find(leavesBroken, 'hazard', wholePlan, {
        ...{ what: 'empty-index', index, table: 'Customer', builtBy: 'insert', sql: 'CREATE …' },
      });
    expect(notShown([broken('a')], [broken('a'), broken('b')])).toEqual([broken('b')]);
    // That a blocker is a hazard by now is another thing.
    expect(notShown([orphans], [{ ...orphans, kind: 'blocker' }])).toHaveLength(1);
  });

  it('may be gone, and notes are nothing to show', () => {
    expect(notShown([hazard, orphans], [])).toEqual([]);
    expect(notShown([hazard, { ...hazard, losses: [loss, { ...loss, table: 'Order' }] }], [hazard])).toEqual([]);
    expect(notShown([], [note])).toEqual([]);
  });

  it('is of one plan: the same hazard of other files has other digits', () => {
    const shown = describeShown([hazard]);
    const [one, other] = [parts, { ...parts, files: 'x' }].map((each) => buildPlanId({ ...each, shown }, sha256));
    expect(one?.slice(-20)).not.toBe(other?.slice(-20));
    expect(runsSame(one ?? '', other ?? '')).toBe(false);
    expect(runsSame(idOf([]), idOf([hazard]))).toBe(true);
    expect(runsSame('', '')).toBe(false);
    expect(findRun(idOf([hazard]))).toBe(idOf([]).slice(0, 33));
    expect(['', 'x', '7f3a9c2e-0a1b2c3d4e5f'].map(findRun)).toEqual(['', 'x', '7f3a9c2e-0a1b2c3d4e5f']);
  });

  it('is told apart up to 16, and beyond only the same is', () => {
    const many = Array.from({ length: 17 }, (_, line) => change(hazard, { line }));
    const few = many.slice(0, 16);
    expect(idOf(few)).toHaveLength(57 + 16 * 20);
    expect(notShown(few, many)).toEqual(many.slice(16));
    expect(idOf(many)).toHaveLength(57 + 20);
    expect(parsePlanId(idOf(many))).toBe(idOf(many));
    expect(compare(many, many)).toEqual({ findings: [], areToldApart: false });
    expect(compare(many, few)).toEqual({ findings: few, areToldApart: false });
    expect(notShown(many, [])).toEqual([]);
    const swapped = [...few, orphans];
    expect(notShown(many, swapped)).toEqual(swapped);
  });
});

const compare = (before: readonly Finding[], now: readonly Finding[]) =>
  findNotShown(idOf(before), idOf(now), now, sha256);
const notShown = (before: readonly Finding[], now: readonly Finding[]) => compare(before, now).findings;
