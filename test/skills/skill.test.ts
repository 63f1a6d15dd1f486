/** The skill says what the program does: every command it names is run, and only reading ones are approved beforehand. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runInProcess } from '../cli/in-process.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { addConsents } from '../support/follow-next.ts';

const file = fileURLToPath(new URL('../../skills/migrate-prod/SKILL.md', import.meta.url));
const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const text = await readFile(file, 'utf8');
const packageText = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
const header = text.split('---')[1] ?? '';
const block = /```bash\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const commands = block.split('\n').filter((line) => line.startsWith('npx '));

/** The last one that production has; the next one is pending. */
const third = '20260202101500_stock_log';
const fourth = '20260216083000_normalise_emails';

let project = '';
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'migrate-prod-skill-'));
  // Made once, and copied for each command.
  const root = await copyShop('some');
  await run(root, 'apply', '--to', third);
  await cp(root, join(project, 'all'), { recursive: true });
  await run(join(project, 'all'), 'apply', ...['drops-trigger', 'drops-index', 'drops-referenced'].flatMap(allow));
});
afterAll(() => rm(project, { recursive: true, force: true }));

const allow = (code: string) => ['--allow', code];

async function copyShop(name: string): Promise<string> {
  const root = join(project, name);
  await cp(shop, root, { recursive: true, filter: (path) => !path.includes('node_modules') && !path.endsWith('.db') });
  openEmbedded(join(root, 'production.db')).close();
  await writeFile(join(root, '.env.turso-prod'), 'TURSO_DATABASE_URL=file:./production.db\n');
  return root;
}

async function run(root: string, ...args: readonly string[]): Promise<void> {
  const done = await runInProcess([...args, '--yes'], { cwd: root });
  expect(done.stderr + done.code).toMatch(/0$/);
}

/** What production is like when somebody has a use for the command. */
async function prepare(line: string, number: number): Promise<string> {
  const root = join(project, String(number));
  const isAhead = line.includes('drift') || /backfill$/.test(line);
  await cp(join(project, isAhead ? 'all' : 'some'), root, { recursive: true });
  if (line.includes('drift')) change(root, 'CREATE INDEX by_hand ON "Order" ("placedAt")');
  if (/backfill( --to <migration>)?$/.test(line)) change(root, 'DROP TABLE _prisma_migrations');
  if (line.includes('<name>') && line.includes('backfill')) {
    change(root, `DELETE FROM _prisma_migrations WHERE migration_name = '${third}'`);
  }
  if (line.includes('--undo')) await run(root, 'backfill', third);
  return root;
}

function change(root: string, sql: string): void {
  const database = openEmbedded(join(root, 'production.db'));
  database.exec(sql);
  database.close();
}

describe('the skill', () => {
  it('names every command of the program', () => {
    for (const command of ['status', 'plan', 'check', 'drift', 'apply', 'backfill', 'tables', 'inspect', 'doctor']) {
      expect(commands.some((line) => line.split(' ')[3] === command)).toBe(true);
    }
  });

  it('has the header that agents and `npx skills add` read', () => {
    const { name, description, ...more } = parse(header);
    expect(name).toBe('migrate-prod');
    expect(description.length).toBeLessThanOrEqual(1_024);
    expect(Object.keys(more).sort()).toEqual(['allowed-tools', 'argument-hint']);
    // In the package, and where `npx skills add` looks for it.
    const packed: { readonly files: readonly string[] } = JSON.parse(packageText);
    expect(packed.files).toContain('skills');
  });

  it('approves only commands that read', () => {
    const approved = [...header.matchAll(/Bash\(npx --no migrate-prod (\w+):\*\)/g)].map((match) => match[1]);
    expect(approved).toEqual(['status', 'history', 'plan', 'check', 'tables', 'inspect', 'doctor']);
    expect(header).not.toMatch(/Bash[,\s]/);
  });

  it.each(commands.map((line, number) => [line, number] as const))('runs %s', async (line, number) => {
    const root = await prepare(line, number);
    const planned = line.includes('<id>') ? await runInProcess(['plan', '--json'], { cwd: root }) : null;
    const filled = line
      .replace('<id>', planned?.json<{ plan: string }>().plan ?? '')
      .replace('<migration>', line.includes('backfill') ? third : fourth)
      .replace('<name>', line.includes('backfill') ? third : 'by_hand')
      .replace('<table>', 'Order')
      .replace('<file>', 'saved.db');
    expect(filled).not.toContain('<');
    const args = filled.split(' ').slice(3);
    const writes = args[0] === 'apply' || args[0] === 'backfill' || args.includes('--fix');
    const asked = await runInProcess(args, { cwd: root });
    // Without a terminal and without --yes nothing is written.
    expect(asked.code).toBe(writes && !args.includes('--yes') ? 1 : 0);
    if (!writes || args.includes('--yes')) return;
    // It says the whole command that does it, and the consents that a person has to add.
    const said = /Next: (.*)$/m.exec(asked.stderr)?.[1] ?? '';
    const whole = addConsents(said) ?? said;
    const next = /migrate-prod (.*)$/.exec(whole)?.[1]?.split(' ') ?? [];
    expect(next).toEqual(expect.arrayContaining([...args, '--yes']));
    const confirmed = await runInProcess(next, { cwd: root });
    expect([confirmed.code, confirmed.stderr.includes('✖')]).toEqual([0, false]);
  });
});
