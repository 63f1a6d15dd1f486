/** The safe ways that are whole statements, run: nobody pastes one that fails for another reason than the migration. */

import type { Finding } from '../../../src/index.ts';
import { splitStatements } from '../../../src/sql/split.ts';
import type { TestTarget } from '../../support/targets.ts';

/**
 * Runs each alternative of a way and takes it back: before the file, right before the statement, in production as it is, or
 * behind the file.
 * @param earlier the pending files before the finding's own
 * @param file the finding's own
 * @returns what the database said; empty where all went well, or something is left to fill in
 */
export async function runWay(
  target: TestTarget,
  { way = '', line }: Finding,
  earlier: readonly string[],
  file: string,
): Promise<readonly string[]> {
  const before = earlier.flatMap((sql) => splitStatements(sql)).map(({ sql }) => sql);
  const all = splitStatements(file);
  const own = all.filter((statement) => line !== null && statement.line < line).map(({ sql }) => sql);
  const whole = all.map(({ sql }) => sql);
  const failures: string[] = [];
  for (const alternative of listAlternatives(way)) {
    const statements = splitStatements(alternative).map(({ sql }) => sql);
    const said: string[] = [];
    const places = [before, [...before, ...own], [], [...before, ...whole]];
    for (const place of places) {
      const failure = await tryOut(target, [...place, ...statements]);
      if (failure === null) break;
      said.push(failure);
    }
    if (said.length === places.length) failures.push(`${said[0]}\n${alternative}`);
  }
  return failures;
}

/** Each begins with what it depends on. A copy that is written otherwise stands in the place of the file's own. */
function listAlternatives(way: string): readonly string[] {
  return way
    .split(/\n(?=-- (?:if|or) )/)
    .filter((part) => !part.includes('…') && /^\s*[A-Z]+ /m.test(part) && !/^INSERT INTO "new_/m.test(part));
}

async function tryOut(target: TestTarget, statements: readonly string[]): Promise<string | null> {
  try {
    const inside = statements.filter((sql) => !/^PRAGMA foreign_keys/i.test(sql));
    await target.sql('PRAGMA foreign_keys=OFF', 'BEGIN', ...inside, 'ROLLBACK');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
