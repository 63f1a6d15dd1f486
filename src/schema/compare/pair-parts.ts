/** Pairs the constraints of two sides. Equal ones are left out, and a changed one becomes one entry. */

export interface PairedPart {
  /** Two parts are the same exactly if these texts are equal. */
  readonly canonical: string;
  /** What a changed part may still have in common with its counterpart, best sign first; null if the part has no such thing. */
  readonly handles: readonly (string | null)[];
  /** For showing. */
  readonly sql: string;
}

/** At least one of the two is there. */
export interface PartPair {
  readonly left: PairedPart | null;
  readonly right: PairedPart | null;
}

/**
 * The differences: changed parts with a handle in common, then the only part that remains on each side, then those
 * without a counterpart. Swapped sides give the same pairs, swapped.
 */
export function pairParts(left: readonly PairedPart[], right: readonly PairedPart[]): readonly PartPair[] {
  const all = { left: [...left].sort(compareParts), right: [...right].sort(compareParts) };
  let { rest } = takePairs(all, (part) => part.canonical);
  const pairs: PartPair[] = [];
  const handles = Math.max(0, ...[...left, ...right].map((part) => part.handles.length));
  for (let index = 0; index < handles; index += 1) {
    const taken = takePairs(rest, (part) => part.handles[index] ?? null);
    pairs.push(...taken.pairs);
    rest = taken.rest;
  }
  return [...pairs, ...pairRest(rest)].sort((a, b) => compareTexts(describePair(a), describePair(b)));
}

interface PairedParts {
  readonly left: readonly PairedPart[];
  readonly right: readonly PairedPart[];
}

/** Pairs the parts with the same handle on both sides, one for one and in order. `rest` has the others. */
function takePairs(
  { left, right }: PairedParts,
  findHandle: (part: PairedPart) => string | null,
): { readonly pairs: readonly PartPair[]; readonly rest: PairedParts } {
  const pairs: PartPair[] = [];
  const open = [...right];
  const rest = left.filter((part) => {
    const handle = findHandle(part);
    const index = handle === null ? -1 : open.findIndex((other) => findHandle(other) === handle);
    const [other] = index < 0 ? [] : open.splice(index, 1);
    if (other === undefined) return true;
    pairs.push({ left: part, right: other });
    return false;
  });
  return { pairs, rest: { left: rest, right: open } };
}

function pairRest({ left, right }: PairedParts): readonly PartPair[] {
  const [onlyLeft, onlyRight] = [left[0], right[0]];
  if (onlyLeft && onlyRight && left.length === 1 && right.length === 1) return [{ left: onlyLeft, right: onlyRight }];
  return [...left.map((part) => ({ left: part, right: null })), ...right.map((part) => ({ left: null, right: part }))];
}

function compareParts(a: PairedPart, b: PairedPart): number {
  return compareTexts(a.canonical, b.canonical);
}

/** The same text for swapped sides. */
function describePair({ left, right }: PartPair): string {
  return [left?.canonical ?? '', right?.canonical ?? ''].sort().join('\n').trimStart();
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
