/** Consents to guards and ids of plans go by what would be lost, never by the words for it. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applyConsents, isShownLoss } from '../../src/consents/apply-consents.ts';
import { buildGuardConsent, findLiftedGuards } from '../../src/consents/guard-consent.ts';
import { type Loss, wordLoss } from '../../src/findings/loss.ts';
import type { DataGuard, PlannedMigration } from '../../src/plan/plan.ts';
import { describeActions, describeShown } from '../../src/plan/plan-id.ts';
import { buildMigration, buildPlan, buildStatement } from '../cli/plan-values.ts';
import { losses } from '../findings/losses.ts';
import { change, findings } from '../support/findings.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function guardOf(loss: Loss): DataGuard {
  return { code: 'data-loss', holds: '1', loss };
}

function hazardOf(...own: readonly Loss[]) {
  return { ...change(findings.loss, { migration: '1_a', line: 1 }), losses: own };
}

function migrationOf(own: readonly Loss[], shown: readonly Loss[] = []): PlannedMigration {
  const statement = buildStatement(1, 'DROP TABLE "x"', { guards: own.map(guardOf) });
  const findings = shown.length === 0 ? [] : [hazardOf(...shown)];
  return buildMigration('1_a', { checksum: 'c', statements: [statement], findings });
}

/** Two that are not the same, and read the same. */
const alike: readonly [Loss, Loss] = [
  { kind: 'rows-of-trigger', table: 'x', trigger: 'y" that the trigger "z' },
  { kind: 'rows-of-trigger', table: 'x" that the trigger "y', trigger: 'z' },
];

describe('two losses that read the same', () => {
  it('are two', () => {
    expect(wordLoss(alike[0])).toBe(wordLoss(alike[1]));
  });

  it('have consents of their own, and ids', () => {
    const consents = alike.map((loss) => buildGuardConsent(migrationOf([]), guardOf(loss), sha256));
    expect(consents[0]).not.toEqual(consents[1]);
    const [first, second] = alike;
    expect(describeActions([migrationOf([first])])).not.toBe(describeActions([migrationOf([second])]));
    expect(describeShown([hazardOf(first)])).not.toEqual(describeShown([hazardOf(second)]));
  });

  it('lift no guard of each other', () => {
    const [first, second] = alike;
    const migration = migrationOf(alike, [first]);
    expect(isShownLoss(guardOf(first), migration, [migration])).toBe(true);
    expect(isShownLoss(guardOf(second), migration, [migration])).toBe(false);
    const plan = buildPlan([migration]);
    const left = (given: Parameters<typeof applyConsents>[2]) =>
      applyConsents(migration, plan, given, sha256).migration.statements.flatMap(({ guards }) => guards);
    expect(left([{ code: 'data-loss', migration: null }])).toEqual([guardOf(second)]);
    expect(left([buildGuardConsent(migration, guardOf(second), sha256)])).toEqual([guardOf(first)]);
  });
});

it('is the digest of the file and of the key of the loss, which no new words change', () => {
  const digests = losses.map((loss) => buildGuardConsent(migrationOf([]), guardOf(loss), sha256).migration);
  expect(digests[0]).toBe(sha256('1_a\nc\n{"kind":"rows","table":"Customer"}').slice(0, 8));
  expect(new Set(digests).size).toBe(losses.length);
  expect(JSON.parse(describeActions([migrationOf(losses.slice(0, 1))]))).toEqual([
    [
      ...['1_a', false, []],
      [[1, 'run', 'DROP TABLE "x"', [], [], [['data-loss', '1', '{"kind":"rows","table":"Customer"}', null]]]],
    ],
  ]);
  expect(describeShown([hazardOf(...losses.slice(0, 1))]).map((one) => JSON.parse(one))).toEqual([
    ['hazard', 'data-loss', '1_a', 1, null, '{"kind":"rows","table":"Customer"}'],
  ]);
});

it('says what it gave up in words where people read it', () => {
  const [first, second] = losses.map(guardOf);
  const migration = migrationOf(losses.slice(0, 2));
  const given = [first, second].map((guard) => buildGuardConsent(migration, guard as DataGuard, sha256));
  expect(findLiftedGuards([migration], given, sha256).map(({ loss }) => loss)).toEqual(losses.slice(0, 2));
  expect(applyConsents(migration, buildPlan([migration]), given, sha256).record.mayLose).toEqual([
    'rows in "Customer"',
    'rows in "Customer" that are not copied',
  ]);
});
