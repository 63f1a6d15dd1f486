import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type CredentialsOptions, readCredentials } from '../../../src/adapters/files/credentials.ts';
import { catchError, createFolder } from './folder.ts';

const shop = 'libsql://shop.turso.io';
const blog = 'libsql://blog.turso.io';
const pair = (url: string, token: string) => ({ TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: token });
const fileOf = (url: string, token: string) => `TURSO_DATABASE_URL="${url}"\nTURSO_AUTH_TOKEN=${token}\n`;

const read = (cwd: string, options: Partial<CredentialsOptions> = {}) =>
  readCredentials({ cwd, root: cwd, env: {}, create: 'must-exist', ...options });

/** `url token` of what was chosen. */
async function choose(cwd: string, options: Partial<CredentialsOptions> = {}): Promise<string> {
  const { target, token } = await read(cwd, options);
  return `${target.name} ${token?.reveal() ?? 'no token'}`;
}

describe('the file and the environment', () => {
  test('are each enough by themselves', async () => {
    const withFile = createFolder({ '.env.turso-prod': fileOf(shop, 'file-token') });
    const empty = createFolder();
    expect(await choose(withFile)).toBe(`${shop} file-token`);
    expect(await choose(empty, { env: pair(shop, 'env-token') })).toBe(`${shop} env-token`);
  });

  test('may name the same database: then the pair of the file is used', async () => {
    const cwd = createFolder({ '.env.turso-prod': fileOf('https://Shop.turso.io/', 'file-token') });
    expect(await choose(cwd, { env: pair(shop, 'env-token') })).toBe(`${shop} file-token`);
    const withoutToken = createFolder({ '.env.turso-prod': `TURSO_DATABASE_URL=${shop}` });
    expect(await choose(withoutToken, { env: pair(shop, 'env-token') })).toBe(`${shop} env-token`);
  });

  test('with the values of the example name no database, and it is said which', async () => {
    const example = 'libsql://your-database.turso.io';
    for (const [url, token, name] of [
      [example, 'the-token-of-that-database', 'TURSO_DATABASE_URL'],
      [example, 'a-token', 'TURSO_DATABASE_URL'],
      [shop, 'the-token-of-that-database', 'TURSO_AUTH_TOKEN'],
    ] as const) {
      const error = await catchError(() => read(createFolder({ '.env.turso-prod': fileOf(url, token) })));
      expect([error.code, error.message]).toEqual([
        'CREDENTIALS_MISSING',
        `.env.turso-prod still has the example's ${name}.`,
      ]);
    }
    const cwd = createFolder({ '.env.turso-prod': fileOf(example, 'the-token-of-that-database') });
    expect(await choose(cwd, { env: pair(shop, 'env-token') })).toBe(`${shop} env-token`);
  });

  test('must not name different databases, and the refusal shows both and no token', async () => {
    const cwd = createFolder({ '.env.turso-prod': fileOf(shop, 'file-token') });
    const error = await catchError(() => read(cwd, { env: pair(blog, 'env-token') }));
    expect(error.code).toBe('CREDENTIALS_CONFLICT');
    expect(error.message).toContain(shop);
    expect(error.message).toContain(blog);
    expect(error.next).toContain(`--env-file .env.turso-prod  # ${shop}`);
    expect(error.next).toContain(`--no-env-file               # ${blog}`);
    expect(`${error.message} ${error.next}`).not.toMatch(/file-token|env-token/);
    expect(await choose(cwd, { env: pair(blog, 'env-token'), envFile: '.env.turso-prod' })).toBe(`${shop} file-token`);
    expect(await choose(cwd, { env: pair(blog, 'env-token'), envFile: false })).toBe(`${blog} env-token`);
  });

  test('never lend each other half of a pair', async () => {
    const urlOnly = createFolder({ '.env.turso-prod': `TURSO_DATABASE_URL=${shop}` });
    const tokenOnly = createFolder({ '.env.turso-prod': 'TURSO_AUTH_TOKEN=file-token' });
    const env = { TURSO_AUTH_TOKEN: 'env-token' };
    expect(await choose(urlOnly, { env })).toBe(`${shop} no token`);
    expect(await choose(tokenOnly, { env: { TURSO_DATABASE_URL: blog } })).toBe(`${blog} no token`);
    expect((await catchError(() => read(tokenOnly, { env }))).code).toBe('CREDENTIALS_MISSING');
  });

  test('count as absent where a value is empty', async () => {
    const cwd = createFolder({ '.env.turso-prod': 'TURSO_DATABASE_URL=\nTURSO_AUTH_TOKEN=file-token\n' });
    expect(await choose(cwd, { env: pair(shop, ' ') })).toBe(`${shop} no token`);
    expect((await catchError(() => read(cwd, { env: pair('', '') }))).code).toBe('CREDENTIALS_MISSING');
  });

  test('are missing: the refusal shows what to write, and DATABASE_URL is no substitute', async () => {
    const cwd = createFolder({ '.env': fileOf(shop, 'x') });
    const error = await catchError(() => read(cwd, { env: { DATABASE_URL: shop } }));
    expect(error.code).toBe('CREDENTIALS_MISSING');
    expect(error.next).toContain('.env.turso-prod');
    expect(error.next).toContain('TURSO_DATABASE_URL=libsql://your-database.turso.io\n  TURSO_AUTH_TOKEN=');
  });

  test('are missing, and another file has both: it is named with the complete command, and not used', async () => {
    const cwd = createFolder({ '.env': fileOf(shop, 'x') });
    const { code, message, next } = await catchError(() => read(cwd));
    expect(code).toBe('CREDENTIALS_MISSING');
    expect(message).toContain(
      '.env has both TURSO_DATABASE_URL and TURSO_AUTH_TOKEN, but no such file is read by itself.',
    );
    expect(next.split('\n').slice(0, 2)).toEqual([
      'If that is the database:',
      `  migrate-prod status --env-file .env  # ${shop}`,
    ]);
  });

  test('are looked for beside the project and the working directory, up to the root of git', async () => {
    const top = createFolder({
      '.env': fileOf(shop, 'x'),
      'repo/.git/HEAD': '',
      'repo/.env.production': fileOf(shop, 'x'),
      'repo/app/.env.local': fileOf(blog, 'x'),
      'repo/app/src/.env': fileOf(blog, 'x'),
    });
    const root = join(top, 'repo/app');
    const { next } = await catchError(() => read(join(root, 'src'), { root }));
    expect([...next.matchAll(/--env-file (\S+)/g)].map(([, file]) => file)).toEqual([
      '../.env.local',
      '../../.env.production',
      '.env',
    ]);
  });

  test.each([
    ['only one of the names', { '.env': `TURSO_DATABASE_URL=${shop}` }],
    ['an empty value', { '.env': fileOf(shop, '') }],
    ['no database of ours', { '.env': fileOf('postgres://x', 'x') }],
    ['a template', { '.env.example': fileOf(shop, 'x'), '.env.turso-prod.example': fileOf(shop, 'x') }],
    ['no text', { '.env': new Uint8Array([0xff, 0xfe, 0]) }],
    ['a folder', { '.env/': '' }],
    ['another name', { env: fileOf(shop, 'x'), '.envrc': fileOf(shop, 'x') }],
  ])('are not found in a file with %s', async (_what, files) => {
    const { code, next } = await catchError(() => read(createFolder(files)));
    expect([code, next]).toEqual(['CREDENTIALS_MISSING', expect.not.stringContaining('--env-file')]);
  });

  test('are not looked for elsewhere by who says where they are', async () => {
    const cwd = createFolder({ '.env': fileOf(shop, 'x'), 'own.env': 'X=1' });
    for (const envFile of ['own.env', false] as const) {
      const { code, next } = await catchError(() => read(cwd, { envFile }));
      expect([code, next]).toEqual(['CREDENTIALS_MISSING', expect.not.stringContaining('.env  #')]);
    }
  });

  test('say which of them has an address that is none', async () => {
    const cwd = createFolder({ '.env.turso-prod': fileOf('shop.turso.io', 'x') });
    const error = await catchError(() => read(cwd));
    expect(error.code).toBe('URL_INVALID');
    expect(error.message).toContain('TURSO_DATABASE_URL of .env.turso-prod');
    expect(error.next).toBe('Did you mean libsql://shop.turso.io?');
  });
});

describe('where .env.turso-prod is looked for', () => {
  test('is the project, then each folder above up to the git root, the nearest first', async () => {
    const top = createFolder({
      '.env.turso-prod': fileOf('libsql://outside.turso.io', 'x'),
      'repo/.git/HEAD': '',
      'repo/packages/db/prisma/schema.prisma': '',
      'other/.git': 'gitdir: elsewhere',
      'other/packages/db/': '',
    });
    const repo = join(top, 'repo');
    const root = join(repo, 'packages/db');
    expect((await catchError(() => read(root))).code).toBe('CREDENTIALS_MISSING');
    const files = createFolder({
      '.git/HEAD': '',
      '.env.turso-prod': fileOf(shop, 'top'),
      'packages/db/prisma/': '',
      'packages/web/.env.turso-prod': fileOf(blog, 'web'),
    });
    expect(await choose(join(files, 'packages/db/prisma'), { root: join(files, 'packages/db') })).toBe(`${shop} top`);
    expect(await choose(files, { root: join(files, 'packages/web') })).toBe(`${blog} web`);
    expect((await catchError(() => read(join(top, 'other/packages/db')))).code).toBe('CREDENTIALS_MISSING');
  });

  test('is, without a git root, the project alone, or up to the current directory above it', async () => {
    const top = createFolder({ '.env.turso-prod': fileOf(shop, 'top'), 'packages/db/src/': '' });
    const root = join(top, 'packages/db');
    expect((await catchError(() => read(root, { cwd: join(root, 'src') }))).code).toBe('CREDENTIALS_MISSING');
    expect(await choose(top, { root })).toBe(`${shop} top`);
  });

  test('is nowhere else with --env-file, relative to the current directory', async () => {
    const cwd = createFolder({
      '.env.turso-prod': fileOf(shop, 'x'),
      'secrets/blog env': `export TURSO_DATABASE_URL='${blog}'\r\nexport TURSO_AUTH_TOKEN='blog-token'\r\n`,
    });
    expect(await choose(cwd, { envFile: 'secrets/blog env' })).toBe(`${blog} blog-token`);
    const error = await catchError(() => read(cwd, { envFile: 'secrets/none', env: pair(shop, 'x') }));
    expect(error.code).toBe('ENV_FILE_UNREADABLE');
    expect(error.message).toContain('secrets/none');
    expect((await catchError(() => read(cwd, { envFile: 'secrets' }))).code).toBe('ENV_FILE_UNREADABLE');
    expect((await catchError(() => read(cwd, { envFile: '' }))).code).toBe('USAGE');
  });

  test('and a file there that is no text is refused, not passed over', async () => {
    const utf16 = Buffer.from(`\ufeff${fileOf(shop, 'x')}`, 'utf16le');
    const cwd = createFolder({ '.env.turso-prod': utf16 });
    expect((await catchError(() => read(cwd, { env: pair(shop, 'x') }))).code).toBe('ENV_FILE_UNREADABLE');
    const folder = createFolder({ '.env.turso-prod/': '' });
    expect((await catchError(() => read(folder, { env: pair(shop, 'x') }))).code).toBe('ENV_FILE_UNREADABLE');
  });

  test.skipIf(process.getuid?.() === 0)('and a file that must not be read is refused', async () => {
    const cwd = createFolder({ '.env.turso-prod': fileOf(shop, 'x') });
    chmodSync(join(cwd, '.env.turso-prod'), 0);
    expect((await catchError(() => read(cwd))).code).toBe('ENV_FILE_UNREADABLE');
  });
});

describe('--url', () => {
  test('wins, and takes the token of a source only for the same server', async () => {
    const cwd = createFolder({ '.env.turso-prod': fileOf(shop, 'file-token') });
    const env = pair(blog, 'env-token');
    expect(await choose(cwd, { env, url: 'https://shop.turso.io' })).toBe(`${shop} file-token`);
    expect(await choose(cwd, { env, url: blog })).toBe(`${blog} env-token`);
    expect(await choose(cwd, { env, url: 'libsql://third.turso.io' })).toBe('libsql://third.turso.io no token');
    expect(await choose(cwd, { env, url: blog, envFile: '.env.turso-prod' })).toBe(`${blog} no token`);
    expect(await choose(cwd, { env, url: shop, envFile: false })).toBe(`${shop} no token`);
  });

  test('takes a token that names no server at all', async () => {
    expect(await choose(createFolder(), { env: { TURSO_AUTH_TOKEN: 'bare' }, url: shop })).toBe(`${shop} bare`);
  });

  test('takes no token from a source whose own address cannot be understood', async () => {
    expect(await choose(createFolder(), { env: pair('shop.turso.io', 't'), url: shop })).toBe(`${shop} no token`);
  });

  test('is refused with a token in it, which the shell would keep, and when it is no address', async () => {
    const cwd = createFolder();
    const exposed = await catchError(() => read(cwd, { url: `${shop}?authToken=own-token` }));
    expect(exposed.code).toBe('TOKEN_INSECURE');
    expect(`${exposed.message} ${exposed.next}`).not.toContain('own-token');
    expect((await catchError(() => read(cwd, { url: ' ' }))).code).toBe('USAGE');
    const error = await catchError(() => read(cwd, { url: 'mysql://x' }));
    expect([error.code, error.message.startsWith('--url: ')]).toEqual(['URL_INVALID', true]);
  });
});

describe('a token', () => {
  test('is trimmed, and may be in the address of its own source', async () => {
    const cwd = createFolder({ '.env.turso-prod': `TURSO_DATABASE_URL=${shop}?authToken=embedded` });
    expect(await choose(cwd)).toBe(`${shop} embedded`);
    expect(await choose(createFolder(), { env: pair(shop, ' \n padded\t') })).toBe(`${shop} padded`);
  });

  test.each([
    ['two lines', 'ab\ncd'],
    ['white space', 'Bearer ab'],
    ['quotes', '"ab'],
    ['a placeholder', '<token>'],
    ['an ellipsis', 'ab…'],
    ['an address', 'libsql://shop.turso.io'],
    ['a control character', 'ab\u0007'],
  ])('with %s is refused and not shown', async (_what, token) => {
    const error = await catchError(() => read(createFolder(), { env: pair(shop, token) }));
    expect(error.code).toBe('TOKEN_INVALID');
    expect(`${error.message} ${error.next}`).not.toContain(token);
    expect(error.message).toContain('the environment');
  });

  test('does not cross the network unencrypted', async () => {
    const cwd = createFolder();
    const error = await catchError(() => read(cwd, { env: pair('http://db.internal:8080', 's3cret') }));
    expect(error.code).toBe('TOKEN_INSECURE');
    expect(`${error.message} ${error.next}`).not.toContain('s3cret');
    expect((await read(cwd, { env: { TURSO_DATABASE_URL: 'http://db.internal:8080' } })).token).toBeNull();
    expect((await read(cwd, { env: pair('http://127.0.0.1:8080', 's3cret') })).token?.reveal()).toBe('s3cret');
  });

  test('does not show when the credentials are printed', async () => {
    const credentials = await read(createFolder(), { env: pair(shop, 's3cret') });
    expect(`${inspect(credentials, { depth: 9 })} ${JSON.stringify(credentials)}`).not.toContain('s3cret');
  });
});

describe('a file target', () => {
  test('has no token, whatever its source says', async () => {
    const cwd = createFolder({ 'local.db': '' });
    expect(await choose(cwd, { env: pair('file:local.db', 'bad token') })).toBe(`file:${cwd}/local.db no token`);
  });

  test('must exist for a command that creates none, and its folder for one that does', async () => {
    const cwd = createFolder({ 'folder/': '' });
    const missing = await catchError(() => read(cwd, { url: 'file:local.db' }));
    expect(missing.code).toBe('TARGET_FILE_MISSING');
    expect(missing.message).toContain(join(cwd, 'local.db'));
    expect(await choose(cwd, { url: 'file:local.db', create: 'create' })).toBe(`file:${cwd}/local.db no token`);
    for (const create of ['create', 'must-exist'] as const) {
      const folder = await catchError(() => read(cwd, { url: 'file:folder', create }));
      expect([folder.code, folder.message]).toEqual(['TARGET_FILE_MISSING', expect.stringContaining('is a folder')]);
    }
    const nowhere = await catchError(() => read(cwd, { url: 'file:none/local.db', create: 'create' }));
    expect([nowhere.code, nowhere.next]).toEqual(['TARGET_FILE_MISSING', expect.stringContaining(join(cwd, 'none'))]);
  });
});

describe('the credentials of a target', () => {
  const files = { '.env.turso-prod': fileOf(shop, 'prod-token'), '.env.turso-staging': fileOf(blog, 'staging-token') };

  test('are in the file of its name', async () => {
    const cwd = createFolder(files);
    expect(await choose(cwd, { targetName: 'staging' })).toBe(`${blog} staging-token`);
    expect(await choose(cwd, { targetName: 'prod' })).toBe(`${shop} prod-token`);
    expect(await choose(cwd)).toBe(`${shop} prod-token`);
    expect(await choose(cwd, { targetName: 'other', envFile: '.env.turso-prod' })).toBe(`${shop} prod-token`);
    expect(await choose(cwd, { targetName: 'other', envFile: false, env: pair(blog, 'x') })).toBe(`${blog} x`);
    expect(await choose(cwd, { targetName: 'other', url: 'libsql://new.turso.io' })).toBe(
      'libsql://new.turso.io no token',
    );
  });

  test('do not exist: the message names the targets that there are, and the near one', async () => {
    const cwd = createFolder({ ...files, '.env.turso-prod.example': '', '.env.turso-old~': '' });
    const { code, message, next } = await catchError(() => read(cwd, { targetName: 'stagging' }));
    expect(code).toBe('TARGET_UNKNOWN');
    expect(message).toBe(
      'There is no target stagging: no .env.turso-stagging is in the project. Its targets are prod, staging.',
    );
    expect(next).toBe('Did you mean: migrate-prod status --target staging');
    const none = await catchError(() => read(createFolder(), { targetName: 'staging' }));
    expect([none.code, none.next]).toEqual(['TARGET_UNKNOWN', expect.stringContaining('into .env.turso-staging')]);
  });

  test('are those of the environment only where no target has a file, or the user says so', async () => {
    const env = pair(shop, 'env-token');
    expect(await choose(createFolder(), { targetName: 'staging', env })).toBe(`${shop} env-token`);
    const cwd = createFolder({ '.env.turso-prod': fileOf(shop, 'prod-token') });
    const { code, message, next } = await catchError(() => read(cwd, { targetName: 'staging', env }));
    expect([code, message]).toEqual(['TARGET_UNKNOWN', expect.stringContaining('perhaps that of another target')]);
    expect(next).toContain('--no-env-file');
    expect(await choose(cwd, { targetName: 'staging', env, envFile: false })).toBe(`${shop} env-token`);
  });

  test('may not contradict the environment', async () => {
    const { code, next } = await catchError(() =>
      read(createFolder(files), { targetName: 'staging', env: pair(shop, 'x') }),
    );
    expect([code, next]).toEqual(['CREDENTIALS_CONFLICT', expect.stringContaining('--env-file .env.turso-staging')]);
  });

  test('are offered where production has none', async () => {
    const cwd = createFolder({ '.env.turso-staging': fileOf(blog, 'x') });
    const { code, next } = await catchError(() => read(cwd));
    expect([code, next]).toEqual(['CREDENTIALS_MISSING', expect.stringContaining('status --target staging')]);
  });
});

describe('the file with a token', () => {
  test.each([
    [{ '.env.turso-prod': fileOf(shop, 'x') }, {}, '.env.turso-prod'],
    [{ '.env.turso-prod': `TURSO_DATABASE_URL=${shop}?authToken=abc` }, {}, '.env.turso-prod'],
    [{ 'own.env': fileOf(shop, 'x') }, { envFile: 'own.env' }, 'own.env'],
    [{ '.env.turso-prod': fileOf(shop, 'x') }, { env: pair(shop, 'env') }, '.env.turso-prod'],
    [{ '.env.turso-prod': fileOf(shop, 'x') }, { url: blog }, '.env.turso-prod'],
    [{ '.env.turso-prod': `TURSO_DATABASE_URL=${shop}` }, {}, null],
    [{ '.env.turso-prod': fileOf(shop, 'x') }, { envFile: false, env: pair(shop, 'env') }, null],
  ] as const)('of %j with %j is %s', async (files, options, expected) => {
    const cwd = createFolder(files);
    const { tokenFile } = await read(cwd, options);
    expect(tokenFile).toBe(expected === null ? null : join(cwd, expected));
  });
});
