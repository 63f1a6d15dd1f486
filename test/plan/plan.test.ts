/** Plan ids and consents. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkGate, collectConsents, parseConsents, renderConsent } from '../../src/consents/consent.ts';
import { behind } from '../../src/findings/behind.ts';
import { find, wholePlan } from '../../src/findings/finding.ts';
import { noHistory } from '../../src/findings/no-history.ts';
import { unrehearsed } from '../../src/findings/unrehearsed.ts';
import {
  buildPlanId,
  comparePlanIds,
  findShortName,
  isPlanId,
  parsePlanId,
  wasRehearsed,
} from '../../src/plan/plan.ts';
import { buildMigration, buildPlan } from '../cli/plan-values.ts';
import { change, findings } from '../support/findings.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const parts = { target: 't', files: 'f', tracker: 'r', schema: 's', actions: 'a', hazards: 'h' };

describe('a plan id', () => {
  it('is the same for the same parts, and tells which part of another moved', () => {
    const id = buildPlanId(parts, sha256);
    expect(isPlanId(id)).toBe(true);
    expect(buildPlanId({ ...parts }, sha256)).toBe(id);
    expect(comparePlanIds(id, buildPlanId({ ...parts, schema: 'other' }, sha256))).toEqual(["production's schema"]);
    expect(comparePlanIds(id, buildPlanId({ ...parts, files: 'x', tracker: 'y' }, sha256))).toEqual([
      'the migration files or a migrate-prod.allow beside them',
      "the tracker's rows",
    ]);
    expect(comparePlanIds(id, buildPlanId({ ...parts, files: 'x', actions: 'y', hazards: 'z' }, sha256))).toEqual([
      'the migration files or which of them are to be applied (--to)',
    ]);
    expect(isPlanId('7f3a9c2e')).toBe(false);
  });

  it('differs for every part, and is not fooled by parts that run into each other', () => {
    const ids = [
      parts,
      ...Object.keys(parts).map((part) => ({ ...parts, [part]: 'x' })),
      { ...parts, target: 'f', files: 't' },
    ].map((each) => buildPlanId(each, sha256).slice(0, 8));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has 128 bits over everything, so that no harmful file can be made to fit the id of a harmless one', () => {
    const [short = '', rest = '', ofParts = ''] = buildPlanId(parts, sha256).split('-');
    expect([short.length + rest.length, ofParts.length]).toEqual([32, 24]);
    // All of them depend on every part, also where the digits of the part would be the same.
    for (const part of Object.keys(parts)) {
      const other = buildPlanId({ ...parts, [part]: 'x' }, sha256).split('-');
      const changed = [...`${short}${rest}`].filter((digit, index) => `${other[0]}${other[1]}`[index] !== digit);
      expect(changed.length).toBeGreaterThan(20);
    }
  });

  it('is taken with white space around it and in upper case, and in no other form', () => {
    const id = buildPlanId(parts, sha256);
    expect(parsePlanId(` ${id}\n`)).toBe(id);
    expect(parsePlanId(id.toUpperCase())).toBe(id);
    expect(findShortName(id)).toBe(id.slice(0, 8));
    const refused: readonly (readonly [string, string])[] = [
      ['', 'was given nothing'],
      [' \n', 'was given nothing'],
      ['7f3a9c2e-0a1b2c3d4e5f', 'by an earlier release'],
      [findShortName(id), 'only a part'],
      [id.slice(0, -1), 'only a part'],
      [id.slice(0, 33), 'only a part'],
      [`${id}0`, 'takes the id of a plan'],
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

describe('a plan', () => {
  const migration = buildMigration('1_a');
  const unseen = find(unrehearsed, 'hazard', wholePlan, { what: 'inexact-copy', reasons: [] });

  it('was rehearsed where each migration got to its end and nothing was left unseen', () => {
    expect(wasRehearsed(buildPlan([migration], { findings: [findings.loss, findings.kept] }))).toBe(true);
    expect(wasRehearsed(buildPlan([migration], { findings: [unseen] }))).toBe(false);
    expect(wasRehearsed(buildPlan([buildMigration('1_a', { findings: [unseen] })]))).toBe(false);
    expect(wasRehearsed(buildPlan([migration, buildMigration('2_b', { schemaAfter: null })]))).toBe(false);
    expect(wasRehearsed(buildPlan([]))).toBe(false);
  });
});

describe('consent', () => {
  const hazard = change(findings.trigger, { migration: '1_a' });
  const whole = find(behind, 'hazard', wholePlan, { names: ['2_b'] });
  const blocker = find(noHistory, 'blocker', wholePlan, { what: 'unknown', tables: ['A'], otherRecords: [] });
  const unfinished = change(findings.unfinished, { migration: '1_a' });

  it('lifts only the code and the migration that it names', () => {
    const gate = (...allow: readonly string[]) => checkGate([hazard, whole, blocker, unfinished], parseConsents(allow));
    expect(gate().unconsented).toEqual([hazard, whole, unfinished]);
    expect(gate('drops-trigger', 'behind', 'unfinished:1_a').unconsented).toEqual([]);
    expect(gate('drops-trigger:2_b').unconsented).toContain(hazard);
    expect(gate('drops-trigger:2_b').unused).toEqual(parseConsents(['drops-trigger:2_b']));
    expect(gate('behind:1_a').unconsented).toContain(whole);
    expect(gate('drops-trigger', 'behind', 'unfinished').blockers).toEqual([blocker]);
  });

  it('never counts those that lift guards as unused, because the need shows only while applying', () => {
    expect(checkGate([], parseConsents(['foreign-keys,unrehearsed:1_a'])).unused).toEqual([]);
  });

  it('is collected once for each code and migration', () => {
    expect(collectConsents([hazard, hazard, whole, unfinished, blocker]).map(renderConsent)).toEqual([
      'drops-trigger:1_a',
      'behind',
      'unfinished:1_a',
    ]);
  });

  it('may name a migration with a colon in it', () => {
    expect(parseConsents(['behind:a:b'])).toEqual([{ code: 'behind', migration: 'a:b' }]);
  });
});
