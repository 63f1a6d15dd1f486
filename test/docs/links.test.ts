/** What the documents link to is there: files, and headings in them. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listTimesWithoutZone } from '../cli/every-command.ts';

const root = new URL('../../', import.meta.url);
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'skills/migrate-prod/SKILL.md',
  ...listPages('docs/'),
];

function listPages(folder: string): readonly string[] {
  return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listPages(`${folder}${entry.name}/`) : [`${folder}${entry.name}`],
  );
}

function read(url: URL): string {
  return readFileSync(url, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** Where each heading can be linked to, as GitHub names it, but for the number of one that is there twice. */
function listAnchors(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  const url = new URL(page, root);
  const text = read(url);

  it('has each heading once', () => {
    const anchors = listAnchors(text);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  it('has no time without its zone', () => {
    expect(listTimesWithoutZone(readFileSync(url, 'utf8'))).toEqual([]);
  });

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const own = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(own.filter((link) => !leads(new URL(link, url)))).toEqual([]);
  });
});

function leads(url: URL): boolean {
  const path = fileURLToPath(new URL(url.pathname, root));
  if (!existsSync(path)) return false;
  return url.hash === '' || (statSync(path).isFile() && listAnchors(read(url)).includes(url.hash.slice(1)));
}
