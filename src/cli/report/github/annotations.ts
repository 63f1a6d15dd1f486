/** Findings and errors for GitHub, which shows them beside the line of the file, in the pull request and in the job's log. */

import { isAbsolute, relative, resolve } from 'node:path';
import { printableLines } from '../../../adapters/terminal/printable.ts';
import { type ApplyResult, listFindings } from '../../../apply/result.ts';
import type { CheckProblem } from '../../../check/problem.ts';
import { findConsentCode } from '../../../consents/consent.ts';
import type { Finding } from '../../../findings/catalogue.ts';
import { findLook, type Told } from '../../../findings/tell.ts';
import type { PlannedMigration } from '../../../plan/plan.ts';
import { cutText } from '../../../text/cut.ts';
import { writeProse } from '../../../text/prose.ts';
import { foldGroups, showsProduction } from '../text/findings.ts';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** One of a closed list: a finding's, a check's or an error's. */
  readonly code: string;
  /** The file, as it is shown to people: relative to the working directory; null for none. */
  readonly path: string | null;
  readonly line: number | null;
  readonly message: string;
}

/**
 * Blockers are errors, hazards without a consent warnings. Examples of rows are never part of it: a log is kept.
 * @param unconsented hazards, and blockers that a consent would lift.
 */
export function annotateFindings(
  findings: readonly Finding[],
  unconsented: readonly Finding[],
  migrations: readonly PlannedMigration[],
): readonly Annotation[] {
  const paths = new Map(migrations.map(({ name, path }) => [name, path]));
  const open = new Set(unconsented);
  const shown = findings.filter((finding) => findLevel(finding, open) !== null);
  return foldGroups(shown).flatMap(({ first, told }) => {
    const level = findLevel(first, open);
    const { migration, line } = told.place;
    return level === null
      ? []
      : [{ level, code: told.code, path: paths.get(migration ?? '') ?? null, line, message: describe(told) }];
  });
}

function describe(told: Told): string {
  const { message, why, shown } = told;
  return [
    writeProse(message),
    ...(showsProduction(told) ? shown : []),
    ...(why === null ? [] : [writeProse(why)]),
  ].join('\n');
}

/** Blockers and missing consents, notes that ask for work, and the statement that failed. */
export function annotateApply(result: ApplyResult): readonly Annotation[] {
  const { plan, gate, failed, error } = result;
  const found = annotateFindings(listFindings(result), gate.unconsented, plan.migrations);
  if (failed === null || error === null) return found;
  return [
    { level: 'error', code: error.code, path: failed.path, line: failed.line, message: failed.message },
    ...found,
  ];
}

export function annotateProblems(problems: readonly CheckProblem[]): readonly Annotation[] {
  return problems.map(({ kind, code, path, line, message }) => {
    return { level: kind === 'problem' ? 'error' : 'warning', code, path, line, message };
  });
}

function findLevel(finding: Finding, unconsented: ReadonlySet<Finding>): Annotation['level'] | null {
  switch (finding.kind) {
    case 'blocker':
      return findConsentCode(finding) === null || unconsented.has(finding) ? 'error' : null;
    case 'hazard':
      return unconsented.has(finding) ? 'warning' : null;
    case 'note':
      return findLook(finding).isAnnotated ? 'notice' : null;
  }
}

/** Where GitHub's runner works, and this run; both absolute. */
export interface Workplace {
  readonly cwd: string;
  /** GITHUB_WORKSPACE; undefined where it is not set. */
  readonly workspace: string | undefined;
}

const order = { error: 0, warning: 1, notice: 2 } as const;

/**
 * Workflow commands, one a line, `::error file=…,line=…,title=…::message`: the weightiest first, because GitHub shows ten
 * of a level for each step.
 *
 * They go to stderr, where they leave the answer alone: the runner gives both streams of a step to the same reader of
 * commands (actions/runner, ScriptHandler.cs: an OutputManager for each, and OutputManager.cs). How values are escaped is
 * in its ActionCommand.cs.
 */
export function renderAnnotations(annotations: readonly Annotation[], workplace: Workplace): string {
  return [...annotations]
    .sort((left, right) => order[left.level] - order[right.level])
    .map((annotation) => `${renderAnnotation(annotation, workplace)}\n`)
    .join('');
}

function renderAnnotation({ level, code, path, line, message }: Annotation, workplace: Workplace): string {
  const file = path === null ? null : findFile(path, workplace);
  const properties = [
    ...(file === null ? [] : [`file=${escapeProperty(file)}`]),
    ...(file === null || line === null ? [] : [`line=${line}`]),
    `title=${escapeProperty(`migrate-prod ${code}`)}`,
  ];
  return `::${level} ${properties.join(',')}::${escapeData(printableLines(cutText(message, longestMessage)).join('\n'))}`;
}

/** Far more than GitHub shows of one; an object of production may have megabytes. */
const longestMessage = 4_000;

/** Relative to the workspace, with slashes; null for a file that is not in it. */
function findFile(path: string, { cwd, workspace }: Workplace): string | null {
  const way = relative(workspace ?? cwd, resolve(cwd, path)).replaceAll('\\', '/');
  return way === '..' || way.startsWith('../') || isAbsolute(way) ? null : way;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
