/** The page of `doctor`, read as JSON, and held against what is true of every page. */

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { checkIds } from '../../src/doctor/check.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { gitEnvironment } from '../support/git.ts';
import { runInProcess } from './in-process.ts';

export interface Page {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly target: string | null;
  readonly checks: readonly {
    readonly id: string;
    readonly state: string;
    readonly text: string;
    readonly fix: string | null;
  }[];
  readonly error?: { readonly code: string; readonly message: string };
}

const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';
const migrations = { '20260101000000_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' };

export function makeSmallProject(): Promise<Project> {
  return makeProject(migrations, { schema });
}

export const environment = { PATH: process.env.PATH ?? '', ...gitEnvironment };

export async function examine(cwd: string, args: readonly string[] = []): Promise<Page> {
  const result = await runInProcess(['doctor', '--json', ...args], { cwd, env: environment });
  const page = result.json<Page>();
  expect(page.checks.map(({ id }) => id)).toEqual(checkIds);
  expect(result.code).toBe(page.checks.some(({ state }) => state === 'failed') ? 1 : 0);
  expect(page.ok).toBe(result.code === 0);
  expect(page.error?.code).toBe(result.code === 0 ? undefined : 'NOT_READY');
  return page;
}

export function states({ checks }: Page): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
}

export function find({ checks }: Page, wanted: string) {
  const check = checks.find(({ id }) => id === wanted);
  if (check === undefined) throw new Error(`no line of ${wanted}`);
  return check;
}

/** A file that only its owner reads. */
export async function writeCredentials(root: string, url: string, token: string): Promise<void> {
  const file = join(root, '.env.turso-prod');
  await writeFile(file, `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${token}\n`);
  await chmod(file, 0o600);
}
