/** The safe way of a finding: words, SQL to copy, and where in the file it goes, so that it can be tried before it is shown. */

/** Where SQL of a way goes. */
export type WayEdit =
  /**
   * `first`: at the beginning of the file, or in one before it. `before`: right before the finding's statement. `instead`: in
   * its place. `last`: at the end of the file. `alone`: in migrations of its own, in place of the file.
   */
  | { readonly at: 'first' | 'before' | 'instead' | 'last' | 'alone'; readonly sql: string }
  /** Before the table is dropped. */
  | { readonly at: 'before-drop'; readonly table: string; readonly sql: string }
  /** In place of the INSERT that fills the table. */
  | { readonly at: 'copy'; readonly into: string; readonly sql: string }
  /** In place of what drops the one and makes the other: a column of the table, or where `column` is null the table itself. */
  | {
      readonly at: 'rename';
      readonly table: string;
      readonly column: string | null;
      readonly to: string;
      readonly sql: string;
    };

/** What a way may change that the migration did not mean to. */
export interface Allowed {
  /** Tables that it deletes rows from; some must stay. */
  readonly deletes?: readonly string[];
  /** True if it is shown only where it was tried on rows. */
  readonly isOnlyTried?: true;
  /** Tables that it drops. */
  readonly drops?: readonly string[];
  /** Columns that it gives other values. */
  readonly changes?: readonly OwnColumn[];
  /** Columns that may end with another default, take NULL, or be computed otherwise. */
  readonly loosens?: readonly OwnColumn[];
}

export interface OwnColumn {
  readonly table: string;
  readonly column: string;
}

export interface WayVariant {
  /** As it is shown; empty where the message says it. */
  readonly text: string;
  /** What is tried; empty where there is nothing to try. */
  readonly edits: readonly WayEdit[];
  /** True if a person has to complete it: then it is tried only whether its SQL fits the schema in its place. */
  readonly isOpen: boolean;
  readonly allowed: Allowed;
}

export interface Way {
  /** Each part is shown by the first of its variants that works; a part without one is left out. */
  readonly parts: readonly (readonly WayVariant[])[];
  /** What is said where no part is left; null for nothing. */
  readonly otherwise: string | null;
}

/** Which variant of each part is shown, by its index; null for none. */
export type TriedWay = readonly (number | null)[];

/** @param words lines of comment. @returns a variant that shows exactly what is tried. */
export function tryable(words: string, edits: readonly WayEdit[], allowed: Allowed = {}): WayVariant {
  return { text: [words, ...edits.map(({ sql }) => sql)].join('\n'), edits, isOpen: false, allowed };
}

/** @param fits the same SQL with nothing to complete: whether it fits the schema is tried. */
export function toComplete(text: string, fits: readonly WayEdit[] = []): WayVariant {
  return { text, edits: fits, isOpen: true, allowed: {} };
}

/** A way of one part. */
export function wayOf(variants: readonly WayVariant[], otherwise: string | null = null): Way {
  return { parts: [variants], otherwise };
}

/** Words, or SQL that a person completes. */
export function inWords(text: string): Way {
  return wayOf([toComplete(text)]);
}

/** @param tried absent where nothing was tried: then it is shown as it was thought out. */
export function writeWay({ parts, otherwise }: Way, tried: TriedWay | undefined): string | null {
  const shown = parts.flatMap((variants, part) => {
    const index = tried === undefined ? 0 : tried[part];
    return index === null || index === undefined ? [] : variants[index]?.text || [];
  });
  return shown.length === 0 ? otherwise : shown.join('\n');
}

/** For a way that there was no time, or no exact mirror, to try. */
export function passUntried({ parts }: Way): TriedWay {
  return parts.map((variants) => {
    const index = variants.findIndex(({ allowed }) => allowed.isOnlyTried !== true);
    return index < 0 ? null : index;
  });
}

/** Whether anything of it can be tried. */
export function isTryable({ parts }: Way): boolean {
  return parts.some((variants) => variants.some(({ edits }) => edits.length > 0));
}
