/** Turns a finding into words. */

import { findCertainReach } from '../sandbox/certain.ts';
import { groupBy } from '../text/group.ts';
import { type Prose, toProse } from '../text/prose.ts';
import { catalogue, type Finding } from './catalogue.ts';
import type { Definition, Effect, FindingEvidence, Kind, LateGuard, Look, Place } from './finding.ts';

export interface Told {
  readonly kind: Kind;
  readonly code: Finding['code'];
  readonly place: Place;
  readonly message: Prose;
  readonly why: Prose | null;
  readonly way: string | null;
  /** The statement, the object or the two sides; empty if there is none. */
  readonly shown: readonly string[];
  readonly evidence: FindingEvidence | null;
  readonly look: Look;
  readonly finding: Finding;
}

export function tell(finding: Finding): Told {
  const { kind, code, place } = finding;
  const definition = findDefinition(code);
  const why = definition.why(finding);
  const way = definition.way?.(finding) ?? null;
  const shown = definition.shown === undefined ? place.sql : definition.shown(finding);
  return {
    kind,
    code,
    place,
    message: toProse(definition.say(finding)),
    why: why === null ? null : toProse(why),
    // A text to be pasted must not leave the database: it may contain a default of production's schema.
    way: way !== null && findCertainReach(way) !== null ? noWay : way,
    shown: typeof shown === 'string' ? [shown] : (shown ?? []),
    evidence: withoutReach(finding.evidence ?? null),
    look: findLook(finding),
    finding,
  };
}

const noWay = "-- production's own schema calls something outside of the database here: write the values themselves";

function withoutReach(evidence: FindingEvidence | null): FindingEvidence | null {
  const isWithin = evidence === null || evidence.query === null || findCertainReach(evidence.query) === null;
  return isWithin ? evidence : { ...evidence, query: null };
}

/** A definition of any code: each function gets only findings of its own code. */
type Words = Omit<Definition<string, Kind, unknown>, 'title'>;

export function findDefinition(code: Finding['code']): Words {
  return catalogue[code];
}

export function isToldTogether({ code }: Finding): boolean {
  return findDefinition(code).together !== undefined;
}

/**
 * @param findings of one code
 * @returns null if each is told by itself
 */
export function sayTogether(findings: readonly [Finding, ...Finding[]]): Prose | null {
  const together = findDefinition(findings[0].code).together?.(findings);
  return together === undefined ? null : toProse(together);
}

/** One sentence for each code that has a summary of its findings in all migrations. */
export function summarize(findings: readonly Finding[]): readonly string[] {
  const places = groupBy(findings, ({ code }) => code);
  return [...places].flatMap(([code, found]) => findDefinition(code).summary?.(found.map(({ place }) => place)) ?? []);
}

/** The guard that consent to the code lifts too; null if there is none. */
export function findLateGuard(code: Finding['code']): LateGuard | null {
  return findDefinition(code).guards ?? null;
}

/** True if `--allow` lifts it although it is a blocker. */
export function takesConsent({ code }: Finding): boolean {
  return findDefinition(code).takesConsent === true;
}

/** True if the user consents by typing the database's name. */
export function asksForName(code: Finding['code']): boolean {
  return findDefinition(code).asksForName === true;
}

/** True if the statement of a blocker may have run in a database that has the migrations after it. */
export function mayHaveRun(finding: Finding): boolean {
  return findDefinition(finding.code).mayHaveRun?.(finding) ?? false;
}

export function findEffect({ code }: Finding): Effect | null {
  return findDefinition(code).effect ?? null;
}

export function findLook({ code }: Finding): Look {
  return findDefinition(code).look ?? {};
}
