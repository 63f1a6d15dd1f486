/** The pages of the findings do not lie: every example, made in a real database, gets the findings that its page says. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.ts';
import { blockerCodes, hazardCodes, noteCodes } from '../../src/findings/codes.ts';
import { notOnStaging } from '../../src/findings/not-on-staging.ts';
import { apply, type Finding, type MigrationSource, plan, status } from '../../src/index.ts';
import { runInProcess } from '../cli/in-process.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject } from '../support/folder.ts';
import { type Block, type Example, index, pages, readExamples, splitSections } from './findings-pages.ts';

const examples = readExamples().filter(({ blocks }) => blocks.length > 0);
const codes = { blocker: blockerCodes, hazard: hazardCodes, note: noteCodes };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-prod-page-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has an example of every code, in the section of its kind', () => {
  const all = Object.entries(codes).flatMap(([kind, list]) => list.map((code) => `${kind} ${code}`));
  expect([...new Set(examples.map(describeFinding))].sort()).toEqual(all.sort());
});

it('has a page for each code, under its name', () => {
  const all = Object.values(codes).flat();
  expect([...pages.keys()].sort()).toEqual([...new Set(all)].sort());
  for (const [code, page] of pages)
    expect(page).toMatch(new RegExp(`^# ${code}\n\n\\[All findings\\]\\(\\.\\./findings\\.md\\)\n\n## `));
});

it('has an index that says what the catalogue says', () => {
  const rows = Object.entries({ Blockers: 'blocker', Hazards: 'hazard', Notes: 'note' } as const).flatMap(
    ([title, kind]) => {
      const [, section = ''] = splitSections(index, '##').find(([heading]) => heading === title) ?? [];
      const lines = [...section.matchAll(/^\| `([^`]+)` \| \[(.+)\]\((.+)\) \|$/gm)];
      return lines.map(([, code = '', words = '', link]) => ({ kind, code, words, link }));
    },
  );
  const all = Object.entries(codes).flatMap(([kind, list]) => list.map((code) => `${kind} ${code}`));
  expect(rows.map(describeFinding).sort()).toEqual(all.sort());
  for (const { kind, code, words, link } of rows) {
    expect(link).toBe(`findings/${code}.md#${kind}`);
    expect(capitalize(words)).toBe(capitalize(findTitle(kind, code) ?? ''));
  }
});

function findTitle(kind: Finding['kind'], code: string): string | null {
  const titles: Partial<Record<string, { readonly title: string | Partial<Record<Finding['kind'], string>> }>> =
    catalogue;
  const title = titles[code]?.title;
  return (typeof title === 'string' ? title : title?.[kind]) ?? null;
}

function capitalize(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

it.each(examples.map((example, index) => [describeExample(example), example, index] as const))(
  '%s',
  async (_, example, index) => {
    const path = join(folder, `${index}.db`);
    const findings =
      example.code === notOnStaging.code
        ? await findAfterStaging(path, example.blocks)
        : await findAll(path, example.blocks);
    const isTold = (finding: Finding) => describeFinding(finding) === describeFinding(example);
    const told = findings.filter(isTold);
    expect(told.map(({ message }) => message)).toEqual(readMessages(example));
    expect(told.flatMap(({ way }) => way ?? [])).toEqual(textsOf(example, 'way'));
    if (textsOf(example, 'shown').length > 0) expect(told.map(({ sql }) => sql)).toEqual(textsOf(example, 'shown'));
    // Notes come along with many an example; what stands in the way is what the example is for.
    expect(findings.filter((finding) => finding.kind !== 'note' && !isTold(finding)).map(describeFinding)).toEqual([]);
    for (const { message, why } of findings) {
      expect(message).toMatch(/^\S[^\n]+$/);
      expect(why).toMatch(/^\S[^\n]+$/);
      expect(message).not.toContain(why);
    }
  },
);

const mended = examples.flatMap((example) => {
  const mends = example.blocks.filter(({ title, name }) => (title === 'way' || title === 'mended') && name !== '');
  return mends.map((mend) => [describeExample(example), example, mend] as const);
});

it.each(mended)('%s is gone once the file is written the safe way', async (_, { blocks }, mend) => {
  const path = join(folder, `mended-${mended.findIndex(([, , other]) => other === mend)}.db`);
  const findings = await findAll(
    path,
    blocks.map((block) => (block.title === 'pending' ? { ...block, text: mendFile(block.text, mend) } : block)),
  );
  expect(findings.filter(({ kind }) => kind !== 'note').map(describeFinding)).toEqual([]);
});

function mendFile(text: string, mend: Block): string {
  switch (mend.name) {
    case 'before':
      return `${mend.text}\n${text}`;
    case 'after':
      return `${text}\n${mend.text}`;
    case 'instead':
      return mend.text;
    default:
      throw new Error(`SQL that belongs ${mend.name} is not known`);
  }
}

function describeFinding({ kind, code }: Pick<Example, 'kind' | 'code'>): string {
  return `${kind} ${code}`;
}

function describeExample(example: Example): string {
  return example.heading === '' ? describeFinding(example) : `${describeFinding(example)}: ${example.heading}`;
}

function textsOf({ blocks }: Example, title: Block['title']): readonly string[] {
  return blocks.filter((block) => block.title === title).map(({ text }) => text);
}

/** The page breaks their lines. */
function readMessages(example: Example): readonly string[] {
  return textsOf(example, 'message').flatMap((text) => text.split('\n\n').map((part) => part.replaceAll('\n', ' ')));
}

/** Brings a new database to where the example begins, and plans. */
async function findAll(path: string, blocks: readonly Block[]): Promise<readonly Finding[]> {
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

/** Another target is a setting of the project, so the command line is asked. */
async function findAfterStaging(path: string, blocks: readonly Block[]): Promise<readonly Finding[]> {
  const listOf = (...titles: readonly Block['title'][]) =>
    blocks.filter(({ title }) => titles.includes(title)).map(({ name, text }) => ({ name, sql: text }));
  await apply({ url: `file:${path}`, migrations: listOf('production') });
  const own = Object.fromEntries(listOf('production', 'pending').map(({ name, sql }) => [name, sql]));
  const files: Record<string, string> = { 'package.json': '{"migrate-prod":{"after":{"prod":["staging"]}}}' };
  if (listOf('staging').length > 0) {
    await apply({ url: `file:${path}.staging`, migrations: listOf('staging') });
    files['.env.turso-staging'] = `TURSO_DATABASE_URL=file:${path}.staging`;
  }
  const project = await makeProject(own, { files });
  try {
    const { json } = await runInProcess(['plan', '--json', '--url', `file:${path}`], { cwd: project.root });
    return json<{ migrations: readonly { findings: readonly Finding[] }[] }>().migrations.flatMap(
      ({ findings }) => findings,
    );
  } finally {
    await project.remove();
  }
}

function runByHand(path: string, sql: string): void {
  const database = openEmbedded(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
