import { expect, test } from 'vitest';
import { findWho, readWho } from '../../../src/adapters/files/who.ts';

const user = { username: 'ada', hostname: 'laptop' };

test('is the person and the machine where no CI run is named', () => {
  expect(findWho({}, user)).toBe('ada@laptop');
  expect(findWho({ CI: 'true', BUILD_URL: '' }, user)).toBe('ada@laptop');
});

test.each([
  [
    { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '42' },
    'https://github.com/acme/shop/actions/runs/42',
  ],
  [{ CI_JOB_URL: 'https://gitlab.com/acme/shop/-/jobs/7' }, 'https://gitlab.com/acme/shop/-/jobs/7'],
  [{ CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/shop/9' }, 'https://circleci.com/gh/acme/shop/9'],
  [{ BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/shop/builds/3' }, 'https://buildkite.com/acme/shop/builds/3'],
  [{ BUILD_URL: 'https://ci.example.com/job/shop/5/' }, 'https://ci.example.com/job/shop/5/'],
  [{ VERCEL_URL: 'shop-abc.vercel.app' }, 'https://shop-abc.vercel.app/'],
  [
    { SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/', SYSTEM_TEAMPROJECT: 'shop', BUILD_BUILDID: '8' },
    'https://dev.azure.com/acme/shop/_apis/build/Builds/8',
  ],
])('is the run of the service that %o names', (env, url) => {
  expect(findWho(env, user)).toBe(url);
});

test('takes credentials, query and fragment out of the URL', () => {
  expect(findWho({ BUILD_URL: 'https://bot:s3cret@ci.example.com/job/1?token=s3cret#s3cret' }, user)).toBe(
    'https://ci.example.com/job/1',
  );
});

test('is read from this machine, and from the environment only where that is passed', () => {
  expect(readWho({})).toMatch(/^[^@\s]+@\S+$/);
  expect(readWho({ CI_JOB_URL: 'https://ci.example.com/1' })).toBe('https://ci.example.com/1');
});

test('does not take something else for a URL', () => {
  expect(findWho({ BUILD_URL: 'javascript:alert(1)', CI_JOB_URL: 'no url' }, user)).toBe('ada@laptop');
});

test('lets no control character of a name through', () => {
  expect(findWho({}, { username: 'ada\u001b[31m', hostname: '\n' })).toBe('ada[31m@unknown');
});
