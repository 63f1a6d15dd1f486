/** Every command line in the documents is one that the program understands. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import { splitWords } from '../support/follow-next.ts';

const root = new URL('../../', import.meta.url);
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'skills/migrate-prod/SKILL.md',
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((page) => existsSync(new URL(page, root)));

/** How the program is started in the documents. */
const started =
  /^(?:\$ )?(?:(?:npx(?: --no)?|pnpm|yarn|bunx(?: --no-install)?) )?(?:migrate-prod|node scripts\/migrate-prod\.mjs) (?!…)(.+)$/;

function listCommands(page: string): readonly string[] {
  const text = readFileSync(new URL(page, root), 'utf8');
  const fenced = [...text.matchAll(/^ *```(?:sh|bash|console|yaml|)\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) =>
    block.split('\n').map((line) => line.replace(/^ *(?:- run: |run: )?/, '')),
  );
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...fenced, ...inline].flatMap((line) => started.exec(line.trim())?.[1] ?? []).map(cutShell);
}

/** Without what belongs to the shell. */
function cutShell(line: string): string {
  return line.replace(/ +(?:#|\||>|&&|;) .*$/, '').replace(/ +\|\|.*$/, '');
}

/** Its one session is a newcomer's: test/init/newcomer.slow.test.ts compares it. */
const ofNewcomer = 'docs/start.md';

it.each(pages.filter((page) => page !== ofNewcomer))('%s has no session that is not run', (page) => {
  const text = readFileSync(new URL(page, root), 'utf8').replaceAll(
    /<!-- session: [\w-]+ -->\n```console\n[\s\S]*?\n```/g,
    '',
  );
  expect(text.split('\n').filter((line) => /^\$ /.test(line))).toEqual([]);
});

const given = pages.map((page) => [page, listCommands(page)] as const).filter(([, lines]) => lines.length > 0);

describe.each(given)('%s', (_, lines) => {
  it.each([...new Set(lines)])('has a command that is understood: %s', async (line) => {
    // A placeholder is one word.
    const words = splitWords(line.replaceAll(/<[^>]*>/g, (name) => name.replaceAll(' ', '-')));
    const request = await parseCommandLine(words, { columns: 80, heading: (text) => text });
    expect(request.type === 'wrong' ? request.error.message : request.type).not.toMatch(/ /);
  });
});
