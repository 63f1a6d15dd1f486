/** A finding in words, for whatever shows it. */

import { findCertainReach } from '../sandbox/certain.ts';
import { groupBy } from '../text/group.ts';
import { type Prose, toProse } from '../text/prose.ts';
import { catalogue, type Finding } from './catalogue.ts';
import type { Definition, Effect, FindingEvidence, Kind, LateGuard, Look, Place } from './finding.ts';

/** What there is to show of a finding. */
export interface Told {
  readonly kind: Kind;
  readonly code: Finding['code'];
  readonly place: Place;
  readonly message: Prose;
  readonly why: Prose | null;
  readonly way: string | null;
  /** The statement, the object or the two sides; empty where there is none of them. */
  readonly shown: readonly string[];
  readonly evidence: FindingEvidence | null;
  readonly look: Look;
  /** What it was made of. */
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
    // What is there to be pasted must not leave the database: a default of production's own may stand in it.
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

/** A definition, whatever the finding: its functions get those of its own code. */
type Words = Omit<Definition<string, Kind, unknown>, 'title'>;

export function findDefinition(code: Finding['code']): Words {
  return catalogue[code];
}

/** Whether all findings of its code in one migration are told as one. */
export function isToldTogether({ code }: Finding): boolean {
  return findDefinition(code).together !== undefined;
}

/** @param findings of one code; null where each is told alone. */
export function sayTogether(findings: readonly [Finding, ...Finding[]]): Prose | null {
  const together = findDefinition(findings[0].code).together?.(findings);
  return together === undefined ? null : toProse(together);
}

/** What findings of all migrations come to, a sentence for each code that has one. */
export function summarize(findings: readonly Finding[]): readonly string[] {
  const places = groupBy(findings, ({ code }) => code);
  return [...places].flatMap(([code, found]) => findDefinition(code).summary?.(found.map(({ place }) => place)) ?? []);
}

/** What consent to the code lifts beside its findings; null for a code that lifts nothing. */
export function findLateGuard(code: Finding['code']): LateGuard | null {
  return findDefinition(code).guards ?? null;
}

/** Whether `--allow` lifts it, though it is a blocker. */
export function takesConsent({ code }: Finding): boolean {
  return findDefinition(code).takesConsent === true;
}

/** Whether consent to the code is the database's name, typed. */
export function asksForName(code: Finding['code']): boolean {
  return findDefinition(code).asksForName === true;
}

/** Whether it is a hazard that production's rows make. */
export function isHazardOfRows({ kind, code }: Finding): boolean {
  return kind === 'hazard' && findDefinition(code).isOfRows === true;
}

/** Whether the statement of a blocker may have run where the migrations behind it did. */
export function mayHaveRun(finding: Finding): boolean {
  return findDefinition(finding.code).mayHaveRun?.(finding) ?? false;
}

export function findEffect({ code }: Finding): Effect | null {
  return findDefinition(code).effect ?? null;
}

/** How reporters show it. */
export function findLook({ code }: Finding): Look {
  return findDefinition(code).look ?? {};
}
