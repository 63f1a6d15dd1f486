/** A finding: what a plan tells, as data. The file of its code has its words. */

import type { Prose } from '../text/prose.ts';
import type { Loss } from './loss.ts';

/** A blocker does not run, a hazard needs consent, a note is good to know. */
export type Kind = 'blocker' | 'hazard' | 'note';

/** Where a finding stands. */
export interface Place {
  /** null for the plan as a whole. */
  readonly migration: string | null;
  /** The line of the migration's file. */
  readonly line: number | null;
  /** The statement that stands there; null where none is meant. */
  readonly sql: string | null;
}

/** Of the plan as a whole. */
export const wholePlan: Place = { migration: null, line: null, sql: null };

/** Of a migration as a whole. */
export function placeIn(migration: string): Place {
  return { migration, line: null, sql: null };
}

/** How many rows a finding speaks of. */
export interface RowCount {
  readonly rows: number;
  /** Whether counting stopped there: there may be more. */
  readonly atLeast: boolean;
}

/** What production's rows say of a finding. */
export interface FindingEvidence {
  /** null where they could not be counted. */
  readonly count: RowCount | null;
  /** A SELECT that finds the rows in production as it is now; null where there is none to show. */
  readonly query: string | null;
  /** Values of a few of these rows, only where somebody asked to see them; never in JSON, logs or documents. */
  readonly examples: Examples | null;
}

export interface Examples {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What production's rows say of it, and what would be lost: as far as there is something. */
export interface Proven {
  readonly evidence?: FindingEvidence;
  /** What would be lost; consent to it lifts the guards of these. */
  readonly losses?: readonly Loss[];
}

/** How many rows a finding speaks of whose code is only made of rows that were counted. */
export function countedOf({ evidence }: Proven): RowCount {
  return evidence?.count ?? { rows: 0, atLeast: true };
}

/** One finding: its code and kind, where it stands, and the values that its words are made of. */
export interface Found<Code extends string, K extends Kind, Args> extends Proven {
  readonly code: Code;
  readonly kind: K;
  readonly place: Place;
  readonly args: Args;
}

/** Of a code whose words need nothing but the place. */
export type NoArgs = Readonly<Record<string, never>>;

/** How reporters show a finding; what is not said is shown as most are. */
export interface Look {
  /** What stands under its words: the statement, cut; an object of production, whole, to be copied; or two sides, whole. */
  readonly shows?: 'statement' | 'object' | 'sides';
  /** Of a note for which somebody has to do something: its reason is shown too, and its way where there is one. */
  readonly asksForWork?: boolean;
  /** Of a note: its way is shown on a terminal. */
  readonly showsWay?: boolean;
  /** Of a note: it is shown beside the line of its file where GitHub runs the command. */
  readonly isAnnotated?: boolean;
  /** In a document it is one line. */
  readonly isShort?: boolean;
  /** It stands with the statements already, and is not listed again. */
  readonly isElsewhere?: boolean;
}

/**
 * What a finding tells of its statement to whoever runs statements. `outside`: it leaves the database, so production is not
 * asked about its plan. `no-schema`: wherever it was run, it changed no schema. `unseen`: what it does was not seen beforehand.
 */
export type Effect = 'outside' | 'no-schema' | 'unseen';

/** A guard that speaks up only while applying, and that a consent lifts. */
export interface LateGuard {
  /** What it is against, in a few words. */
  readonly against: string;
  /** Which migrations have it: those that switch foreign keys off, or those that were rehearsed to their end. */
  readonly has: 'keys-off' | 'rehearsed';
}

/** What all findings of one code have in common. */
export interface Definition<Code extends string, K extends Kind, Args> {
  readonly code: Code;
  readonly kinds: readonly K[];
  /** In a few words, for lists; where its kinds are of different things, for each of them. */
  readonly title: string | Readonly<Record<K, string>>;
  readonly look?: Look;
  /** What the consent to it lifts beside the finding. */
  readonly guards?: LateGuard;
  readonly effect?: Effect;
  /** Of a blocker: `--allow` lifts it all the same. */
  readonly takesConsent?: true;
  /** At a terminal its consent is the database's name, typed. */
  readonly asksForName?: true;
  /** Production's rows make its hazards, so they are a part of the plan's id. */
  readonly isOfRows?: true;
  /** What it is, in one line. */
  say(found: Found<Code, K, Args>): Prose | string;
  /** Why that matters, in one or two sentences; null where the message has said it. */
  why(found: Found<Code, K, Args>): Prose | string | null;
  /** The safe way, written out as SQL; null where there is none. */
  way?(found: Found<Code, K, Args>): string | null;
  /** Of a blocker: what to do, where that is not to mend the file at its place; null where it is. @param mend says so. */
  next?(found: Found<Code, K, Args>, mend: Prose): Prose | null;
  /** What is shown in place of the statement: an object of production, or two sides with their headings. */
  shown?(found: Found<Code, K, Args>): string | readonly string[] | null;
  /** Of a blocker: whether its statement may have run where the migrations behind it did, though it never runs here. */
  mayHaveRun?(found: Found<Code, K, Args>): boolean;
  /** Where all of one migration are told as one: what several are, in one line. */
  together?(found: readonly Found<Code, K, Args>[]): Prose | string;
  /** What those of all migrations come to, in one sentence at the end of a plan. */
  summary?(places: readonly Place[]): string;
}

/** Says the types once: `Args` comes from the functions of the definition. */
export function defineFinding<const Code extends string, const K extends Kind, Args>(
  definition: Definition<Code, K, Args>,
): Definition<Code, K, Args> {
  return definition;
}

/** Makes a finding of a code. */
export function find<Code extends string, K extends Kind, Args, Own extends K>(
  definition: Definition<Code, K, Args>,
  kind: Own,
  place: Place,
  args: NoInfer<Args>,
  proven: Proven = {},
): Found<Code, Own, Args> {
  return { code: definition.code, kind, place, args, ...proven };
}
