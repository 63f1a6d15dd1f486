/**
 * `npm run test:fuzz`: random databases and random migrations, each planned, applied, and run by hand; a table of where these
 * disagree. Story 17 of seed 4: `npm run test:fuzz -- --only 4:17`. See docs/testing.md.
 */

import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { describeRun, isBad, listFound } from './fuzz-table.mjs';
import { ensureInstalled, explain, root } from './install.mjs';

/** How many stories a process checks before a new one takes its place: what the engine keeps of them is bounded. */
const storiesOfProcess = 200;
/** Those that run; they end with this one. */
const children = new Set();

/** The longest that one story may take, in milliseconds. */
const longest = 180_000;

const usage = `npm run test:fuzz -- [options]
  --stories <n>     how many in all, each seed its share (20000)
  --seeds <list>    which random stories (1,2,3)
  --rows <n>|none   how many of production's rows a plan may fetch (as many as plan does by itself)
  --processes <n>   how many at the same time (2)
  --only <seed>:<n> prints this one story and what is found
  --list            below the table one line for each kind in each story
  --again           also those that this same program has checked already`;

function readOptions(args) {
  const string = (fallback) => ({ type: 'string', ...(fallback === undefined ? {} : { default: fallback }) });
  const { values } = parseArgs({
    args,
    options: {
      ...{ stories: string('20000'), seeds: string('1,2,3'), rows: string(), processes: string('2'), only: string() },
      ...{
        list: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
  });
  const rows = values.rows === undefined ? null : values.rows === 'none' ? 0 : readNumber(values.rows, '--rows');
  const only = values.only?.split(':').map((text) => readNumber(text, '--only'));
  if (only !== undefined && only.length !== 2) throw new Error('--only takes a seed and a number: 4:17');
  return {
    ...{ rows, only, list: values.list, again: values.again, help: values.help },
    stories: readNumber(values.stories, '--stories'),
    seeds: [...new Set(values.seeds.split(',').map((text) => readNumber(text, '--seeds')))],
    processes: Math.max(1, readNumber(values.processes, '--processes')),
  };
}

function readNumber(text, option) {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} was given ${text}, which is no number.\n\n${usage}`);
  return Number(text);
}

/** One script, so that processes start fast. @returns its path, and a text that is another one when anything of it changes. */
async function bundleWorker() {
  const build = await rolldown({
    input: join(root, 'test/scenarios/rows/fuzz/worker.ts'),
    platform: 'node',
    external: [/^libsql(\/|$)/, /^@prisma\//, 'jiti', 'fast-check'],
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  const [{ code }] = output;
  mkdirSync(join(root, '.tmp', 'fuzz'), { recursive: true });
  const program = createHash('sha256').update(code).digest('hex').slice(0, 12);
  // One folder below package.json, as a file of src is: it reads the version there. Other runs have their own.
  const path = join(root, '.tmp', `fuzz-${program}-${process.pid}.mjs`);
  writeFileSync(path, code);
  return { path, program };
}

/** How much of what a process writes on stderr is kept. */
const longestTail = 1000;

/**
 * Runs one process. @returns the verdicts on its stories, the last that of a story at which it died.
 * @throws Error when it does not even begin: then nothing is known of any story.
 */
function runProcess(worker, task) {
  return new Promise((resolve, reject) => {
    const verdicts = [];
    let [hasBegun, isStuck, tail, timer] = [false, false, '', null];
    const child = fork(worker, [JSON.stringify(task)], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    children.add(child);
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isStuck = true;
        child.kill('SIGKILL');
      }, longest);
    };
    wait();
    child.stderr.on('data', (text) => {
      tail = (tail + text).slice(-longestTail);
    });
    child.on('message', (message) => {
      hasBegun = true;
      if (message !== 'begun') verdicts.push(message);
      wait();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      children.delete(child);
      if (!hasBegun) return reject(new Error(`A process did not begin (${code ?? signal}):\n${tail}`));
      if (verdicts.length === task.count) return resolve(verdicts);
      const kind = isStuck ? 'stuck' : 'crash';
      const fault = { kind, text: `${code ?? signal} ${tail}` };
      resolve([...verdicts, { number: task.from + verdicts.length, end: kind, faults: [fault] }]);
    });
  });
}

/** Checks a part of a seed, with as many processes as it takes. */
async function runPart(worker, task) {
  const verdicts = [];
  while (verdicts.length < task.count) {
    const done = verdicts.length;
    verdicts.push(...(await runProcess(worker, { ...task, from: task.from + done, count: task.count - done })));
  }
  return verdicts;
}

/** What an earlier run of the same program wrote down, by the number of the first story of each part. */
function readParts(path) {
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return new Map(lines.map((line) => JSON.parse(line)).map((part) => [`${part.from} ${part.count}`, part]));
}

function listParts({ seeds, stories }) {
  return seeds.flatMap((seed, index) => {
    const share = Math.floor(stories / seeds.length) + (index < stories % seeds.length ? 1 : 0);
    const count = Math.ceil(share / storiesOfProcess);
    return Array.from({ length: count }, (_, place) => {
      const from = place * storiesOfProcess;
      return { seed, from, count: Math.min(storiesOfProcess, share - from) };
    });
  });
}

/** Only what the table needs: how the stories ended, and those where something was found. */
function shorten({ seed, from, count }, verdicts, milliseconds) {
  const ends = {};
  for (const { end } of verdicts) ends[end] = (ends[end] ?? 0) + 1;
  const found = verdicts.filter(({ faults }) => faults.length > 0).map(({ number, faults }) => ({ number, faults }));
  return { seed, from, count, ends, found, milliseconds };
}

async function runAll(options, { path: worker, program }, folder) {
  const fileOf = (seed) =>
    join(root, '.tmp', 'fuzz', `${program}-rows-${options.rows ?? 'default'}-seed-${seed}.jsonl`);
  if (options.again) for (const seed of options.seeds) rmSync(fileOf(seed), { force: true });
  const known = new Map(options.seeds.map((seed) => [seed, readParts(fileOf(seed))]));
  const parts = listParts(options);
  const knownPart = ({ seed, from, count }) => known.get(seed).get(`${from} ${count}`);
  const results = parts.flatMap((part) => knownPart(part) ?? []);
  const earlier = results.reduce((sum, { count }) => sum + count, 0);
  const left = parts.filter((part) => knownPart(part) === undefined);
  let done = earlier;
  const work = async () => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      const begin = Date.now();
      const verdicts = await runPart(worker, { ...part, rows: options.rows, folder, prints: false });
      const result = shorten(part, verdicts, Date.now() - begin);
      appendFileSync(fileOf(part.seed), `${JSON.stringify(result)}\n`);
      results.push(result);
      done += part.count;
      process.stderr.write(`${done} of ${options.stories}\n`);
    }
  };
  await Promise.all(Array.from({ length: options.processes }, work));
  return { results, earlier };
}

async function main(args) {
  ensureInstalled();
  const options = readOptions(args);
  if (options.help) return console.log(usage);
  const worker = await bundleWorker();
  const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-fuzz-'));
  cleanUpAtExit([worker.path, folder]);
  if (options.only !== undefined) {
    const [seed, from] = options.only;
    const verdicts = await runPart(worker.path, { seed, from, count: 1, rows: options.rows, folder, prints: true });
    process.exitCode = verdicts.some(({ faults }) => isBad(faults)) ? 1 : 0;
    return;
  }
  const begin = Date.now();
  const { results, earlier } = await runAll(options, worker, folder);
  const { text, isGood } = describeRun({ ...options, results, earlier, milliseconds: Date.now() - begin });
  console.log(text);
  if (options.list) console.log(`\n${listFound(results)}`);
  process.exitCode = isGood ? 0 : 1;
}

/** However it ends. What was checked until then is kept. */
function cleanUpAtExit(paths) {
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
    for (const path of paths) rmSync(path, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
}

main(process.argv.slice(2)).catch(explain);
