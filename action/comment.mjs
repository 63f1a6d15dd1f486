/**
 * Keeps a plan as one comment on the pull request: finds the one of the run before and changes it, or writes the first.
 * Whatever happens here, the run does not fail for it: the plan is on its page as well.
 *
 *   node comment.mjs <plan.md>
 *
 * Environment: GITHUB_TOKEN, and what GitHub sets (GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH, GITHUB_RUN_ID,
 * GITHUB_SERVER_URL); COMMENT_KEY tells several comments apart; COMMENT_AUTHOR is who writes them (github-actions[bot]);
 * PENDING is the plan's number: where it is 0, no first comment is written.
 */

import { readFileSync } from 'node:fs';

/** GitHub refuses a longer one. */
const longest = 65_536;
/** Pages of 100 comments that are looked through. */
const mostPages = 30;
const timeoutMs = 20_000;

const { env } = process;
const author = env.COMMENT_AUTHOR || 'github-actions[bot]';
// One that ends no comment of HTML.
const key = /^(?!.*--)[\w./-]{1,100}$/.test(env.COMMENT_KEY ?? '') ? ` ${env.COMMENT_KEY}` : '';
const marker = `<!-- migrate-prod plan${key} -->`;

/** @returns the text of the comment; null where there is nothing worth a first one. */
function readBody(path) {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // There is no plan: said below.
  }
  const plan = text.replace(/^<!-- migrate-prod plan -->\s*/, '').trim();
  const run = `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;
  const body = `${marker}\n\n${plan === '' ? `There is no plan of this commit. [The run](${run}) says why.` : plan}\n`;
  if (body.length <= longest) return body;
  const end = `\n\nCut to fit into a comment. [The run](${run}) shows everything.\n`;
  return body.slice(0, longest - end.length) + end;
}

async function call(method, path, body) {
  const response = await fetch(`${env.GITHUB_API_URL ?? 'https://api.github.com'}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${env.GITHUB_TOKEN}`,
      'user-agent': 'migrate-prod',
      'x-github-api-version': '2022-11-28',
    },
    ...(body === undefined ? {} : { body: JSON.stringify({ body }) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.ok) return response.json();
  throw Object.assign(new Error(`GitHub answers ${response.status} to ${method}`), { status: response.status });
}

/** Others may write the marker too, and their comments are theirs. */
async function findOwn(comments) {
  for (let page = 1; page <= mostPages; page += 1) {
    const list = await call('GET', `${comments}?per_page=100&page=${page}`);
    const own = list.find(({ user, body }) => user?.login === author && body?.split('\n', 1)[0].trim() === marker);
    if (own !== undefined) return own;
    if (list.length < 100) return null;
  }
  return null;
}

async function keepComment(path) {
  const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? '', 'utf8'));
  const number = event.pull_request?.number;
  if (!Number.isInteger(number)) return 'This run belongs to no pull request: no comment was written.';
  const repository = `/repos/${env.GITHUB_REPOSITORY}`;
  const comments = `${repository}/issues/${number}/comments`;
  const body = readBody(path);
  const own = await findOwn(comments);
  if (own === null && env.PENDING === '0') return null;
  if (own === null) await call('POST', comments, body);
  // GitHub keeps a comment without the white space at its end.
  else if (own.body.trimEnd() !== body.trimEnd()) await call('PATCH', `${repository}/issues/comments/${own.id}`, body);
  return null;
}

function explain(error) {
  return error.status === 403 || error.status === 404
    ? 'The plan is on the page of this run, not in a comment: this token may not write one ("permissions: pull-requests: write"; a pull request from a fork never may).'
    : `The plan is on the page of this run, not in a comment: ${hideToken(error.message)}.`;
}

/** A token that no header can hold is told as a whole by what refuses it. */
function hideToken(text) {
  const parts = (env.GITHUB_TOKEN ?? '').split(/\s+/).filter((part) => part !== '');
  return parts.reduce((shown, part) => shown.replaceAll(part, '…'), text);
}

const said = await keepComment(process.argv[2] ?? '').catch(explain);
if (said !== null)
  console.log(`::notice::${said.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`);
