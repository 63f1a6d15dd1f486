/** The import graph of `src`, types included: which file may know which. ARCHITECTURE.md says it in a sentence. */

/** Whose values are the outside world: they alone import `node:*` and packages. */
const edge = '^src/(?:adapters/|cli/|bin\\.ts$|command\\.ts$|index\\.ts$|wiring\\.ts$|version\\.ts$)';

/** Who takes a port, or calls who does. Whatever is not named here is pure: values in, values out. */
const operations = [
  '^src/(?:ports|reports)\\.ts$',
  '^src/(?:backfill|check|drift|inspect|mirror|replay|rows)/',
  '^src/apply/(?:apply|errors|execute|execution|look|other-run|record-failure|result|settle|settle-part|unrehearsed)\\.ts$',
  '^src/backup/backup\\.ts$',
  '^src/history/(?:judge|read-earlier|read-recorded|squash|status)\\.ts$',
  '^src/plan/(?:preserve|rehearse|structure)/',
  '^src/plan/(?:ask-server|expected-plan|make-plan|partly-applied|plan-database|plan-schema|positional|redundant-indexes)\\.ts$',
  '^src/production/gather\\.ts$',
  '^src/sandbox/(?:reach|within)\\.ts$',
  '^src/tracker/(?:other-records|read-other|write)\\.ts$',
];

const rules = {
  'no-cycles': {
    comment: 'Files that import each other, if only for a type, cannot be read one after the other.',
    from: { path: '^src/' },
    to: { circular: true },
  },
  'outside-at-the-edge': {
    comment: 'No node:* and no package here: the outside world arrives as an argument, behind ports.ts.',
    from: { path: '^src/', pathNot: edge },
    to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
  },
  'edge-is-not-imported': {
    comment: 'Only the edge knows the edge.',
    from: { path: '^src/', pathNot: edge },
    to: { path: edge },
  },
  'pure-stays-pure': {
    comment: 'What is pure does not get to ports.ts by any chain of imports: it cannot read, write, wait or ask.',
    from: { path: '^src/', pathNot: [edge, ...operations] },
    to: { path: '^src/ports\\.ts$', reachable: true },
  },
  'sql-stands-alone': {
    comment: 'Whoever reads SQL knows nothing of what it is read for.',
    from: { path: '^src/(?:sql|text)/' },
    to: { path: '^src/', pathNot: '^src/(?:sql|text)/' },
  },
  'adapters-know-no-user': {
    comment: 'Adapters know nothing of who uses them.',
    from: { path: '^src/adapters/' },
    to: { path: '^src/(?:cli/|bin\\.ts$|command\\.ts$|index\\.ts$|wiring\\.ts$)' },
  },
  'cli-knows-no-entry': {
    comment: 'The executable and the library are made from the rest, not the other way round.',
    from: { path: '^src/(?:cli/|wiring\\.ts$)' },
    to: { path: '^src/(?:bin|command|index)\\.ts$' },
  },
  'process-in-bin': {
    comment: 'Only src/bin.ts and src/command.ts touch the process: take the value as an argument.',
    from: { path: '^src/', pathNot: '^src/(?:bin|command)\\.ts$' },
    to: { path: '^(?:node:)?process$' },
  },
  'packages-in-adapters': {
    comment: 'A package belongs to its adapter; commander belongs to cli.',
    from: { path: '^src/', pathNot: '^src/adapters/' },
    to: { path: '^node_modules/(?!commander/)' },
  },
  'commander-in-cli': {
    comment: 'A package belongs to its adapter; commander belongs to cli.',
    from: { path: '^src/', pathNot: '^src/cli/' },
    to: { path: '^node_modules/commander/' },
  },
  'all-is-found': {
    comment: 'An import that leads nowhere is not checked.',
    from: { path: '^src/' },
    to: { path: '^\\.', couldNotResolve: true },
  },
};

export default {
  forbidden: Object.entries(rules).map(([name, rule]) => ({ name, severity: 'error', ...rule })),
  options: {
    // TypeScript's own parser is no longer one that can be called from JavaScript.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
