/** Findings as people read them: blockers first, each with its place and what it shows. */

import { printable, printableLines } from '../../adapters/terminal/printable.ts';
import type { Screen } from '../../adapters/terminal/streams.ts';
import type { Finding } from '../../core/plan/findings.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { hang, renderSource, renderWholeSource } from './layout.ts';

/** From a migration to its file, where it is known. */
type FindPath = (migration: string) => string | null;

/** Knows the files of the plan's own migrations. */
export function createFindPath({ migrations }: Plan): FindPath {
  return (name) => migrations.find((migration) => migration.name === name)?.path ?? null;
}

const order = { blocker: 0, hazard: 1, note: 2 } as const;

export function renderFindings(
  findings: readonly Finding[],
  screen: Screen,
  findPath: FindPath = () => null,
): readonly (readonly string[])[] {
  const sorted = [...findings].sort((left, right) => order[left.kind] - order[right.kind]);
  const notes = sorted.filter((finding) => finding.kind === 'note');
  return [
    ...sorted.filter((finding) => finding.kind !== 'note').map((finding) => renderFinding(finding, screen, findPath)),
    // Notes are short and may be many: no empty lines between them.
    notes.flatMap((finding) => renderFinding(finding, screen, findPath)),
  ];
}

export function renderFinding(finding: Finding, screen: Screen, findPath: FindPath): readonly string[] {
  const { paint } = screen;
  const place = renderPlace(finding, findPath);
  const message = printableLines(finding.message);
  if (finding.kind === 'note') {
    const text = `note  ${finding.code}  ${finding.migration === null ? '' : `${printable(finding.migration)}: `}${message.join(' ')}`;
    const [first = '', ...rest] = hang(text, 2, 4, screen);
    return [`  ● ${first}`, ...rest.map((line) => `    ${line}`)];
  }
  const [symbol, brush] = finding.kind === 'blocker' ? ['✖', paint.red] : ['▲', paint.yellow];
  return [
    `  ${brush(`${symbol} ${finding.kind}`)}  ${paint.bold(finding.code)}${place === '' ? '' : `  ${place}`}`,
    ...message.flatMap((line) => hang(line, 0, 4, screen)).map((line) => `    ${line}`),
    ...renderShown(finding, screen),
  ];
}

/** What these show is, in part, production's and no line of the file; it is compared or copied, so it must not be cut off. */
const fromProduction: ReadonlySet<Finding['code']> = new Set(['exists-different', 'drops-trigger', 'drops-index']);

/** Of two sides that differ, more than this is seldom needed to see how. */
const longestSide = 30;

function renderShown({ code, sql, line }: Finding, screen: Screen): readonly string[] {
  if (sql === null) return [];
  if (!fromProduction.has(code)) return renderSource(sql, line, screen);
  const start = sql.indexOf('\nin the file:');
  const sides = start === -1 ? [sql] : [sql.slice(0, start), sql.slice(start + 1)];
  return sides.flatMap((side) => renderWholeSource(side, null, screen, longestSide));
}

function renderPlace({ migration, line }: Finding, findPath: FindPath): string {
  if (migration === null) return '';
  return printable(line === null ? migration : `${findPath(migration) ?? migration}:${line}`);
}
