/** The text of `migrate-prod.allow`, and what its lines are good for in a plan. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseConsents } from '../../src/consents/consent.ts';
import { checkPlan, findWritten, listWritten } from '../../src/consents/gate.ts';
import { checkWrittenConsents, parseWrittenConsents } from '../../src/consents/written-consents.ts';
import type { Finding } from '../../src/findings/catalogue.ts';
import { consentCodes } from '../../src/findings/codes.ts';
import { find } from '../../src/findings/finding.ts';
import { serverRefuses } from '../../src/findings/server-refuses.ts';
import type { WrittenConsent } from '../../src/history/migration.ts';
import { allFindings, type Plan, type PlannedMigration } from '../../src/plan/plan.ts';
import { buildPlanId, comparePlanIds, describeFiles, describeShown } from '../../src/plan/plan-id.ts';
import { type Changes, change, findings } from '../support/findings.ts';

const place = { path: 'm/1_a/migrate-prod.allow', migration: '20260301083000_address' };
const parse = (text: string) => parseWrittenConsents(text, place);

describe('a file of consents', () => {
  it('has a code and a reason on each line, beside comments and empty lines', () => {
    const text =
      '# agreed in review\n\ndata-loss: the fax numbers were exported: see the wiki\n  drops-index :by hand  # no\n';
    expect(parse(text)).toEqual({
      consents: [
        { code: 'data-loss', reason: 'the fax numbers were exported: see the wiki', path: place.path, line: 3 },
        { code: 'drops-index', reason: 'by hand  # no', path: place.path, line: 4 },
      ],
      consentProblems: [],
    });
  });

  it.each([
    ['Windows line ends', 'behind: a\r\ndata-loss: b\r\n'],
    ['a byte order mark', '\ufeffbehind: a\ndata-loss: b'],
  ])('may have %s', (_what, text) => {
    expect(parse(text).consents.map(({ code, reason, line }) => [code, reason, line])).toEqual([
      ['behind', 'a', 1],
      ['data-loss', 'b', 2],
    ]);
  });

  it.each(['', '\n\n', '# nothing yet', '\ufeff'])('may allow nothing: %j', (text) => {
    expect(parse(text)).toEqual({ consents: [], consentProblems: [] });
  });

  it('takes every code that --allow takes', () => {
    const { consents } = parse(consentCodes.map((code) => `${code}: a reason`).join('\n'));
    expect(consents.map(({ code }) => code)).toEqual(consentCodes);
  });

  it.each([
    ['data-los: exported', /allows "data-los", which is not a code/, /Did you mean data-loss\? .*"data-loss: </],
    ['Data-Loss: exported', /not a code/, /Did you mean data-loss/],
    ['--allow data-loss: exported', /not a code/, /Did you mean data-loss/],
    ['*: all of it', /allows "\*", which is not a code/, /one of unfinished, no-history, behind/],
    ['all: of it', /not a code/, /"code: reason"/],
    ['data-loss', /allows data-loss without a reason/, /"data-loss: <why it is right>"/],
    ['data-loss:', /without a reason/, /data-loss: </],
    ['data-loss: \t', /without a reason/, /data-loss: </],
    ['data-loss: \u200b\u2060\u00ad', /without a reason/, /data-loss: </],
    ['data-loss: \u3164\u2800', /without a reason/, /data-loss: </],
    ['data-loss: …', /without a reason/, /data-loss: </],
    ['nulls: filled by hand', /allows "nulls", which is a blocker: no consent lifts it/, /Remove the line/],
    ['long-lock: at night', /allows "long-lock", which is a note: it needs no consent/, /Remove the line/],
    ['unproven: it is', /allows "unproven", which is a consent of backfill/, /Remove the line/],
    ['data-loss because of it', /has no colon after data-loss/, /data-loss: </],
    ['data-loss because: exported', /has no colon after data-loss/, /data-loss: </],
    ['<<<<<<< HEAD', /says "<<<<<<< HEAD"/, /"code: reason"/],
    ['data-loss:20260301083000_address', /migration's name as its reason/, /data-loss: </],
    ['data-loss:20260301083000_address: x', /migration's name as its reason/, /data-loss: </],
    ['data-loss: 20260302083000_other', /migration's name as its reason/, /data-loss: </],
    [': exported', /allows "", which is not a code/, /one of/],
  ])('is refused for %j', (text, message, next) => {
    const { consents, consentProblems } = parse(`# one\n${text}\n`);
    expect(consents).toEqual([]);
    expect(consentProblems).toEqual([
      {
        path: place.path,
        line: 2,
        text: text.trim(),
        message: expect.stringMatching(message),
        next: expect.stringMatching(next),
      },
    ]);
  });

  it('says nothing at all where one of its lines is wrong, and tells all that are', () => {
    const { consents, consentProblems } = parse('data-loss: exported\nnothing\ndata-loss: again\n');
    expect(consents).toEqual([]);
    expect(consentProblems.map(({ line, message }) => [line, message])).toEqual([
      [2, 'says "nothing", which is not "code: reason"'],
      [3, 'allows data-loss again, after line 1'],
    ]);
  });

  it('stops a plan with its place, and says how many more there are', () => {
    const shared = { name: 'a', checksum: '', alternativeChecksums: [], sql: '', path: 'a' };
    expect(() => checkWrittenConsents([{ ...shared, ...parse('behind: pulled') }])).not.toThrow();
    expect(() => checkWrittenConsents([{ ...shared, ...parse('data-loss') }])).toThrow(
      expect.objectContaining({
        code: 'CONSENT_FILE_INVALID',
        exitCode: 2,
        message: 'm/1_a/migrate-prod.allow:1 allows data-loss without a reason.',
      }),
    );
    expect(() => checkWrittenConsents([{ ...shared, ...parse('data-loss\nx\ny') }])).toThrow(/And 2 more/);
  });
});

const written = (code: WrittenConsent['code'], line = 1): WrittenConsent => ({
  code,
  reason: 'it is right',
  path: place.path,
  line,
});

const at = <F extends Finding>(finding: F, changes: Changes = {}): F =>
  change(finding, { migration: '1_a', line: 1, ...changes });
const loss = at(findings.loss);
const noLoss = at(findings.noLoss);
const orphans = at(findings.orphans);
function makePlan(consents: readonly WrittenConsent[], ...findings: readonly Finding[]): Plan {
  const migration: PlannedMigration = {
    name: '1_a',
    path: '1_a',
    checksum: 'c',
    retry: false,
    statements: [],
    rebuilds: [],
    sizes: [],
    consents,
    foreignKeysOff: false,
    keyChecks: [],
    schemaAfter: null,
    unfinishedRows: [],
    staleRows: [],
    findings: findings.filter((each) => each.place.migration === '1_a'),
  };
  return {
    id: '',
    target: { type: 'file', name: 'file:/shop.db', path: '/shop.db' },
    asked: null,
    ranOn: null,
    migrations: [migration, { ...migration, name: '2_b', consents: [], findings: [] }],
    findings: findings.filter((each) => each.place.migration !== '1_a'),
  };
}

describe('a written consent', () => {
  const elsewhere = at(loss, { migration: '2_b' });
  const whole = at(loss, { migration: null });

  it('lifts its code in its own migration, and neither in another nor in the plan as a whole', () => {
    const plan = makePlan([written('data-loss')], loss, elsewhere, whole);
    expect(checkPlan(plan, []).unconsented).toEqual([elsewhere, whole]);
    expect(findWritten(plan, loss)).toEqual(written('data-loss'));
    expect(findWritten(plan, elsewhere)).toBeNull();
    expect(findWritten(plan, whole)).toBeNull();
    expect(findWritten(plan, noLoss)).toBeNull();
  });

  it('goes together with what --allow gives, which alone can be unused there', () => {
    const plan = makePlan([written('data-loss')], loss, elsewhere);
    const gate = checkPlan(plan, parseConsents(['data-loss:2_b', 'behind']));
    expect(gate.unconsented).toEqual([]);
    expect(gate.unused).toEqual(parseConsents(['behind']));
    expect(checkPlan(plan, parseConsents(['data-loss'])).unused).toEqual([]);
  });

  const lines = [written('data-loss', 1), written('drops-index', 2), written('foreign-keys', 3)];
  const listUsed = ({ migrations, ...plan }: Plan, more: Partial<PlannedMigration>) =>
    listWritten({ ...plan, migrations: migrations.map((each) => ({ ...each, ...more })) }).map(({ used }) => used);

  it.each<[boolean, boolean | null]>([
    [true, null],
    [false, false],
  ])(
    'is unused where no finding of its migration asks for it, unless a guard of it may: %s',
    (foreignKeysOff, open) => {
      const used = (...findings: readonly Finding[]) => listUsed(makePlan(lines, ...findings), { foreignKeysOff });
      expect(used(loss, elsewhere)).toEqual([true, false, open]);
      expect(used(orphans)).toEqual([false, false, true]);
      expect(used(noLoss, whole)).toEqual([false, false, open]);
    },
  );

  it('of unrehearsed is unused where there is no rehearsed schema to hold production to', () => {
    const plan = makePlan([written('unrehearsed')]);
    expect([listUsed(plan, {}), listUsed(plan, { schemaAfter: 'after' })]).toEqual([[false], [null]]);
  });

  it('may be needed by what a blocked plan did not look for', () => {
    const blocker = find(serverRefuses, 'blocker', loss.place, { what: 'temporary' });
    expect(listWritten(makePlan([written('data-loss')], blocker)).map((line) => line.used)).toEqual([null]);
  });
});

describe('the id of a plan', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const identify = (plan: Plan): string =>
    buildPlanId(
      {
        target: 't',
        files: describeFiles(plan.migrations),
        tracker: 't',
        schema: 's',
        actions: 'a',
        shown: describeShown(allFindings(plan)),
      },
      sha256,
    );
  const moved = (left: Plan, right: Plan) => comparePlanIds(identify(left), identify(right));

  it('is another for another code or reason, and the same for another line', () => {
    const plan = makePlan([written('data-loss'), written('drops-index', 2)]);
    const files = ['the migration files or a migrate-prod.allow beside them'];
    expect(moved(plan, makePlan([written('data-loss')]))).toEqual(files);
    expect(moved(plan, makePlan([]))).toEqual(files);
    expect(moved(plan, makePlan([{ ...written('data-loss'), reason: 'another' }, written('drops-index', 2)]))).toEqual(
      files,
    );
    expect(moved(plan, makePlan([written('drops-index', 1), written('data-loss', 7)]))).toEqual([]);
  });
});
