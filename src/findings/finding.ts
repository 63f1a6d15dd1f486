/** A finding of a plan, as data. Its words are in the file of its code. */

import type { Prose } from '../text/prose.ts';
import type { Loss } from './loss.ts';
import type { TriedWay, Way } from './way.ts';

/** A blocker does not run, a hazard needs consent, a note is good to know. */
export type Kind = 'blocker' | 'hazard' | 'note';

export interface Place {
  /** null for the plan as a whole. */
  readonly migration: string | null;
  readonly line: number | null;
  /** The statement at that line; null for none. */
  readonly sql: string | null;
}

export const wholePlan: Place = { migration: null, line: null, sql: null };

export function placeIn(migration: string): Place {
  return { migration, line: null, sql: null };
}

export interface RowCount {
  readonly rows: number;
  /** True if counting stopped at this number: there may be more. */
  readonly atLeast: boolean;
}

/** What production's rows tell about a finding. */
export interface FindingEvidence {
  /** null if they could not be counted. */
  readonly count: RowCount | null;
  /** A SELECT that finds the rows in production as it is now; null if there is none to show. */
  readonly query: string | null;
  /** Values of a few of these rows, only if the user asked to see them; never in JSON, logs or documents. */
  readonly examples: Examples | null;
}

export interface Examples {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What production's rows tell, and what would be lost. Both are absent if there is nothing. */
export interface Proven {
  readonly evidence?: FindingEvidence;
  /** Consent to these losses lifts their guards. Those of a note need none: the file says them in so many words. */
  readonly losses?: readonly Loss[];
}

/** For codes whose findings are always about counted rows. */
export function countedOf({ evidence }: Proven): RowCount {
  return evidence?.count ?? { rows: 0, atLeast: true };
}

/** One finding: its code and kind, its place, and the values for its words. */
export interface Found<Code extends string, K extends Kind, Args> extends Proven {
  readonly code: Code;
  readonly kind: K;
  readonly place: Place;
  readonly args: Args;
  /** What of its way works; absent where it was not tried. */
  readonly tried?: TriedWay;
}

/** For a code whose words need only the place. */
export type NoArgs = Readonly<Record<string, never>>;

/** How reporters show a finding. Absent values mean the usual way. */
export interface Look {
  /** What is shown below its words: the statement, shortened; an object of production, whole, so that it can be copied; or two sides, whole. */
  readonly shows?: 'statement' | 'object' | 'sides';
  /** For a note that needs work by somebody: its reason is shown too, and its safe way if it has one. */
  readonly asksForWork?: boolean;
  /** For a note: its safe way is shown on a terminal. */
  readonly showsWay?: boolean;
  /** For a note: GitHub shows it beside its line of the file. */
  readonly isAnnotated?: boolean;
  /** In a document it takes one line. */
  readonly isShort?: boolean;
  /** The list of statements already shows it, so it is not listed again. */
  readonly isElsewhere?: boolean;
}

/**
 * What a finding means for running its statement. `outside`: the statement leaves the database, so production is not
 * asked about its plan. `no-schema`: it changed no schema, wherever it was run. `unseen`: its effect was not seen in
 * the rehearsal.
 */
export type Effect = 'outside' | 'no-schema' | 'unseen';

/** A guard that shows only while applying, and that a consent lifts. */
export interface LateGuard {
  /** What it prevents, in a few words. */
  readonly against: string;
  /** Which migrations have it: those that switch foreign keys off, or those that were rehearsed to their end. */
  readonly has: 'keys-off' | 'rehearsed';
}

/** What all findings of one code share. */
export interface Definition<Code extends string, K extends Kind, Args> {
  readonly code: Code;
  readonly kinds: readonly K[];
  /** A few words, for lists; one text for each kind if they differ. */
  readonly title: string | Readonly<Record<K, string>>;
  readonly look?: Look;
  /** A guard that consent to the finding lifts too. */
  readonly guards?: LateGuard;
  readonly effect?: Effect;
  /** For a blocker that a consent lifts nevertheless. */
  readonly takesConsent?: true;
  /** On a terminal, the user consents by typing the database's name. */
  readonly asksForName?: true;
  /** The finding in one line. */
  say(found: Found<Code, K, Args>): Prose | string;
  /** Why it matters, in one or two sentences; null if the message has said it. */
  why(found: Found<Code, K, Args>): Prose | string | null;
  /** The safe way; null if there is none. A text is words, or SQL that a person completes. */
  way?(found: Found<Code, K, Args>): Way | string | null;
  /**
   * For a blocker: what to do, if that is not to correct the file at its place; otherwise null.
   * @param mend the text that says to correct the file
   */
  next?(found: Found<Code, K, Args>, mend: Prose): Prose | null;
  /** Shown instead of the statement: an object of production, or two sides with their headings. */
  shown?(found: Found<Code, K, Args>): string | readonly string[] | null;
  /** For a blocker: true if its statement may have run in a database that has the migrations after it, though it never runs here. */
  mayHaveRun?(found: Found<Code, K, Args>): boolean;
  /** If all findings of one migration are told as one: the line for several. */
  together?(found: readonly Found<Code, K, Args>[]): Prose | string;
  /** One sentence at the end of a plan, about the findings of all migrations. */
  summary?(places: readonly Place[]): string;
}

/** Infers the types: `Args` comes from the functions of the definition. */
export function defineFinding<const Code extends string, const K extends Kind, Args>(
  definition: Definition<Code, K, Args>,
): Definition<Code, K, Args> {
  return definition;
}

export function find<Code extends string, K extends Kind, Args, Own extends K>(
  definition: Definition<Code, K, Args>,
  kind: Own,
  place: Place,
  args: NoInfer<Args>,
  proven: Proven = {},
): Found<Code, Own, Args> {
  return { code: definition.code, kind, place, args, ...proven };
}
