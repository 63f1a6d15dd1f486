/** The steps of action.yml and of docs/ci.md, run as they stand against a real server with tokens. */

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { globalFlags } from '../../src/cli/flags.ts';
import { type Job, type Place, readBlocks, runBash, runJob, type Step } from '../support/actions.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { commit, git, gitEnvironment, startRepository } from '../support/git.ts';
import { bot, type GithubApi, githubToken, startGithubApi } from '../support/github-api.ts';
import { describeWithServer, type Server, startServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [first, second, third] = ['20260101000000_init', '20260102000000_note', '20260103000000_fax'] as const;
const customer = 'CREATE TABLE "Customer" (\n"id" INTEGER NOT NULL PRIMARY KEY,\n"fax" TEXT\n);\n';
const note = 'ALTER TABLE "Customer" ADD COLUMN "note" TEXT;\n';
const fax = 'ALTER TABLE "Customer" DROP COLUMN "fax";\n';
const schemaOf = (...fields: readonly string[]) =>
  `datasource db {\n  provider = "sqlite"\n}\nmodel Customer {\n  id Int @id\n${fields.map((field) => `  ${field} String?\n`).join('')}}\n`;

let server: Server;
let api: GithubApi;
let temp = '';
let project: Project;
let databases = 0;
beforeAll(async () => {
  server = await startServer({ auth: true });
  temp = realpathSync(mkdtempSync(join(tmpdir(), 'migrate-prod-ci-')));
});
afterAll(async () => {
  await server.stop();
  rmSync(temp, { recursive: true });
});

/** A repository whose branch adds one migration to what is in production; migrate-prod is installed in it. */
async function makeBranch(sql: string, name: string, ...fields: readonly string[]): Promise<{ readonly url: string }> {
  databases += 1;
  const url = await server.createNamespace(`ci-${databases}`);
  project = await makeProject({ [first]: customer }, { schema: schemaOf('fax') });
  writeFileSync(join(project.root, '.gitignore'), 'node_modules\nplan.json\n.env.turso-*\n');
  writeFileSync(join(project.root, 'package.json'), '{ "name": "shop", "scripts": { "build": "echo built" } }\n');
  startRepository(project.root);
  mkdirSync(join(project.root, 'node_modules/.bin'), { recursive: true });
  symlinkSync(root, join(project.root, 'node_modules/migrate-prod'));
  symlinkSync('../migrate-prod/dist/bin.cjs', join(project.root, 'node_modules/.bin/migrate-prod'));
  git(project.root, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  await shell('npx --no -- migrate-prod apply --yes', {
    TURSO_DATABASE_URL: url,
    TURSO_AUTH_TOKEN: server.token('rw'),
  });
  await server.sql(`INSERT INTO "Customer" VALUES (1, '555-1234')`, url);
  await project.write(name, sql);
  await project.writeFile('prisma/schema.prisma', schemaOf(...fields));
  commit(project.root);
  return { url };
}

/** What every process gets. */
const machine = () => ({ ...gitEnvironment, HOME: temp });

async function shell(script: string, env: Readonly<Record<string, string>>) {
  const file = join(temp, 'script.sh');
  writeFileSync(file, script);
  return runBash(file, project.root, { ...machine(), ...env });
}

function placeOf(event: 'pull_request' | 'push', url: string, more: Readonly<Record<string, unknown>> = {}): Place {
  const path = join(temp, 'event.json');
  const pull = event === 'pull_request' ? { pull_request: { number: 7, head: { repo: { fork: false } } } } : {};
  writeFileSync(path, JSON.stringify(pull));
  return {
    workspace: project.root,
    temp,
    env: {
      ...machine(),
      ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root, RUNNER_TEMP: temp, GITHUB_RUN_ID: '42' },
      ...{ GITHUB_REPOSITORY: 'shop/shop', GITHUB_API_URL: api.url, GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: event },
    },
    contexts: {
      github: { event_name: event, base_ref: 'main', token: githubToken, actor: 'somebody', event: pull },
      secrets: {
        TURSO_DATABASE_URL: url,
        TURSO_READ_ONLY_TOKEN: server.token('ro'),
        TURSO_AUTH_TOKEN: server.token('rw'),
      },
      ...more,
    },
  };
}

const pages = readBlocks('docs/ci.md');
const [withAction, copied, copiedApply] = pages
  .filter(({ language, heading }) => language === 'yaml' && /action$/.test(heading))
  .map(({ text }): Readonly<Record<string, Job>> => parse(text).jobs);

function jobOf(jobs: Readonly<Record<string, Job>> | undefined, name: string): Job {
  const job = jobs?.[name];
  if (job === undefined) throw new Error(`no job ${name}`);
  return job;
}

/** Checkout, Node and dependencies are there. */
const isPrepared = ({ uses = '', run = '' }: Step) => uses.startsWith('actions/') || run === 'npm ci';

const run = (job: Job, place: Place) => runJob(job, place, isPrepared);
const columns = async (url: string) =>
  (await server.sql(`SELECT group_concat(name) FROM pragma_table_info('Customer')`, url))[0]?.[0]?.[0];

describeWithServer('the steps of docs/ci.md', () => {
  beforeEach(async () => {
    api = await startGithubApi('shop/shop', 7);
    return async () => {
      await api.stop();
      await project.remove();
    };
  });

  describe.each([
    ['with the action', () => jobOf(withAction, 'pull-request')],
    ['without it', () => jobOf(copied, 'plan')],
  ])('on a pull request, %s,', (_, job) => {
    test('check, plan and write one comment with a picture; nothing is written to production', async () => {
      const { url } = await makeBranch(note, second, 'fax', 'note');
      for (let push = 0; push < 2; push += 1) {
        const ran = await run(job(), placeOf('pull_request', url));
        expect([ran.ok, ran.log]).toEqual([true, expect.stringContaining('2 migrations: they split')]);
        expect(ran.page).toContain('## Check of the migrations');
        expect(ran.page).toContain('## Migration plan for');
        expect(ran.steps.plan?.outputs ?? { ready: 'true', pending: '1' }).toMatchObject({
          ready: 'true',
          pending: '1',
        });
        for (const text of [ran.log, ran.page, api.comments[0]?.body ?? '']) {
          expect(text).not.toContain(server.token('ro').slice(0, 30));
          expect(text).not.toContain('555-1234');
        }
      }
      expect(api.requests.filter((line) => !line.startsWith('GET'))).toEqual([
        'POST /repos/shop/shop/issues/7/comments',
      ]);
      const [comment] = api.comments;
      expect(comment?.user.login).toBe(bot);
      expect(comment?.body).toContain('ALTER TABLE "Customer" ADD COLUMN "note" TEXT');
      expect(comment?.body).toContain('```mermaid\nerDiagram\n  t1["~ Customer"] {');
      expect(await columns(url)).toBe('id,fax');
    });

    test('a hazard makes the job red, annotates the line, and is in the comment', async () => {
      const { url } = await makeBranch(fax, third);
      const ran = await run(job(), placeOf('pull_request', url));
      expect(ran.ok).toBe(false);
      expect(ran.log).toMatch(
        /::warning file=prisma\/migrations\/20260103000000_fax\/migration\.sql,line=1,title=migrate-prod data-loss::/,
      );
      expect(api.comments[0]?.body).toContain('▲ hazard');
    });

    test('a check that fails hides no plan', async () => {
      const { url } = await makeBranch(note, second, 'fax');
      const ran = await run(job(), placeOf('pull_request', url));
      expect([ran.ok, api.comments.length]).toEqual([false, 1]);
      expect(ran.log).toContain('schema-differs');
      expect(api.comments[0]?.body).toContain('## Migration plan');
    });

    test('where the token may write no comment, the plan is on the page of the run', async () => {
      const { url } = await makeBranch(note, second, 'fax', 'note');
      api.refuse = 403;
      const ran = await run(job(), placeOf('pull_request', url));
      expect([ran.ok, api.comments]).toEqual([true, []]);
      expect(ran.page).toContain('## Migration plan');
      expect(ran.log).toContain('::notice::The plan is on the page of this run');
    });
  });

  test('the action checks a fork’s pull request, which has no secrets, and says why there is no plan', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const place = placeOf('pull_request', url, { secrets: {} });
    const github = {
      ...(place.contexts.github as object),
      event: { pull_request: { head: { repo: { fork: true } } } },
    };
    api.refuse = 403;
    const ran = await run(jobOf(withAction, 'pull-request'), { ...place, contexts: { ...place.contexts, github } });
    expect([ran.ok, ran.log]).toEqual([true, expect.stringContaining('::notice::No plan: GitHub gives no secrets')]);
    expect(ran.page).toContain('## Check of the migrations');
  });

  test('inputs that mean harm are words of a command, and nothing else', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const pwned = join(project.root, 'pwned');
    for (const input of ['base', 'rows', 'env-file', 'plan', 'allow', 'backup', 'command', 'comment-key']) {
      const command = ['plan', 'allow', 'backup'].includes(input) ? 'apply' : 'plan';
      const given = {
        command,
        'database-url': url,
        'auth-token': server.token('ro'),
        [input]: '$(touch pwned)`touch pwned`";touch pwned;#',
      };
      const job: Job = { steps: [{ uses: 'x/migrate-prod@<commit>', with: given }] };
      await run(job, placeOf('pull_request', url));
      expect(() => readFileSync(pwned)).toThrow();
    }
    expect(await columns(url)).toBe('id,fax');
  });

  test('on the main branch: the plan that was looked at is applied, once, and only that one', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const planned = await run(jobOf(withAction, 'plan'), placeOf('push', url));
    expect([planned.ok, planned.steps.plan?.outputs]).toEqual([
      true,
      expect.objectContaining({ ready: 'true', pending: '1' }),
    ]);
    expect(await columns(url)).toBe('id,fax');
    const needs = { plan: { outputs: planned.steps.plan?.outputs } };
    const applied = await run(jobOf(withAction, 'apply'), placeOf('push', url, { needs }));
    expect([applied.ok, await columns(url)]).toEqual([true, 'id,fax,note']);
    expect(applied.page).toContain(`- ✔ \`${second}\``);
    const again = await run(jobOf(withAction, 'apply'), placeOf('push', url, { needs }));
    expect([again.ok, again.log]).toEqual([false, expect.stringContaining('applied already')]);
  });

  test('on the main branch, without the action: plan and apply in one job; a hazard stops it', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    expect((await run(jobOf(copiedApply, 'apply'), placeOf('push', url))).ok).toBe(true);
    expect(await columns(url)).toBe('id,fax,note');
    // Nothing is pending any more: the second step is left out.
    expect((await run(jobOf(copiedApply, 'apply'), placeOf('push', url))).ok).toBe(true);
    await project.write(third, fax);
    const stopped = await run(jobOf(copiedApply, 'apply'), placeOf('push', url));
    expect([stopped.ok, await columns(url)]).toEqual([false, 'id,fax,note']);
  });

  test('GitLab’s jobs: a plan on the merge request, and on the main branch the plan that is then applied', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const text = pages.find(({ heading, language }) => heading === 'GitLab' && language === 'yaml')?.text ?? '';
    const jobs: Readonly<Record<string, { readonly script: readonly string[] }>> = parse(text);
    const env = {
      ...{ GITLAB_CI: 'true', CI: 'true', CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', TURSO_DATABASE_URL: url },
      ...{ TURSO_READ_ONLY_TOKEN: server.token('ro') },
    };
    const play = (name: string, more = {}) =>
      shell((jobs[name]?.script ?? []).filter((line) => line !== 'npm ci').join('\n'), { ...env, ...more });
    expect(await play('plan')).toMatchObject({ code: 0, log: expect.stringContaining('ADD COLUMN "note"') });
    expect((await play('plan-main')).code).toBe(0);
    expect(await columns(url)).toBe('id,fax');
    expect(await play('apply', { TURSO_AUTH_TOKEN: server.token('rw') })).toMatchObject({ code: 0 });
    expect(await columns(url)).toBe('id,fax,note');
  });

  test('the lines for any other place, and their end where something is wrong', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const script = pages.find(({ heading }) => heading === 'Any other place')?.text ?? '';
    const env = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.token('rw') };
    expect(await shell(script, env)).toMatchObject({ code: 0 });
    expect(await columns(url)).toBe('id,fax,note');
    await project.write(third, fax);
    await project.writeFile('prisma/schema.prisma', schemaOf('note'));
    const stopped = await shell(script, env);
    expect([stopped.code, stopped.log, await columns(url)]).toEqual([
      1,
      expect.stringContaining('a hazard without consent: data-loss'),
      'id,fax,note',
    ]);
  });

  test('the build command for Vercel: production is migrated, a preview is only built', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const script = pages.find(({ heading }) => heading === 'Vercel')?.text ?? '';
    const env = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.token('rw') };
    expect(await shell(script, { ...env, VERCEL_ENV: 'preview' })).toMatchObject({
      code: 0,
      log: expect.stringContaining('built'),
    });
    expect(await columns(url)).toBe('id,fax');
    expect(await shell(script, { ...env, VERCEL_ENV: 'production' })).toMatchObject({ code: 0 });
    expect(await columns(url)).toBe('id,fax,note');
  });

  test.each(['Netlify', 'Fly'])('the command for %s', async (heading) => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const text = pages.find((block) => block.heading === heading)?.text ?? '';
    const command = /(?:release_command|command) = "(npx .*)"/.exec(text)?.[1] ?? '';
    const env = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.token('rw') };
    expect(await shell(command, env)).toMatchObject({ code: 0 });
    expect(await columns(url)).toBe('id,fax,note');
  });

  test.skipIf(!globalFlags.some(({ name }) => name === '--target'))('the commands for staging first', async () => {
    const { url } = await makeBranch(note, second, 'fax', 'note');
    const staging = await server.createNamespace(`ci-staging-${databases}`);
    for (const [name, address] of Object.entries({ staging, prod: url })) {
      const lines = `TURSO_DATABASE_URL=${address}\nTURSO_AUTH_TOKEN=${server.token('rw')}\n`;
      writeFileSync(join(project.root, `.env.turso-${name}`), lines, { mode: 0o600 });
    }
    const blocks = pages.filter(({ heading }) => heading === 'Staging first');
    await project.writeFile('package.json', blocks.find(({ language }) => language === 'json')?.text ?? '');
    const [one = '', two = ''] = (blocks.find(({ language }) => language === 'sh')?.text ?? '').trim().split('\n');
    expect(await shell(two, {})).toMatchObject({ code: 1, log: expect.stringContaining('not-on-staging') });
    expect(await shell(`${one}\n${two}`, {})).toMatchObject({ code: 0 });
    expect(await columns(url)).toBe('id,fax,note');
  });
});
