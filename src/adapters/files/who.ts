/** Who runs the program, as it is written into the tracker's logs: a CI run's page, or a person at a machine. */

import { hostname, userInfo } from 'node:os';

type WhoEnvironment = Readonly<Record<string, string | undefined>>;

/** Who runs this process, as `findWho` finds it. @param env empty for a caller that must not look at it. */
export function readWho(env: WhoEnvironment): string {
  return findWho(env, { username: readUserName() ?? env.USER ?? '', hostname: hostname() });
}

function readUserName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return null;
  }
}

/**
 * The CI run's URL where the environment names one, else `user@host`. A URL loses its credentials, query and fragment.
 * @param user the operating system's names for the user and the machine
 */
export function findWho(env: WhoEnvironment, user: { readonly username: string; readonly hostname: string }): string {
  for (const candidate of listRunUrls(env)) {
    const url = parsePublicUrl(candidate);
    if (url !== null) return url;
  }
  return `${toPrintable(user.username)}@${toPrintable(user.hostname)}`;
}

/** The variables are those of each service's own documentation. */
function* listRunUrls(env: WhoEnvironment): Generator<string | undefined> {
  if (env.GITHUB_SERVER_URL && env.GITHUB_REPOSITORY && env.GITHUB_RUN_ID) {
    yield `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;
  }
  yield env.CI_JOB_URL; // GitLab
  yield env.CIRCLE_BUILD_URL;
  yield env.BUILDKITE_BUILD_URL;
  yield env.CI_PIPELINE_URL; // Woodpecker
  yield env.DRONE_BUILD_LINK;
  yield env.TRAVIS_BUILD_WEB_URL;
  if (env.BITBUCKET_GIT_HTTP_ORIGIN && env.BITBUCKET_BUILD_NUMBER) {
    yield `${env.BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/${env.BITBUCKET_BUILD_NUMBER}`;
  }
  if (env.SYSTEM_COLLECTIONURI && env.SYSTEM_TEAMPROJECT && env.BUILD_BUILDID) {
    // Azure Pipelines has the run's number in the query only; this form of the page has it in the path.
    yield `${env.SYSTEM_COLLECTIONURI}${env.SYSTEM_TEAMPROJECT}/_apis/build/Builds/${env.BUILD_BUILDID}`;
  }
  yield env.BUILD_URL; // Jenkins
  if (env.VERCEL_URL) yield `https://${env.VERCEL_URL}`;
  if (env.NETLIFY === 'true') yield env.DEPLOY_URL;
  yield env.CF_PAGES_URL;
}

function parsePublicUrl(text: string | undefined): string | null {
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return `${url.origin}${url.pathname}`;
}

function toPrintable(name: string): string {
  return name.replace(/\p{C}/gu, '') || 'unknown';
}
