/** A proxy on loopback that counts requests, times them at the server, and can make each take longer. */

import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns its port, the `requests` seen so far (`{body, milliseconds}`), `delay(milliseconds)` per request, `stop()`. */
export async function startProxy(upstreamPort) {
  const agent = new Agent({ keepAlive: true });
  const requests = [];
  let latency = 0;

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });

  async function handle(incoming, outgoing) {
    const seen = { body: '', milliseconds: 0 };
    requests.push(seen);
    const body = await readAll(incoming);
    seen.body = body.toString('utf8');
    if (latency > 0) await sleep(latency / 2);
    const begin = performance.now();
    const reply = await forward(incoming, body);
    seen.milliseconds = performance.now() - begin;
    if (latency > 0) await sleep(latency / 2);
    outgoing.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length });
    outgoing.end(reply.body);
  }

  async function forward({ method, url: path, headers }, body) {
    const outgoing = request({ host: '127.0.0.1', port: upstreamPort, agent, method, path, headers });
    outgoing.end(body);
    const [message] = await once(outgoing, 'response');
    const kept = ['content-type', 'content-encoding'].filter((name) => name in message.headers);
    const replied = Object.fromEntries(kept.map((name) => [name, message.headers[name]]));
    return { status: message.statusCode, headers: replied, body: await readAll(message) };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    requests,
    delay(milliseconds) {
      latency = milliseconds;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
