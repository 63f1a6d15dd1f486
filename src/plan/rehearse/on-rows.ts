/** The plan once more, on a copy of production's rows: which tables are fetched for it, and what it adds to the findings. */

import { MigrateError } from '../../errors.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { findToldIndex } from '../../findings/leaves-broken.ts';
import type { Database, Outside, Query, Reply } from '../../ports.ts';
import type { Production } from '../../production/production.ts';
import type { FetchedTable } from '../../rows/fetch/query.ts';
import type { TableShape } from '../../rows/fetch/stored.ts';
import { type FilledMirror, openFilled, openStreamed, type RowsCost } from '../../rows/run/filled.ts';
import { type RowsRun, type RowsRunInput, runOnRows } from '../../rows/run/run-on-rows.ts';
import { isSystemTable } from '../../schema/model/objects.ts';
import { isRandom } from '../../sql/chance.ts';
import { sameName } from '../../sql/identifiers.ts';
import type { RehearsedPlan } from './rehearsed-plan.ts';
import { findTooLarge } from './too-large.ts';

export interface OnRowsInput {
  readonly database: Database;
  readonly outside: Pick<Outside, 'openMirror' | 'clock'>;
  readonly production: Production;
  /** Names of those that are recorded and not run. */
  readonly squashed: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the plan once more, on the rows that were fetched.
 * @returns null where there were none to fetch, or the engine had no time for them.
 */
export async function tryOnRows(
  input: OnRowsInput,
  plan: RehearsedPlan,
  tables: readonly FetchedTable[],
): Promise<RowsRun | null> {
  const fetched = new Set(tables.map(({ shape }) => shape));
  const left = listShapes(plan)
    .filter((shape) => !fetched.has(shape))
    .map(({ name }) => name);
  const { outside, production } = input;
  if (tables.length === 0) return describeUnfetched(production, left);
  try {
    const open = () => openFilled(outside.openMirror, production.schema, tables);
    const first = await run(input, plan, { filled: await open(), left, chance: 'proves-nothing' });
    const always = await findAlways(plan, async () =>
      run(input, plan, { filled: await open(), left, chance: 'counts' }),
    );
    // How long few rows take says nothing but how busy this machine is.
    return { ...first, findings: addFindings(first.findings, always), times: [] };
  } catch (error) {
    if (error instanceof MigrateError && error.code === 'REHEARSAL_STUCK') return null;
    throw error;
  }
}

/** Often enough for what happens each time to be no accident. */
const triesOfChance = 3;

/** What a plan that is left to chance, by `random()` say, ends with whatever chance brings: each run has other values. */
async function findAlways({ runs }: RehearsedPlan, tryAgain: () => Promise<RowsRun>): Promise<readonly Finding[]> {
  if (!runs.some(({ migration }) => migration.statements.some(({ sql }) => isRandom(sql)))) return [];
  let always = (await tryAgain()).findings;
  for (let tried = 1; tried < triesOfChance && always.length > 0; tried += 1) {
    const again = new Set((await tryAgain()).findings.map(nameFinding));
    always = always.filter((finding) => again.has(nameFinding(finding)));
  }
  return always;
}

/** Without its count, which may be another one each time. */
function nameFinding({ kind, code, place, args }: Finding): string {
  return JSON.stringify([kind, code, place, args]);
}

/** Every table is too large. @returns null where the plan meets none. */
function describeUnfetched({ schema }: Production, names: readonly string[]): RowsRun | null {
  const left = names.filter((name) => !isSystemTable(schema, name));
  if (left.length === 0) return null;
  return { findings: [], answers: new Map(), times: [], large: [], ranOn: { tables: [], left, isWhole: false } };
}

export interface RunOnAll {
  /** null where there was nothing to run on. */
  readonly run: RowsRun | null;
  readonly cost: RowsCost;
}

/**
 * Runs the plan once more, on all rows of the tables that it meets: these are read now.
 * @param first asked in the same transaction. @param isStill whether their replies say that production is as it was.
 * @throws MigrateError READ_FAILED, REHEARSAL_STUCK, INTERRUPTED, and those of the connection
 */
export async function runOnAll(
  input: OnRowsInput,
  plan: RehearsedPlan,
  first: readonly Query[],
  isStill: (replies: readonly Reply[]) => boolean,
): Promise<RunOnAll | 'moved'> {
  const { database, outside, production, signal } = input;
  const { openMirror } = outside;
  const { schema } = production;
  const common = { database, openMirror, schema, shapes: listShapes(plan), first, goesOn: isStill };
  const streamed = await openStreamed(signal ? { ...common, signal } : common);
  if (streamed === null) return 'moved';
  const { filled } = streamed;
  return { run: await run(input, plan, { filled, left: [], chance: 'proves-nothing' }), cost: streamed.cost };
}

function listShapes({ rows }: RehearsedPlan): readonly TableShape[] {
  return rows?.shapes ?? [];
}

async function run(
  { database, production, squashed, outside: { clock }, signal }: OnRowsInput,
  { runs, rehearsed, rows }: RehearsedPlan,
  { filled, left, chance }: { filled: FilledMirror; left: readonly string[]; chance: RowsRunInput['chance'] },
): Promise<RowsRun> {
  const last = rehearsed.findIndex(({ schemaAfter, doubts }) => schemaAfter === null || doubts.length > 0);
  const migrations = runs
    .slice(0, last === -1 ? undefined : last)
    .filter(({ migration }) => !squashed.has(migration.migration.name));
  const ran = await runOnRows({
    ...{ filled, schema: production.schema, left, migrations },
    ...{ questions: rows?.here ?? [], clock, chance },
  });
  const found = [...ran.findings, ...(await findTooLarge(database, ran.large, signal))];
  const blockers = rehearsed.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'blocker'));
  return { ...ran, findings: found.filter((finding) => !blockers.some((told) => tellsSame(told, finding))) };
}

/** What the rows that were asked about have told already is not told again in the engine's words. */
export function addFindings(told: readonly Finding[], added: readonly Finding[]): readonly Finding[] {
  const failing = new Set(added.filter(({ code }) => code === 'fails-on-rows').map(({ place }) => place.migration));
  // That nothing is lost today is no news of what fails.
  const isNews = ({ kind, code, place }: Finding) =>
    kind !== 'note' || code !== 'data-loss' || !failing.has(place.migration);
  return [...told.filter(isNews), ...added.filter((finding) => !told.some((other) => tellsSame(other, finding)))];
}

function tellsSame(told: Finding, finding: Finding): boolean {
  const { kind, place } = finding;
  if (told.place.migration !== place.migration) return false;
  if (finding.code === 'leaves-broken' && told.code === 'leaves-broken') {
    const index = findToldIndex(finding.args);
    return index !== null && sameName(index, findToldIndex(told.args) ?? '');
  }
  // Keys that are told by another table of the same migration are others.
  if (finding.code === 'foreign-keys' && told.code === 'foreign-keys' && told.args.child === finding.args.child)
    return true;
  if (kind !== 'blocker' || told.kind !== 'blocker') return false;
  const [one, other] = [place, told.place];
  if (one.line === null || other.line === null) return true;
  return one.line === other.line && (one.sql === null || other.sql === null || one.sql === other.sql);
}
