/** Findings in a Markdown document: whole, or in a line each where there is no room. */

import type { Told } from '../../../findings/tell.ts';
import type { WrittenConsent } from '../../../history/migration.ts';
import type { Plan } from '../../../plan/plan.ts';
import type { Target } from '../../../target/target.ts';
import { count } from '../../../text/count.ts';
import { writeSpans } from '../../../text/prose.ts';
import { findPlace, foldFindings, nameKind, type Surroundings, sortFindings } from '../text/findings.ts';
import { listShownFindings } from '../text/plan.ts';
import { renderQueryCommand, shortenForPeople } from '../text/query-command.ts';
import { createSurroundings } from '../text/surroundings.ts';
import { cutProse, cutSql, renderCode, renderFence, renderProse, renderProseLines } from './text.ts';

/** Blocks of a document, and whether something is left out of them. */
export interface Fitted {
  readonly blocks: readonly string[];
  readonly shortened: boolean;
}

/**
 * As many findings as possible whole; from the last one on, notes first, they are shown in a line, and only where that is
 * not enough are they counted.
 * @param room in characters, an empty line after each included.
 */
export function fitFindings(plan: Plan, room: number): Fitted {
  const sorted = sortFindings(foldFindings(listShownFindings(plan)));
  const surroundings = createSurroundings(plan);
  const blocks = sorted.map((told) => (told.look.isShort === true ? renderShort : renderWhole)(told, surroundings));
  let length = measure(blocks);
  if (length <= room) return { blocks, shortened: false };
  for (let index = sorted.length - 1; index >= 0 && length > room; index -= 1) {
    const [finding, whole = ''] = [sorted[index], blocks[index]];
    if (finding === undefined) continue;
    const short = renderShort(finding, surroundings);
    length += short.length - whole.length;
    blocks[index] = short;
  }
  let left = blocks.length;
  while (left > 0 && measure(blocks.slice(0, left)) + longestMore > room) left -= 1;
  const more = blocks.length - left;
  return {
    blocks: [...blocks.slice(0, left), ...(more > 0 ? [`… and ${count(more, 'more finding')}.`] : [])],
    shortened: true,
  };
}

const longestMore = 40;

function measure(blocks: readonly string[]): number {
  return blocks.reduce((sum, block) => sum + block.length + 2, 0);
}

function renderWhole(finding: Told, surroundings: Surroundings): string {
  const place = findPlace(finding, surroundings);
  const { why, way, evidence } = finding;
  const { target } = surroundings;
  const head = `${nameKind(finding)}: ${renderCode(finding.code)}${place === null ? '' : ` in ${renderCode(place)}`}`;
  const query = evidence?.query ?? null;
  return [
    finding.kind === 'note' ? `**${head}**` : `### ${head}`,
    renderProseLines(writeSpans(finding.message)),
    ...(why === null ? [] : [renderProseLines(writeSpans(why))]),
    ...renderConsent(surroundings.findConsent(finding.finding)),
    ...renderShown(finding),
    ...(query === null || target === null ? [] : renderQuery(query, target)),
    ...(way === null ? [] : ['Safe way:', renderFence('sql', way)]),
  ].join('\n\n');
}

function renderQuery(query: string, target: Target): readonly string[] {
  const short = shortenForPeople(query);
  if (short === null) return ['Rows:', renderFence('sh', renderQueryCommand(target, query))];
  return ['Rows:', renderFence('sql', short.text), renderProse(short.rest)];
}

function renderConsent(consent: WrittenConsent | null): readonly string[] {
  if (consent === null) return [];
  return [`Allowed by ${renderCode(`${consent.path}:${consent.line}`)}: ${renderProse(consent.reason)}`];
}

const longestShown = { lines: 30, characters: 2_000 };

function renderShown({ shown }: Told): readonly string[] {
  return shown.map((sql) => renderFence('sql', cutSql(sql, longestShown).text));
}

const longestMessage = 300;

function renderShort(finding: Told, surroundings: Surroundings): string {
  const place = findPlace(finding, surroundings);
  const where = place === null ? '' : ` in ${renderCode(place)}`;
  const said = `${nameKind(finding)}: ${renderCode(finding.code)}${where}: ${renderProseLines(cutProse(writeSpans(finding.message), longestMessage))}`;
  return [said, ...renderConsent(surroundings.findConsent(finding.finding))].join('<br>');
}
