/** A reporter that says of a failing case of a table where the case stands: the test's own lines are the same for all of them. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';

interface Literal {
  readonly text: string;
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** What is shorter stands in many places. */
const shortest = 3;

function readLiterals(path: string): readonly Literal[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((source, index) =>
    [...source.matchAll(/(['"`])((?:\\.|(?!\1).)+)\1/g)].map(([, , text = '']) => ({
      text: text.replace(/\\(.)/g, '$1'),
      path,
      line: index + 1,
    })),
  );
}

/** The test's file, and the files of tests that it imports, and so on: tables of cases stand in one of them. */
function listSources(path: string, known: Set<string> = new Set()): ReadonlySet<string> {
  known.add(path);
  for (const [, target = ''] of readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
    const imported = resolve(dirname(path), target);
    const holdsCases = imported.includes('/test/') && !imported.includes('/test/support/');
    if (holdsCases && !known.has(imported) && existsSync(imported)) listSources(imported, known);
  }
  return known;
}

/** @returns `file:line`; null where the title stands there as it is, or nothing of it does. */
export function findCase(path: string, title: string): string | null {
  const literals = [...listSources(path)].flatMap(readLiterals);
  if (literals.some(({ text }) => text === title)) return null;
  const within = literals.filter(({ text }) => text.length >= shortest && title.includes(text));
  const [longest] = within.toSorted((left, right) => right.text.length - left.text.length);
  return longest === undefined ? null : `${relative(process.cwd(), longest.path)}:${longest.line}`;
}

export class CasePlaces implements Reporter {
  readonly #places: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.result().state !== 'failed') return;
    const place = findCase(test.module.moduleId, test.name);
    if (place !== null) this.#places.push(`${place}  ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#places.length > 0) console.log(`\nThe cases that failed stand in:\n${this.#places.join('\n')}\n`);
  }
}
