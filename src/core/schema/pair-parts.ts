/** The constraints of two sides, paired: what is the same goes away, and what changed becomes one entry. */

export interface Part {
  /** Equal exactly where two parts are the same. */
  readonly canonical: string;
  /** What a changed one may still have in common with its counterpart, the most telling first; null where it has no such thing. */
  readonly handles: readonly (string | null)[];
  /** For showing. */
  readonly sql: string;
}

/** At least one of the two is there. */
export interface PartPair {
  readonly left: Part | null;
  readonly right: Part | null;
}

/**
 * What differs: changed parts that have a handle in common, then the only one that is left on either side, then those that
 * have no counterpart. The same pairs, swapped, where the sides are swapped.
 */
export function pairParts(left: readonly Part[], right: readonly Part[]): readonly PartPair[] {
  const pairs: PartPair[] = [];
  const rests = { left: [...left].sort(compareParts), right: [...right].sort(compareParts) };
  takePairs(rests, (part) => part.canonical);
  const count = Math.max(0, ...[...left, ...right].map(({ handles }) => handles.length));
  for (let index = 0; index < count; index += 1) {
    pairs.push(...takePairs(rests, (part) => part.handles[index] ?? null));
  }
  const [onlyLeft, onlyRight] = [rests.left[0], rests.right[0]];
  if (onlyLeft && onlyRight && rests.left.length === 1 && rests.right.length === 1) {
    pairs.push({ left: onlyLeft, right: onlyRight });
  } else {
    pairs.push(...rests.left.map((part) => ({ left: part, right: null })));
    pairs.push(...rests.right.map((part) => ({ left: null, right: part })));
  }
  return pairs.sort((a, b) => compareTexts(describePair(a), describePair(b)));
}

/** Takes out of both sides what has the same handle, one for one and in order. */
function takePairs(
  rests: { left: readonly Part[]; right: readonly Part[] },
  findHandle: (part: Part) => string | null,
): readonly PartPair[] {
  const pairs: PartPair[] = [];
  const open = [...rests.right];
  rests.left = rests.left.filter((part) => {
    const handle = findHandle(part);
    const index = handle === null ? -1 : open.findIndex((other) => findHandle(other) === handle);
    const [other] = index < 0 ? [] : open.splice(index, 1);
    if (other === undefined) return true;
    pairs.push({ left: part, right: other });
    return false;
  });
  rests.right = open;
  return pairs;
}

function compareParts(a: Part, b: Part): number {
  return compareTexts(a.canonical, b.canonical);
}

/** The same whichever side is left. */
function describePair({ left, right }: PartPair): string {
  return [left?.canonical ?? '', right?.canonical ?? ''].sort().join('\n').trimStart();
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
