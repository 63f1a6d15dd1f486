/** The id of a plan: what it would run and on which production, and which blockers and hazards it showed. */

import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import { buildLossKey } from '../findings/loss.ts';
import { command } from '../text/prose.ts';
import type { DataGuard, PlannedMigration } from './plan.ts';

type Digest = (text: string) => string;

/** What an id is made of. Never a number of rows, never the time, never how much of production's rows was looked at. */
export interface PlanParts {
  readonly target: string;
  readonly files: string;
  readonly tracker: string;
  readonly schema: string;
  readonly actions: string;
  /** The blockers and hazards that people see, and the losses of notes, as `describeShown` names them. */
  readonly shown: readonly string[];
}

/** The migrations and what is allowed beside them, with the reasons: another reason is another review. */
export function describeFiles(migrations: readonly PlannedMigration[]): string {
  const describe = ({ name, checksum, consents }: PlannedMigration) => {
    const lines = consents.map(({ code, reason }) => `${code}: ${reason}`);
    return [name, checksum, ...lines.sort()];
  };
  return JSON.stringify(migrations.map(describe));
}

/** The statements that would be run, with their guards. */
export function describeActions(migrations: readonly PlannedMigration[]): string {
  const describeGuard = ({ code, holds, loss, migration }: DataGuard) => [
    code,
    holds,
    buildLossKey(loss),
    migration ?? null,
  ];
  return JSON.stringify(
    migrations.map(({ name, foreignKeysOff, unfinishedRows, statements }) => [
      name,
      foreignKeysOff,
      unfinishedRows,
      statements.map(({ line, action, sent, before, after, guards }) => [
        line,
        action,
        sent,
        before,
        after,
        guards.map(describeGuard),
      ]),
    ]),
  );
}

/** Every blocker and hazard, each once, and every note that lifts a guard: its place, and one entry for each loss. Other notes ask nothing of anybody. */
export function describeShown(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.flatMap(describeFinding))].sort();
}

function describeFinding({ kind, code, place, losses = [], args }: Finding): readonly string[] {
  if (kind === 'note' && losses.length === 0) return [];
  // Where no loss tells it, what it names does: two of one code may be about two tables.
  const about = losses.length > 0 ? losses.map(buildLossKey) : [JSON.stringify(args, leaveOut)];
  return about.map((one) => JSON.stringify([kind, code, place.migration, place.line, place.sql, one]));
}

/** A number may be one of rows, and so may be a yes or no, as of "at least". What a server said may be said in other words next time. */
function leaveOut(name: string, value: unknown): unknown {
  return name === 'said' || typeof value === 'number' || typeof value === 'boolean' ? undefined : value;
}

/** A part of every id: a plan of another release that would act differently is another plan. */
const planFormat = 5;

const idParts = ['target', 'files', 'tracker', 'schema', 'actions'] as const satisfies readonly (keyof PlanParts)[];

const partNames: Readonly<Record<(typeof idParts)[number], string>> = {
  target: 'the target',
  files: 'the migration files',
  tracker: "the tracker's rows",
  schema: "production's schema",
  actions: 'what would be run',
};

/** Hexadecimal digits of the groups of an id, and of what stands in them. */
const digits = { short: 8, rest: 24, part: 4, count: 2, shown: 20 } as const;

/** How many shown blockers and hazards an id tells apart. */
const mostShown = 16;

/** In place of a number: more than that, and one digest for all of them. */
const tooMany = 'ff';

const exampleId = '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-00';

const idPattern = /^([0-9a-f]{8}-[0-9a-f]{24})-([0-9a-f]{20})-([0-9a-f]{2})((?:[0-9a-f]{20})*)$/;

/** Of earlier releases. */
const oldIdPattern = /^[0-9a-f]{8}-(?:[0-9a-f]{12}|[0-9a-f]{24}-[0-9a-f]{24})$/;

const partOfIdPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{0,24}(?:-[0-9a-f]{0,20}(?:-[0-9a-f]*)?)?)?$/;

/**
 * An id of the form `7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-01` and 20 digits more. The first two groups
 * are 128 bits over everything but what was shown; their first eight digits are the plan's short name. The third has four
 * digits of each part: they decide nothing, but tell which part moved. The last is the number of blockers and hazards that
 * were shown, with 80 bits of each.
 */
export function buildPlanId(parts: PlanParts, sha256: Digest): string {
  const digests = idParts.map((part) => sha256(`${planFormat}\n${part}\n${parts[part]}`));
  const whole = sha256(digests.join('\n'));
  const run = [whole.slice(0, digits.short), whole.slice(digits.short, digits.short + digits.rest)].join('-');
  const ofParts = digests.map((digest) => digest.slice(0, digits.part)).join('');
  return [run, ofParts, writeShown(run, parts.shown, sha256)].join('-');
}

function writeShown(run: string, shown: readonly string[], sha256: Digest): string {
  if (shown.length > mostShown) return `${tooMany}${digestShown(run, shown.join('\n'), sha256)}`;
  const count = shown.length.toString(16).padStart(digits.count, '0');
  return `${count}${shown
    .map((one) => digestShown(run, one, sha256))
    .sort()
    .join('')}`;
}

/** With what is run in it, so that nobody can look for two hazards with one digest before there is a file for them. */
function digestShown(run: string, text: string, sha256: Digest): string {
  return sha256(`${planFormat}\nshown\n${run}\n${text}`).slice(0, digits.shown);
}

interface ReadId {
  /** What is run, and on which production. */
  readonly run: string;
  readonly ofParts: string;
  /** The digests of what was shown; null where they were too many to tell them apart. */
  readonly shown: readonly string[] | null;
}

/** @returns null for what is no id, or only a part of one. */
function readPlanId(text: string): ReadId | null {
  const [, run, ofParts, count, rest = ''] = idPattern.exec(text) ?? [];
  if (run === undefined || ofParts === undefined || count === undefined) return null;
  const length = rest.length / digits.shown;
  if (count === tooMany) return length === 1 ? { run, ofParts, shown: null } : null;
  const shown = Array.from({ length }, (_, index) => rest.slice(index * digits.shown, (index + 1) * digits.shown));
  return length <= mostShown && length === Number.parseInt(count, 16) ? { run, ofParts, shown } : null;
}

export function isPlanId(text: string): boolean {
  return readPlanId(text) !== null;
}

/** The name that people see; too short to apply a plan by. Plans that would run the same have the same, whatever they show. */
export function findShortName(id: string): string {
  return id.slice(0, digits.short);
}

/** The part of an id that says what is run, and on which production; of the text of any row. */
export function findRun(id: string): string {
  return id.split('-').slice(0, 2).join('-');
}

/** Whether both would run the same on the same production, whatever they showed. */
export function runsSame(left: string, right: string): boolean {
  const [one, other] = [readPlanId(left), readPlanId(right)];
  return one !== null && other !== null && one.run === other.run;
}

/** What a plan shows now, beside a plan that was shown before. */
export interface NotShown {
  /** Blockers and hazards that the plan of before did not show. */
  readonly findings: readonly Finding[];
  /** False where that showed too many: then all are in doubt, unless they are the same. */
  readonly areToldApart: boolean;
}

/** @param id of a plan that runs the same. @param now the id of the plan with these findings. */
export function findNotShown(id: string, now: string, findings: readonly Finding[], sha256: Digest): NotShown {
  const read = readPlanId(id);
  const shown = new Set(read?.shown ?? []);
  const areToldApart = read?.shown !== null;
  if (id === now) return { findings: [], areToldApart };
  const isShown = (text: string) => read !== null && shown.has(digestShown(read.run, text, sha256));
  return { findings: findings.filter((finding) => !describeFinding(finding).every(isShown)), areToldApart };
}

/**
 * White space around it and upper case, as a variable or a copy may bring along, are taken off.
 * @throws MigrateError USAGE when the text is no plan's id.
 */
export function parsePlanId(text: string): string {
  const given = text.trim();
  const id = given.toLowerCase();
  if (isPlanId(id)) return id;
  throw new MigrateError('USAGE', `${describeNoId(id, given)} Nothing was written.`, command('plan'));
}

/** @param given as it was typed: only so can a token in the wrong place be told, and withheld. */
function describeNoId(id: string, given: string): string {
  if (id === '') return '--plan was given nothing: the variable or the file that should hold the id is empty.';
  if (oldIdPattern.test(id)) {
    return `${given} is the id of a plan by an earlier release, which tells less of the plan than an id has to. A plan made now has another.`;
  }
  if (isPartOfId(id)) {
    return `${given} is only a part of a plan's id; --plan needs the whole id, such as ${exampleId}.`;
  }
  return `--plan takes the id of a plan, as in ${exampleId}; it was given ${given}.`;
}

function isPartOfId(text: string): boolean {
  if (!partOfIdPattern.test(text)) return false;
  const shown = text.split('-')[3] ?? '';
  const count = shown.slice(0, digits.count);
  const expected = count === tooMany ? 1 : Number.parseInt(count, 16);
  return shown.length < digits.count || shown.length < digits.count + expected * digits.shown;
}

/** @returns the parts that differ between two ids, in words; empty where the difference does not show. */
export function comparePlanIds(left: string, right: string): readonly string[] {
  const [ofLeft, ofRight] = [left, right].map((id) => readPlanId(id)?.ofParts);
  const take = (part: string | undefined, index: number) => part?.slice(index * digits.part, (index + 1) * digits.part);
  const moved = idParts.filter((_, index) => take(ofLeft, index) !== take(ofRight, index));
  if (!moved.includes('files')) return moved.map((part) => partNames[part]);
  // What is run follows from the files.
  const changesRuns = moved.includes('actions');
  const files = changesRuns ? 'which of them are to be applied (--to)' : 'a migrate-prod.allow beside them';
  const others = moved.filter((part) => part !== 'files' && part !== 'actions');
  return [`${partNames.files} or ${files}`, ...others.map((part) => partNames[part])];
}
