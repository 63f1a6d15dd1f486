/** Sessions in the documents: blocks of ```console behind `<!-- session: name -->`, run one after the other on a real server. */

import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../src/cli/main.ts';

export interface Stage {
  readonly cwd: string;
  readonly url: string;
  /** As the document shows the database; a server on this machine unless given. */
  readonly shown?: string;
}

const shownUrl = 'http://127.0.0.1:8080';

interface Block {
  readonly session: string;
  /** Between the fences, without the last line end. */
  readonly text: string;
}

const pattern = /(<!-- session: ([\w-]+) -->\n```console\n)([\s\S]*?)\n```/g;

export function listBlocks(page: string): readonly Block[] {
  return [...page.matchAll(pattern)].map(([, , session = '', text = '']) => ({ session, text }));
}

/** The page with every block as it is when it is run now. */
export async function runPage(url: URL, stages: Readonly<Record<string, Stage>>): Promise<string> {
  const page = readFileSync(url, 'utf8');
  let written = '';
  let end = 0;
  for (const match of page.matchAll(pattern)) {
    const [whole, head = '', session = '', text = ''] = match;
    const stage = stages[session];
    if (stage === undefined) throw new Error(`There is no session called ${session}.`);
    written += `${page.slice(end, match.index)}${head}${await runBlock(text, stage)}\n\`\`\``;
    end = match.index + whole.length;
  }
  return written + page.slice(end);
}

async function runBlock(text: string, stage: Stage): Promise<string> {
  const commands = text.split('\n').filter((line) => line.startsWith('$ '));
  const shown: string[] = [];
  for (const line of commands) shown.push(line, (await run(line.slice(2), stage)).replace(/\n$/, ''), '');
  return shown.join('\n').trimEnd();
}

const program = 'npx --no migrate-prod';

async function run(typed: string, { cwd, url, shown = shownUrl }: Stage): Promise<string> {
  if (!typed.startsWith(`${program} `)) throw new Error(`Nobody knows what this does: ${typed}`);
  let screen = '';
  const stream = {
    write: (text: string) => {
      screen += text;
    },
    isTTY: true,
    columns: 100,
  };
  await runCommandLine({
    program,
    start: { node: process.execPath, script: '' },
    nodeVersion: process.version,
    argv: typed.slice(program.length + 1).split(' '),
    // On a dumb terminal nothing is written over again.
    env: { TURSO_DATABASE_URL: url, NO_COLOR: '1', TERM: 'dumb' },
    cwd,
    stdin: { isTTY: false, open: () => new PassThrough() },
    stdout: stream,
    stderr: stream,
    signal: new AbortController().signal,
    onWriting: () => {},
    crash: new Promise<never>(() => {}),
  });
  return screen.replaceAll(url, shown).replaceAll(cwd, '/shop');
}

/** Without what differs from run to run. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/\(\S+ rows read\)/g, '(ROWS)')
    .replaceAll(/\b\d{14}_/g, 'TIME_')
    .replaceAll(/\bby \S+@\S+/g, 'by WHO')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{2,})*\b/g, 'ID');
}
