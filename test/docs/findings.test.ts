/** docs/findings.md does not lie: every example of it, made in a real database, gets the findings that the page says. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blockerCodes, hazardCodes, noteCodes } from '../../src/core/plan/findings.ts';
import { apply, type Finding, type MigrationSource, plan, status } from '../../src/index.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { type Block, type Example, listAnchors, page, readExamples, splitSections } from './findings-page.ts';

const examples = readExamples().filter(({ blocks }) => blocks.length > 0);
const codes = { blocker: blockerCodes, hazard: hazardCodes, note: noteCodes };
const describe = ({ kind, code }: Pick<Finding, 'kind' | 'code'>) => `${kind} ${code}`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-prod-page-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has an example of every code, in the section of its kind', () => {
  const all = Object.entries(codes).flatMap(([kind, list]) => list.map((code) => `${kind} ${code}`));
  expect([...new Set(examples.map(({ kind, code }) => `${kind} ${code}`))].sort()).toEqual(all.sort());
});

it('links to what is there, and from the index to every section', () => {
  const anchors = new Set(listAnchors());
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !anchors.has(link))).toEqual([]);
  const rows = [...page.matchAll(/^\| `([^`]+)` \| \[[^\]]+\]\(#([^)]+)\) \|$/gm)];
  expect(rows.map(([, code, link]) => [code, link?.replace(/-1$/, '')])).toEqual(rows.map(([, code]) => [code, code]));
  const headings = splitSections(page, '##').flatMap(([, text]) => splitSections(text, '###').map(([code]) => code));
  expect(rows.map(([, code]) => code)).toEqual(headings);
});

it.each(examples.map((example, index) => [`${describeExample(example)}`, example, index] as const))(
  '%s',
  async (_, example, index) => {
    const findings = await findAll(join(folder, `${index}.db`), example.blocks);
    const told = findings.filter(({ kind, code }) => kind === example.kind && code === example.code);
    expect(told.map(({ message }) => message)).toEqual(readMessages(example));
    expect(told.flatMap(({ way }) => way ?? [])).toEqual(textsOf(example, 'way'));
    if (textsOf(example, 'shown').length > 0) expect(told.map(({ sql }) => sql)).toEqual(textsOf(example, 'shown'));
    expect(findings.filter(({ why }) => !why?.trim()).map(describe)).toEqual([]);
    expect(told.filter(({ message, why = '' }) => /\n/.test(message) || message.includes(why))).toEqual([]);
  },
);

function describeExample({ kind, code, heading }: Example): string {
  return `${kind} ${code}${heading === '' ? '' : `: ${heading}`}`;
}

function textsOf({ blocks }: Example, title: Block['title']): readonly string[] {
  return blocks.filter((block) => block.title === title).map(({ text }) => text);
}

/** The page breaks their lines. */
function readMessages(example: Example): readonly string[] {
  return textsOf(example, 'message').flatMap((text) => text.split('\n\n').map((part) => part.replaceAll('\n', ' ')));
}

/** Brings a new database to where the example begins, and plans. */
export async function findAll(path: string, blocks: readonly Block[]): Promise<readonly Finding[]> {
  const url = `file:${path}`;
  openEmbedded(path).close();
  const applied: MigrationSource[] = [];
  for (const { title, name, text } of blocks) {
    if (title === 'production' || title === 'elsewhere') {
      applied.push({ name, sql: text });
      expect(await apply({ url, migrations: applied })).toMatchObject({ error: null, outcome: 'applied' });
    }
    if (title === 'by hand') runByHand(path, text);
  }
  const migrations = blocks
    .filter(({ title }) => title === 'production' || title === 'pending')
    .map(({ name, text }) => ({ name, sql: text }));
  const { plan: planned } = await plan({ url, migrations });
  const findings = [...planned.migrations.flatMap(({ findings }) => findings), ...planned.findings];
  // Of what another table records only `status` has this to say.
  const { findings: ofStatus } = await status({ url, migrations });
  return [...findings, ...ofStatus.filter(({ code }) => code === 'foreign-tracker')];
}

function runByHand(path: string, sql: string): void {
  const database = openEmbedded(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
