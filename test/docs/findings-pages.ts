/** docs/findings.md and the pages of its codes taken apart: their sections, and the examples in them. */

import { readdirSync, readFileSync } from 'node:fs';
import type { Finding } from '../../src/index.ts';

/**
 * What a fenced block is, by the title behind its language; a name may follow.
 * - `production`: a migration that production has applied
 * - `elsewhere`: the same, without a folder here
 * - `staging`: a migration that the target which comes before production has applied
 * - `by hand`: what was run on production besides
 * - `pending`: a migration of the folder that production has not applied, or not like this
 * - `message`: of each finding, with an empty line between two
 * - `shown`: the statement or object that the finding shows
 * - `way`: the safe way that it prints, `mended`: one that only the page has; `before`, `after` or `instead` of the pending
 *   file where that alone mends it
 */
const titles = [
  'production',
  'elsewhere',
  'staging',
  'by hand',
  'pending',
  'message',
  'shown',
  'way',
  'mended',
] as const;

export interface Block {
  readonly title: (typeof titles)[number];
  /** The migration's name, or where the SQL belongs. */
  readonly name: string;
  readonly text: string;
}

export interface Example {
  readonly kind: Finding['kind'];
  readonly code: string;
  /** Empty for the first of a code. */
  readonly heading: string;
  readonly blocks: readonly Block[];
}

const docs = new URL('../../docs/', import.meta.url);

export const index = read('findings.md');

/** By their codes. */
export const pages: ReadonlyMap<string, string> = new Map(
  readdirSync(new URL('findings/', docs)).map((name) => [name.replace(/\.md$/, ''), read(`findings/${name}`)]),
);

function read(name: string): string {
  return readFileSync(new URL(name, docs), 'utf8').replaceAll('\r\n', '\n');
}

const kinds: Readonly<Record<string, Finding['kind']>> = { Blocker: 'blocker', Hazard: 'hazard', Note: 'note' };

export function splitSections(text: string, mark: '##' | '###'): readonly (readonly [string, string])[] {
  const [, ...parts] = `\n${text}`.split(`\n${mark} `);
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    return [heading, lines.join('\n')];
  });
}

/** Those of every code; a code has as many as it has blocks of messages. A page has a section for each kind. */
export function readExamples(): readonly Example[] {
  return [...pages].flatMap(([code, page]) =>
    splitSections(page, '##').flatMap(([title, text]) => {
      const kind = kinds[title];
      if (kind === undefined) throw new Error(`the page of ${code} has a section ${title}`);
      const [first = ''] = text.split('\n### ');
      const parts = [['', first] as const, ...splitSections(text, '###')];
      return parts.map(([heading, part]) => ({ kind, code, heading, blocks: readBlocks(part) }));
    }),
  );
}

const names: Partial<Record<Block['title'], string>> = {
  production: '20260101090000_init',
  pending: '20260301083000_next',
  staging: '20260301083000_next',
};

/** @throws Error for a title that is none of the list. */
function readBlocks(text: string): readonly Block[] {
  return [...text.matchAll(/^```\w+ title="([^"]*)"\n([\s\S]*?)\n```$/gm)].map(([, words = '', content = '']) => {
    const title = titles.find((candidate) => words === candidate || words.startsWith(`${candidate} `));
    if (title === undefined) throw new Error(`a block of a page has the title ${words}`);
    return { title, name: words.slice(title.length + 1) || (names[title] ?? ''), text: content };
  });
}
