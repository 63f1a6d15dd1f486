/** What a plan says of itself, and consents. */

import { describe, expect, it } from 'vitest';
import { checkGate, collectConsents, parseConsents, renderConsent } from '../../src/consents/consent.ts';
import { behind } from '../../src/findings/behind.ts';
import { find, wholePlan } from '../../src/findings/finding.ts';
import { noHistory } from '../../src/findings/no-history.ts';
import { unrehearsed } from '../../src/findings/unrehearsed.ts';
import { wasRehearsed } from '../../src/plan/plan.ts';
import { buildMigration, buildPlan } from '../cli/plan-values.ts';
import { change, findings } from '../support/findings.ts';

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
