/** Runs the steps of a workflow or of our action as GitHub's runner does, each `run` in bash with files of its own. */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Contexts, fill, isWanted } from './expressions.ts';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly shell?: string;
  readonly 'working-directory'?: string;
}

export interface Job {
  readonly if?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const root = fileURLToPath(new URL('../../', import.meta.url));

export const action: Action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));

export interface Place {
  /** The checkout. */
  readonly workspace: string;
  /** A folder for the runner's own files. */
  readonly temp: string;
  /** What the runner sets, besides the files of a step. */
  readonly env: Readonly<Record<string, string>>;
  /** `github`, `secrets`, `needs` … */
  readonly contexts: Contexts;
}

export interface Ran {
  readonly ok: boolean;
  /** Of all steps, stdout and stderr. */
  readonly log: string;
  /** The page of the run: those of all steps. */
  readonly page: string;
  /** By the id of the step. */
  readonly steps: Readonly<Record<string, { readonly outputs: Readonly<Record<string, string>> }>>;
}

/** @param isSkipped steps that prepare a machine, and are prepared already. */
export async function runJob(job: Job, place: Place, isSkipped: (step: Step) => boolean): Promise<Ran> {
  const env = fillAll(job.env ?? {}, place.contexts);
  const contexts = { ...place.contexts, env };
  return runSteps(
    job.steps.filter((step) => !isSkipped(step)),
    { ...place, contexts, env: { ...place.env, ...env } },
  );
}

async function runSteps(steps: readonly Step[], place: Place): Promise<Ran> {
  const outputs: Record<string, { outputs: Record<string, string> }> = {};
  let [ok, log, page] = [true, '', ''];
  for (const step of steps) {
    const contexts = { ...place.contexts, steps: outputs, runner: { temp: place.temp } };
    if (!isWanted(step.if, contexts, !ok)) continue;
    const ran = await (step.run === undefined ? runAction : runScript)(step, { ...place, contexts });
    log += ran.log;
    page += ran.page;
    ok &&= ran.ok;
    if (step.id !== undefined) outputs[step.id] = { outputs: { ...ran.outputs } };
  }
  return { ok, log, page, steps: outputs };
}

type RanStep = Omit<Ran, 'steps'> & { readonly outputs: Readonly<Record<string, string>> };

/** Our own action, whatever the workflow calls its repository. */
async function runAction(step: Step, place: Place): Promise<RanStep> {
  const given = fillAll(step.with ?? {}, place.contexts);
  const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`);
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value }]) => [
      name,
      given[name] ?? fill(value, place.contexts),
    ]),
  );
  const own = fillAll(step.env ?? {}, place.contexts);
  const env = { ...(place.contexts.env as object | undefined), ...own };
  const ran = await runSteps(action.runs.steps, {
    ...place,
    contexts: { github: place.contexts.github, inputs, env },
    env: { ...place.env, ...own, GITHUB_ACTION_PATH: root },
  });
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value, { steps: ran.steps })]);
  return { ...ran, outputs: Object.fromEntries(outputs) };
}

async function runScript(step: Step, { workspace, temp, env, contexts }: Place): Promise<RanStep> {
  const folder = mkdtempSync(join(temp, 'step-'));
  const files = Object.fromEntries(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(folder, name)]));
  for (const path of Object.values(files)) writeFileSync(path, '');
  const script = join(folder, 'script.sh');
  writeFileSync(script, fill(step.run, contexts));
  const cwd = join(workspace, fill(step['working-directory'] ?? '.', contexts));
  mkdirSync(cwd, { recursive: true });
  const { code, log } = await runBash(script, cwd, { ...env, ...files, ...fillAll(step.env ?? {}, contexts) });
  const values = readFileSync(files.GITHUB_OUTPUT ?? '', 'utf8')
    .split('\n')
    .filter(Boolean);
  return {
    ok: code === 0,
    log,
    page: readFileSync(files.GITHUB_STEP_SUMMARY ?? '', 'utf8'),
    outputs: Object.fromEntries(values.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')])),
  };
}

/** As GitHub starts it where a step names bash. */
export function runBash(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly log: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd, env, stdio: 'pipe' });
  let log = '';
  const add = (text: Buffer): void => {
    log += text.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  child.stdin.end();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, log }));
  });
}

function fillAll(values: Readonly<Record<string, unknown>>, contexts: Contexts): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value, contexts)]));
}

export interface Block {
  readonly language: string;
  readonly text: string;
  /** The heading above it. */
  readonly heading: string;
}

/** The fenced blocks of a page. */
export function readBlocks(path: string): readonly Block[] {
  const page = readFileSync(join(root, path), 'utf8');
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: text = '', index }) => {
    const heading = [...page.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '';
    return { language, text, heading };
  });
}
