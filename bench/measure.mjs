/** Repeating a measurement: the candidates take turns, so that a busy moment of the machine meets all of them. */

export function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Medians of each candidate. The first round warms up and is dropped.
 * @param candidates `{name: () => Promise<number>}`
 * @param rounds how many to count; fewer when `budget` milliseconds are over, but never fewer than three.
 */
export async function takeTurns(candidates, { rounds, budget }) {
  const entries = Object.entries(candidates);
  const values = new Map(entries.map(([name]) => [name, []]));
  const begin = performance.now();
  for (let round = 0; round <= rounds; round += 1) {
    if (round > 3 && performance.now() - begin > budget) break;
    for (const [name, measure] of entries) {
      const value = await measure();
      if (round > 0) values.get(name).push(value);
    }
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(values.get(name))]));
}
