/** The comment on the pull request: one, its own, and never a reason to fail. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bot, type GithubApi, githubToken, startGithubApi } from '../support/github-api.ts';

const script = fileURLToPath(new URL('../../action/comment.mjs', import.meta.url));
const marker = '<!-- migrate-prod plan -->';
let api: GithubApi;
let folder = '';
beforeEach(async () => {
  api = await startGithubApi('shop/shop', 7);
  folder = mkdtempSync(join(tmpdir(), 'migrate-prod-comment-'));
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

/** @param plan null for no file. */
async function comment(plan: string | null, more: Readonly<Record<string, string>> = {}) {
  const [file, event] = [join(folder, 'plan.md'), join(folder, 'event.json')];
  rmSync(file, { force: true });
  if (plan !== null) writeFileSync(file, plan);
  writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
  const env = {
    ...{ PATH: process.env.PATH ?? '', GITHUB_TOKEN: githubToken, GITHUB_API_URL: api.url, GITHUB_EVENT_PATH: event },
    ...{ GITHUB_REPOSITORY: 'shop/shop', GITHUB_RUN_ID: '42', GITHUB_SERVER_URL: 'https://github.com', ...more },
  };
  const child = spawn(process.execPath, [script, file], { env, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += text;
    });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, said };
}

const wrote = () => api.requests.filter((line) => !line.startsWith('GET')).map((line) => line.split(' ')[0]);

describe('the comment', () => {
  test('is written once, changed with the plan, and left alone where that is the same', async () => {
    for (const text of ['one', 'one', 'two'])
      expect(await comment(`${marker}\n\n${text}\n`)).toEqual({ code: 0, said: '' });
    expect(wrote()).toEqual(['POST', 'PATCH']);
    expect(api.comments.map(({ body }) => body)).toEqual([`${marker}\n\ntwo`]);
  });

  test('is found behind many others, and is never somebody else’s, whatever they write', async () => {
    const others = Array.from({ length: 150 }, (_, id) => ({
      id,
      body: `${marker}\n\nmine`,
      user: { login: 'somebody' },
    }));
    api.comments.push(...others, { id: 900, body: `quotes ${marker}`, user: { login: bot } });
    await comment(`${marker}\n\none`);
    await comment(`${marker}\n\ntwo`);
    expect(wrote()).toEqual(['POST', 'PATCH']);
    expect(api.comments.filter(({ body }) => body === `${marker}\n\nmine`)).toHaveLength(150);
    expect(api.comments.at(-1)?.body).toBe(`${marker}\n\ntwo`);
  });

  test('is not written with a token that no header can hold, and the token is not told', async () => {
    const { code, said } = await comment(`${marker}\n\none`, { GITHUB_TOKEN: 'ghs_one\nghs_two' });
    expect([code, said]).toEqual([0, expect.stringContaining('::notice::')]);
    expect(said).not.toMatch(/ghs_/);
  });

  test('is one for each key', async () => {
    await comment(`${marker}\n\nshop`, { COMMENT_KEY: 'shop' });
    await comment(`${marker}\n\nblog`, { COMMENT_KEY: 'apps/blog' });
    await comment(`${marker}\n\nhostile`, { COMMENT_KEY: 'a--b' });
    await comment(`${marker}\n\nshop again`, { COMMENT_KEY: 'shop' });
    expect(api.comments.map(({ body }) => body.split('\n'))).toEqual([
      ['<!-- migrate-prod plan shop -->', '', 'shop again'],
      ['<!-- migrate-prod plan apps/blog -->', '', 'blog'],
      [marker, '', 'hostile'],
    ]);
  });

  test('is not begun for nothing, but ends with the truth', async () => {
    await comment(`${marker}\n\nNothing to apply`, { PENDING: '0' });
    expect(api.comments).toEqual([]);
    await comment(`${marker}\n\nsomething`, { PENDING: '1' });
    await comment(`${marker}\n\nNothing to apply`, { PENDING: '0' });
    expect(api.comments.map(({ body }) => body)).toEqual([`${marker}\n\nNothing to apply`]);
    await comment(null);
    expect(api.comments[0]?.body).toContain(
      'There is no plan of this commit. [The run](https://github.com/shop/shop/actions/runs/42)',
    );
  });

  test('is cut to what GitHub takes, and says so', async () => {
    await comment(`${marker}\n\n${'x'.repeat(80_000)}`);
    expect(api.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
    expect(api.comments[0]?.body).toMatch(/Cut to fit into a comment\. \[The run\]\(.*\) shows everything\.$/);
  });

  test.each([403, 404, 500])('that GitHub refuses with %i fails nothing and is told', async (status) => {
    api.refuse = status;
    const { code, said } = await comment(`${marker}\n\none`);
    expect(code).toBe(0);
    expect(said).toMatch(/^::notice::The plan is on the page of this run, not in a comment: .*\n$/);
    expect(said.includes('pull-requests: write')).toBe(status !== 500);
    expect(said).not.toContain(githubToken);
  });

  test('of a run that belongs to no pull request, or of a server that is not there, fails nothing', async () => {
    await api.stop();
    expect(await comment('x')).toEqual({ code: 0, said: expect.stringContaining('::notice::The plan is on the page') });
    const event = join(folder, 'none.json');
    writeFileSync(event, '{}');
    expect((await comment('x', { GITHUB_EVENT_PATH: event })).said).toContain('belongs to no pull request');
    api = await startGithubApi('shop/shop', 7);
  });
});
