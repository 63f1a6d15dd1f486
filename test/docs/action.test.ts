/** What action.yml and the workflows of docs/ci.md and of `init --ci` must not have. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageManagers } from '../../src/init/package-manager.ts';
import { writeWorkflow } from '../../src/init/workflow.ts';
import { action, readBlocks } from '../support/actions.ts';

const workflows = [
  ...readBlocks('docs/ci.md').flatMap(({ language, text }) => (language === 'yaml' ? [text] : [])),
  ...packageManagers.map((manager) => writeWorkflow({ manager, folder: 'apps/my db' })),
];
type Steps = readonly { readonly run?: string; readonly uses?: string; readonly shell?: string }[];
const listSteps = (text: string): Steps =>
  Object.values<{ steps?: Steps }>(parse(text).jobs ?? {}).flatMap(({ steps = [] }) => steps);

describe('action.yml, the workflows of docs/ci.md and those of init', () => {
  const steps: Steps = [...action.runs.steps, ...workflows.flatMap(listSteps)];

  test('have no expression in the text of a script', () => {
    const scripts = steps.flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(8);
    expect(scripts.filter((text) => text.includes('${{'))).toEqual([]);
  });

  test('use other actions by their commit, and the action itself none', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !/@(?:[0-9a-f]{40}|<commit>)$/.test(name))).toEqual([]);
    expect(action.runs.steps.filter(({ uses }) => uses !== undefined)).toEqual([]);
    expect(action.runs.steps.filter(({ shell }) => shell !== 'bash')).toEqual([]);
  });

  test('take every input into a variable, and docs/ci.md names each', () => {
    const page = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
    const file = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
    for (const name of Object.keys(action.inputs)) {
      expect(file, name).toContain(`inputs.${name}`);
      expect(page, name).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
    }
  });
});
