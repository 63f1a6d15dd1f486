/** The floor: a Node script that POSTs one body to a URL with `node:http`, a given number of times, and reads the answers. */

import { readFileSync } from 'node:fs';
import { request } from 'node:http';

const [url, bodyFile, times = '1'] = process.argv.slice(2);
const body = readFileSync(bodyFile);

function send(left) {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const outgoing = request(url, { method: 'POST', headers }, (incoming) => {
    incoming.setEncoding('utf8');
    let text = '';
    incoming.on('data', (chunk) => {
      text += chunk;
    });
    incoming.on('end', () => {
      if (incoming.statusCode !== 200 || !Array.isArray(JSON.parse(text).results)) process.exitCode = 1;
      else if (left > 1) send(left - 1);
    });
  });
  outgoing.end(body);
}

send(Number(times));
