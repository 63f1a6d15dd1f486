/** A finding in words, for whatever shows it. */

import { findCertainReach } from '../sandbox/certain.ts';
import { groupBy } from '../text/group.ts';
import { type Prose, toProse } from '../text/prose.ts';
import { catalogue, type Finding } from './catalogue.ts';
import type { Definition, Effect, FindingEvidence, Kind, Look, Place } from './finding.ts';
import { isWorded } from './worded.ts';

/** What there is to show of a finding. */
export interface Told {
  readonly kind: Kind;
  readonly code: Finding['code'];
  readonly place: Place;
  readonly message: Prose;
  readonly why: string | null;
  readonly way: string | null;
  /** The statement, the object or the two sides. */
  readonly shown: string | null;
  readonly evidence: FindingEvidence | null;
  readonly look: Look;
  /** What it was made of. */
  readonly finding: Finding;
}

export function tell(finding: Finding): Told {
  const { kind, code, place } = finding;
  const { message, why, way, shown } = findWords(finding);
  return {
    kind,
    code,
    place,
    message: toProse(message),
    why,
    // What is there to be pasted must not leave the database: a default of production's own may stand in it.
    way: way !== null && findCertainReach(way) !== null ? noWay : way,
    shown,
    evidence: withoutReach(finding.evidence ?? null),
    look: findLook(finding),
    finding,
  };
}

function findWords(finding: Finding) {
  const { sql } = finding.place;
  if (isWorded(finding)) {
    const { message, why = null, way = null } = finding.args;
    return { message, why, way, shown: sql };
  }
  const definition: Words = catalogue[finding.code];
  return {
    message: definition.say(finding),
    why: definition.why(finding),
    way: definition.way?.(finding) ?? null,
    shown: definition.shown === undefined ? sql : definition.shown(finding),
  };
}

const noWay = "-- production's own schema calls something outside of the database here: write the values themselves";

function withoutReach(evidence: FindingEvidence | null): FindingEvidence | null {
  const isWithin = evidence === null || evidence.query === null || findCertainReach(evidence.query) === null;
  return isWithin ? evidence : { ...evidence, query: null };
}

/** The functions of a definition, whatever the finding: each gets those of its own code. */
type Words = Omit<Definition<string, Kind, unknown>, 'title'>;

/** Whether all findings of its code in one migration are told as one. */
export function isToldTogether({ code }: Finding): boolean {
  return findDefinition(code)?.together !== undefined;
}

/** @param findings of one code; null where each is told alone. */
export function sayTogether(findings: readonly [Finding, ...Finding[]]): Prose | null {
  const together = findDefinition(findings[0].code)?.together?.(findings);
  return together === undefined ? null : toProse(together);
}

/** What findings of all migrations come to, a sentence for each code that has one. */
export function summarize(findings: readonly Finding[]): readonly string[] {
  const places = groupBy(findings, ({ code }) => code);
  return [...places].flatMap(([code, found]) => findDefinition(code)?.summary?.(found.map(({ place }) => place)) ?? []);
}

/** null for a code whose words are still made where it is found. */
export function findDefinition(code: Finding['code']): Words | null {
  return (catalogue as Partial<Record<Finding['code'], Words>>)[code] ?? null;
}

/** What consent to the code lifts a guard against; null for a code that has none. */
export function sayGuard(code: Finding['code']): string | null {
  return findDefinition(code)?.guards ?? null;
}

/** Whether `--allow` lifts it, though it is a blocker. */
export function takesConsent({ code }: Finding): boolean {
  return findDefinition(code)?.takesConsent === true;
}

export function findEffect({ code }: Finding): Effect | null {
  return findDefinition(code)?.effect ?? null;
}

/** How reporters show it. */
export function findLook(finding: Finding): Look {
  return findDefinition(finding.code)?.look ?? {};
}
