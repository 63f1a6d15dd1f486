/** The skill says what the program does: every command it names is run, and only reading ones are approved beforehand. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';

const file = fileURLToPath(new URL('../../skills/migrate-prod/SKILL.md', import.meta.url));
const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const text = await readFile(file, 'utf8');
const header = text.split('---')[1] ?? '';
const block = /```bash\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const commands = block.split('\n').filter((line) => line.startsWith('npx '));

let project = '';
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'migrate-prod-skill-'));
});
afterAll(() => rm(project, { recursive: true, force: true }));

/** A copy of the example whose production has the first three migrations. */
async function prepare(number: number): Promise<string> {
  const root = join(project, String(number));
  await cp(shop, root, { recursive: true, filter: (path) => !path.includes('node_modules') && !path.endsWith('.db') });
  openEmbedded(join(root, 'production.db')).close();
  await writeFile(join(root, '.env.turso-prod'), 'TURSO_DATABASE_URL=file:./production.db\n');
  const made = await runCommand(['apply', '--to', '20260202101500_stock_log', '--yes'], { cwd: root });
  expect(made.stderr + made.code).toMatch(/0$/);
  return root;
}

/** Applies the rest of the migrations first, where wanted. */
async function changeProduction(root: string, sql: string, first: 'apply' | null): Promise<void> {
  const allow = ['drops-trigger', 'drops-index', 'drops-referenced'].flatMap((code) => ['--allow', code]);
  if (first !== null) expect(await runCommand(['apply', '--yes', ...allow], { cwd: root })).toMatchObject({ code: 0 });
  const database = openEmbedded(join(root, 'production.db'));
  database.exec(sql);
  database.close();
}

describe('the skill', () => {
  it('names every command of the program', () => {
    for (const command of ['status', 'plan', 'check', 'drift', 'apply', 'backfill', 'tables', 'inspect']) {
      expect(commands.some((line) => line.split(' ')[2] === command)).toBe(true);
    }
  });

  it('approves only commands that read', () => {
    const approved = [...header.matchAll(/Bash\(npx migrate-prod (\w+):\*\)/g)].map((match) => match[1]);
    expect(approved).toEqual(['status', 'plan', 'check', 'tables', 'inspect']);
    expect(header).not.toMatch(/Bash[,\s]/);
  });

  it.each(commands.map((line, number) => [line, number] as const))('runs %s', async (line, number) => {
    const root = await prepare(number);
    if (line.includes('drift')) await changeProduction(root, 'CREATE INDEX by_hand ON "Order" ("placedAt")', 'apply');
    if (/backfill( --to <migration>)?$/.test(line))
      await changeProduction(root, 'DROP TABLE _prisma_migrations', line.includes('--to') ? null : 'apply');
    if (line.includes('--undo')) {
      const recorded = await runCommand(['backfill', '20260216083000_normalise_emails', '--yes'], { cwd: root });
      expect(recorded.code).toBe(0);
    }
    const planned = await runCommand(['plan', '--json'], { cwd: root });
    const filled = line
      .replace('<id>', planned.json<{ plan: string }>().plan)
      .replace(/<(?:migration|name)>/, '20260216083000_normalise_emails')
      .replace('<table>', 'Order');
    expect(filled).not.toContain('<');
    const args = filled.split(' ').slice(2);
    const writes = args[0] === 'apply' || args[0] === 'backfill' || args.includes('--fix');
    const asked = await runCommand(args, { cwd: root });
    // Without a terminal and without --yes nothing is written.
    expect(asked.code).toBe(writes && !args.includes('--yes') ? 1 : 0);
    if (!writes || args.includes('--yes')) return;
    expect(asked.stderr).toContain('--yes');
    const confirmed = await runCommand([...args, '--yes'], { cwd: root });
    expect([confirmed.code, confirmed.stderr.includes('✖')]).toEqual([0, false]);
  });
});
