/** Rows that appear between a plan and its application: what was nothing to lose then, and is something now. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { applyMigrations } from '../../../src/apply/apply.ts';
import { apply, type Consent, plan } from '../../../src/index.ts';
import { createOutside } from '../../../src/wiring.ts';
import { withDatabase } from '../../support/database.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { begin, describeFindings, migrationsOf, readEverything, readRows, type Story, type Tables } from './cases.ts';

export interface Meanwhile extends Story {
  readonly code: 'data-loss' | 'column-order' | 'leaves-broken' | 'foreign-keys';
  /** What the application does once the plan is made. */
  readonly meanwhile: string;
  /** What is said of it where it happens before the migration is sent. */
  readonly says: RegExp;
  /** The error's code there; PLAN_STALE unless given. */
  readonly error?: string;
  /** Whether it is a note then, as the file says it in so many words: no consent is needed. */
  readonly isSaid?: true;
  /** What is left once a plan has shown it, and it was consented to. */
  readonly left: Tables;
}

export function describeMeanwhile(name: string, stories: readonly Meanwhile[]): void {
  describeTargets(`${name}, meanwhile`, (fresh) => {
    for (const story of stories) {
      const prepare = async () => begin(await fresh(), story);
      it.concurrent(`between plan and apply: ${story.title}`, async () => checkStale(await prepare(), story));
      it.concurrent(`between question and answer: ${story.title}`, async () => checkGuard(await prepare(), story, []));
      it.concurrent(`the same, with a consent from before: ${story.title}`, async () =>
        checkConsented(await prepare(), story));
    }
  });
}

/** A plan that was looked at is not applied to rows that were not there. */
async function checkStale(target: TestTarget, story: Meanwhile): Promise<void> {
  const input = { url: target.url, migrations: migrationsOf(story) };
  const seen = await plan(input);
  expect(seen.ready).toBe(true);
  expect(describeFindings(seen.plan, story.code).filter((text) => !text.startsWith('note'))).toEqual([]);
  await target.sql('PRAGMA foreign_keys=OFF', story.meanwhile);
  const before = await readEverything(target);
  const planned = { ...input, plan: seen.plan.id };
  for (const allow of [[], [story.code]]) {
    const result = await apply({ ...planned, allow });
    expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_STALE' } });
    expect(result.plan.id).not.toBe(seen.plan.id);
    expect(await readEverything(target)).toEqual(before);
  }
  if (story.isSaid) {
    expect(await apply(input)).toMatchObject({ outcome: 'applied', error: null });
    return expect(await readRows(target)).toEqual(story.left);
  }
  expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
  expect(await readEverything(target)).toEqual(before);
}

/** The transaction itself finds the rows, and leaves them alone; a plan that knows of them asks, and does it. */
async function checkGuard(target: TestTarget, story: Meanwhile, consents: readonly Consent[]): Promise<void> {
  const { result, before } = await applyWhile(target, story, consents);
  expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: story.error ?? 'PLAN_STALE' } });
  expect(result.error?.message).toMatch(story.says);
  const { objects } = await readEverything(target);
  expect({ objects, rows: await readRows(target) }).toEqual(before);
  const input = { url: target.url, migrations: migrationsOf(story) };
  if (!story.isSaid)
    expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
  expect(await apply({ ...input, allow: story.isSaid ? [] : [story.code] })).toMatchObject({
    outcome: 'applied',
    error: null,
  });
  expect(await readRows(target)).toEqual(story.left);
}

/** Consent to a loss is to what a plan showed; consent to foreign keys that point nowhere is to whatever they are. */
async function checkConsented(target: TestTarget, story: Meanwhile): Promise<void> {
  const consents = [{ code: story.code, migration: null }];
  if (story.code !== 'foreign-keys') return checkGuard(target, story, consents);
  const { result } = await applyWhile(target, story, consents);
  expect(result).toMatchObject({ outcome: 'applied', error: null });
  expect(await readRows(target)).toEqual(story.left);
}

/** Applies, and lets the rows appear when the plan is made and nothing is sent yet. */
export async function applyWhile(
  target: TestTarget,
  story: Story & { readonly meanwhile: string | readonly string[] },
  consents: readonly Consent[],
) {
  let before: unknown = null;
  const result = await withDatabase(target.url, (database) =>
    applyMigrations({
      database,
      migrations: migrationsOf(story).map(({ name, sql }) => migrationFromText(name, sql)),
      outside: createOutside('somebody@somewhere', '0.0.0'),
      consents,
      timeoutSeconds: 20,
      confirm: async () => {
        await target.sql('PRAGMA foreign_keys=OFF', ...[story.meanwhile].flat());
        const { objects } = await readEverything(target);
        before = { objects, rows: await readRows(target) };
        return { type: 'yes', consents: [] };
      },
    }),
  );
  return { result, before };
}
