/** The command runner and the project folder. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCommand, spawnCommand } from '../support/command.ts';
import { makeProject, type Project } from '../support/folder.ts';

describe('a project folder', () => {
  test('holds the migrations, the lock file, the schema and whatever else was asked for', async () => {
    const project = await makeProject(
      { '1_one': 'SELECT 1;' },
      { schema: '// mine', lock: null, files: { 'deep/.env': 'A=1' } },
    );
    await project.write('2_two', 'SELECT 2;');
    expect(await readFile(join(project.migrationsFolder, '1_one', 'migration.sql'), 'utf8')).toBe('SELECT 1;');
    expect(await readFile(join(project.migrationsFolder, '2_two', 'migration.sql'), 'utf8')).toBe('SELECT 2;');
    expect(await readFile(join(project.root, 'prisma', 'schema.prisma'), 'utf8')).toBe('// mine');
    expect(await readFile(join(project.root, 'deep', '.env'), 'utf8')).toBe('A=1');
    expect(existsSync(join(project.migrationsFolder, 'migration_lock.toml'))).toBe(false);
    await project.remove();
    expect(existsSync(project.root)).toBe(false);
  });
});

describe('the command', () => {
  let project: Project;
  beforeEach(async () => {
    project = await makeProject({});
  });
  afterEach(() => project.remove());

  test('runs to its end with its exit code and both streams', async () => {
    const help = await runCommand(['--help'], { cwd: project.root });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('migrate-prod');
    expect(() => help.json()).toThrow('not one JSON value');
  });

  test('sees nothing of this environment but what it is given', async () => {
    vi.stubEnv('TURSO_DATABASE_URL', 'libsql://must-not-be-seen.example.com');
    vi.stubEnv('CI', 'true');
    const script = 'process.stdout.write(JSON.stringify(process.env));process.exit(7)';
    const env = { GIVEN: 'yes', NODE_OPTIONS: `--import=data:text/javascript,${script}` };
    const result = await runCommand([], { cwd: project.root, env });
    vi.unstubAllEnvs();
    expect(result.code).toBe(7);
    const seen = Object.keys(result.json<Record<string, string>>());
    expect(seen).toContain('GIVEN');
    expect(seen).toContain('PATH');
    expect(seen.filter((name) => /^(TURSO|CI|VITEST|npm)/.test(name))).toEqual([]);
  });

  test('is ended when it takes too long', async () => {
    const env = { NODE_OPTIONS: '--import=data:text/javascript,setInterval(String,1e3);await(new(Promise)(String))' };
    await expect(runCommand(['status'], { cwd: project.root, env, timeoutMs: 300 })).rejects.toThrow('over 300 ms');
  });

  test('can be killed', async () => {
    const child = spawnCommand(['status'], { cwd: project.root });
    const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    child.kill('SIGKILL');
    expect(await exited).toBe('SIGKILL');
  });
});
