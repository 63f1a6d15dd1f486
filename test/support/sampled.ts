/** Tables of cases of which each takes long: `npm test` takes some, `npm run test:slow` all, in files called `*.sampled.test.ts`. */

/** @returns all of them, or as many, spread over the list; always the first. */
export function sampled<Case>(cases: readonly Case[], count: number): readonly Case[] {
  if (process.env.TESTS === 'slow') return cases;
  return Array.from(
    { length: Math.min(count, cases.length) },
    (_, index) => cases[Math.floor((index * cases.length) / count)] as Case,
  );
}
