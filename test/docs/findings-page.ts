/** docs/findings.md taken apart: its sections, and the examples in them. */

import { readFileSync } from 'node:fs';
import type { Finding } from '../../src/index.ts';

/**
 * What a fenced block is, by the title behind its language; a name may follow.
 * - `production`: a migration that production has applied
 * - `elsewhere`: the same, without a folder here
 * - `by hand`: what was run on production besides
 * - `pending`: a migration of the folder that production has not applied, or not like this
 * - `message`: of each finding, with an empty line between two
 * - `shown`: the statement or object that the finding shows
 * - `way`: the safe way that it prints, `mended`: one that only the page has; `before`, `after` or `instead` of the pending
 *   file where that alone mends it
 */
const titles = ['production', 'elsewhere', 'by hand', 'pending', 'message', 'shown', 'way', 'mended'] as const;

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

export const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n');

const kinds = { Blockers: 'blocker', Hazards: 'hazard', Notes: 'note' } as const;

export function splitSections(text: string, mark: '##' | '###' | '####'): readonly (readonly [string, string])[] {
  const [, ...parts] = `\n${text}`.split(`\n${mark} `);
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    return [heading, lines.join('\n')];
  });
}

/** Those of every code; a code has as many as it has blocks of messages. */
export function readExamples(): readonly Example[] {
  const sections = new Map(splitSections(page, '##'));
  return Object.entries(kinds).flatMap(([title, kind]) =>
    splitSections(sections.get(title) ?? '', '###').flatMap(([code, text]) => {
      const [first = ''] = text.split('\n#### ');
      const parts = [['', first] as const, ...splitSections(text, '####')];
      return parts.map(([heading, part]) => ({ kind, code, heading, blocks: readBlocks(part) }));
    }),
  );
}

const names: Partial<Record<Block['title'], string>> = {
  production: '20260101090000_init',
  pending: '20260301083000_next',
};

/** @throws Error for a title that is none of the list. */
function readBlocks(text: string): readonly Block[] {
  return [...text.matchAll(/^```\w+ title="([^"]*)"\n([\s\S]*?)\n```$/gm)].map(([, words = '', content = '']) => {
    const title = titles.find((candidate) => words === candidate || words.startsWith(`${candidate} `));
    if (title === undefined) throw new Error(`a block of the page has the title ${words}`);
    return { title, name: words.slice(title.length + 1) || (names[title] ?? ''), text: content };
  });
}

/** Where each heading can be linked to, as GitHub names it: the second of a name gets `-1`. */
export function listAnchors(): readonly string[] {
  const seen = new Map<string, number>();
  return [...page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}
