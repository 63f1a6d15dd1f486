/** Where a plan warns of nothing: a loss that does not happen when the same files are run by hand. */

import type { Finding, Plan } from '../../../../src/index.ts';
import { findAll } from '../planned.ts';
import type { ByHand } from './by-hand.ts';
import type { Fault } from './fault.ts';
import { describeLost, listLostMarks, speaksOf } from './losses.ts';
import type { FuzzStory } from './story.ts';

/** Ids that are used again, or made up, are no rows and no values. */
const ofKeys = /AUTOINCREMENT counter|ids of deleted rows|gets? a new number/;

export function findFalseAlarms(story: FuzzStory, planned: Plan, byHand: ByHand): readonly Fault[] {
  const findings = findAll(planned);
  const hazards = findings.filter(({ code, kind, message }) => {
    return code === 'data-loss' && kind === 'hazard' && !ofKeys.test(message);
  });
  // What is kept by `apply` and lost by hand may delete rows.
  if (byHand.failure !== null || findings.some(({ code }) => code === 'kept')) return [];
  return hazards
    .filter((hazard) => isEverythingThere(story, hazard, byHand))
    .map(({ message, sql }) => ({ kind: 'false alarm', text: `${message} [${sql}]` }));
}

/** Of the tables that it names: all of their rows and values, those too that the story's own words speak of. */
function isEverythingThere(story: FuzzStory, hazard: Finding, { dumps }: ByHand): boolean {
  const [was, is] = [dumps[0], dumps.at(-1)];
  if (was === undefined || is === undefined) return false;
  const named = story.before.filter((table) => speaksOf(story, hazard, table));
  const tables = named.length === 0 ? story.before : named;
  const none: ReadonlySet<string> = new Set();
  const strict = { ...story, named: none, spoken: none, computed: none };
  const lost = tables.flatMap((table) => describeLost(strict, table, was, is));
  return lost.length === 0 && listLostMarks(tables, was, is).length === 0;
}

/** Whether a plan that lets a story through says itself that there was something that it did not see. */
export function findUnchecked(planned: Plan): readonly Fault[] {
  const findings = findAll(planned);
  if (findings.some(({ kind }) => kind === 'blocker')) return [];
  const notChecked = findings.filter(({ code }) => code === 'not-checked').map(({ message }) => message);
  const isPart = planned.ranOn?.isWhole === false ? ['not every statement ran on rows'] : [];
  return [...notChecked, ...isPart].map((text) => ({ kind: 'not checked', text }));
}
