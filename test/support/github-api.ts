/** A server that speaks the part of GitHub's API that comments need (docs.github.com/rest/issues/comments), with what it was sent. */

import { createServer, type IncomingMessage } from 'node:http';

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

export interface GithubApi {
  readonly url: string;
  /** Of the pull request. */
  readonly comments: Comment[];
  /** `POST /repos/…` */
  readonly requests: string[];
  /** What it answers to what writes, in place of doing it; null to do it. */
  refuse: number | null;
  stop(): Promise<void>;
}

export const bot = 'github-actions[bot]';
export const githubToken = 'ghs_0123456789abcdef';

/** @param pull its repository and number, as `shop/shop/issues/7`. */
export async function startGithubApi(repository: string, pull: number): Promise<GithubApi> {
  const comments: Comment[] = [];
  const requests: string[] = [];
  const api: { refuse: number | null } = { refuse: null };
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    requests.push(`${method} ${pathname}`);
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.headers.authorization !== `Bearer ${githubToken}`) return answer(401, { message: 'Bad credentials' });
    const list = `/repos/${repository}/issues/${pull}/comments`;
    if (method === 'GET' && pathname === list) {
      const size = Number(searchParams.get('per_page') ?? 30);
      const page = Number(searchParams.get('page') ?? 1);
      return answer(200, comments.slice((page - 1) * size, page * size));
    }
    const body = await readBody(request);
    if (api.refuse !== null) return answer(api.refuse, { message: 'Resource not accessible by integration' });
    // A longer one is refused as a whole.
    if (body.length > 65_536) return answer(422, { message: 'body is too long (maximum is 65536 characters)' });
    if (method === 'POST' && pathname === list) {
      const comment = { id: 1_000 + comments.length, body: body.trimEnd(), user: { login: bot } };
      comments.push(comment);
      return answer(201, comment);
    }
    const found = comments.find(({ id }) => pathname === `/repos/${repository}/issues/comments/${id}`);
    if (method !== 'PATCH' || found === undefined) return answer(404, { message: 'Not Found' });
    found.body = body.trimEnd();
    answer(200, found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(api, {
    url: `http://127.0.0.1:${address.port}`,
    comments,
    requests,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return String(JSON.parse(text === '' ? '{"body":""}' : text).body);
}
