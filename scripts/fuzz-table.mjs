/** The table of `npm run test:fuzz`: what was found in which story. */

/** Rows of the table, with the kinds of faults that belong to each. */
const groups = [
  { name: 'silent losses', kinds: ['silent loss'], bears: 0 },
  {
    name: 'damages',
    kinds: ['damage', 'other rows than by hand', 'changed without consent', 'crash', 'stuck', 'thrown'],
    bears: 0,
  },
  {
    name: 'failures unforeseen',
    kinds: ['missed failure', 'stopped by a guard', 'stopped by the guard of foreign keys', 'fails, not by hand'],
    bears: 0.005,
  },
  { name: 'false alarms', kinds: ['false wall', 'false alarm'], bears: 1 },
  { name: 'wrong words', kinds: ['wrong count', 'false note', 'bad query', 'wrong outcome'], bears: 1 },
  { name: 'not checked', kinds: ['not checked'], bears: 1 },
];

const known = new Set(groups.flatMap(({ kinds }) => kinds));

/** The kinds of a group; what no group has counts among the damages, so that nothing is overlooked. */
function listKinds({ name, kinds }, found) {
  const others = found.flatMap(({ faults }) => faults.map(({ kind }) => kind)).filter((kind) => !known.has(kind));
  return name === 'damages' ? [...kinds, ...new Set(others)] : kinds;
}

/** How many stories of a kind are named, to repeat them. */
const mostNamed = 3;

/** Whether one story with these alone makes a run fail. */
export function isBad(faults) {
  const bad = groups.filter(({ bears }) => bears < 1).flatMap((group) => listKinds(group, [{ faults }]));
  return faults.some(({ kind }) => bad.includes(kind));
}

/** @returns the table as text, and whether the run is good. */
export function describeRun({ results, seeds, rows, earlier, milliseconds }) {
  const sorted = results.toSorted(
    (left, right) => seeds.indexOf(left.seed) - seeds.indexOf(right.seed) || left.from - right.from,
  );
  const stories = sorted.reduce((sum, { count }) => sum + count, 0);
  const found = sorted.flatMap(({ seed, found }) => found.map((story) => ({ ...story, seed })));
  const having = (kinds) => found.filter(({ faults }) => faults.some(({ kind }) => kinds.includes(kind)));
  const lines = [
    line('stories', stories, stories, []),
    ...countEnds(sorted).map(([end, count]) => line(`  ${end}`, count, stories, [])),
  ];
  let isGood = true;
  for (const group of groups) {
    const { name, bears } = group;
    const kinds = listKinds(group, found);
    const all = having(kinds);
    if (all.length > bears * stories) isGood = false;
    lines.push(line(name, all.length, stories, kinds.length === 1 ? all : []));
    if (kinds.length === 1) continue;
    for (const kind of kinds) {
      const own = having([kind]);
      if (own.length > 0) lines.push(line(`  ${kind}`, own.length, stories, own));
    }
  }
  const before = earlier === 0 ? '' : `, ${earlier} of them in an earlier run`;
  const title = `seeds ${seeds.join(', ')}; rows: ${rows === 0 ? 'none' : (rows ?? 'as plan fetches them')}; ${Math.round(milliseconds / 1000)} s${before}`;
  const end = isGood
    ? '✔ nothing lost, nothing damaged, no more failures than may be'
    : '✖ see above: --only <seed>:<n> repeats a story';
  return { text: [title, '', ...lines, '', end].join('\n'), isGood };
}

/** @returns a line for each kind in each story, with what was found first. */
export function listFound(results) {
  const lines = results.flatMap(({ seed, found }) =>
    found.flatMap(({ number, faults }) =>
      faults.map(({ kind, text }) => `${kind}  ${seed}:${number}  ${text.replaceAll('\n', ' ')}`),
    ),
  );
  return lines.sort().join('\n');
}

function countEnds(results) {
  const ends = new Map();
  for (const result of results)
    for (const [end, count] of Object.entries(result.ends)) ends.set(end, (ends.get(end) ?? 0) + count);
  return [...ends].sort();
}

function line(name, count, stories, examples) {
  const share = `${((100 * count) / Math.max(1, stories)).toFixed(2)} %`;
  const named = examples.slice(0, mostNamed).map(({ seed, number }) => `${seed}:${number}`);
  return `${name.padEnd(40)}${String(count).padStart(7)}${share.padStart(10)}   ${named.join(' ')}`.trimEnd();
}
