/** Texts of a plan that the server's own parser is asked about: it refuses some that the mirror's engine takes. */

import type { Finding } from '../findings/catalogue.ts';
import { find, type Place } from '../findings/finding.ts';
import { type DroppedFirst, type ServerRefusesArgs, serverRefuses } from '../findings/server-refuses.ts';
import { classify } from '../sql/classify.ts';
import { isPlainForm } from '../sql/plain-forms.ts';
import { tokenize } from '../sql/tokenize.ts';
import { mentionsName } from '../sql/words.ts';
import type { Question, Reply } from '../target/request.ts';
import type { PlannedStatement } from './plan.ts';

/** A text that is sent for a statement of a migration, or around it. */
interface ProbedPlace {
  readonly migration: string;
  readonly statement: PlannedStatement;
  readonly text: string;
}

/** Texts that differ in nothing but their literals: one of them speaks for all. */
export interface Probe {
  readonly text: string;
  readonly places: readonly ProbedPlace[];
}

export interface ProbedMigration {
  readonly name: string;
  readonly statements: readonly PlannedStatement[];
  readonly findings: readonly Finding[];
}

/** A plan asks so much and no more; what is left is refused before anything runs, and named, when it is applied. */
const most = { probes: 4_000, characters: 1_000_000 };

export function listProbes(migrations: readonly ProbedMigration[]): readonly Probe[] {
  const probes = new Map<string, ProbedPlace[]>();
  let characters = 0;
  for (const place of migrations.flatMap(listPlaces)) {
    const shape = describeShape(place.text);
    const known = probes.get(shape);
    if (known !== undefined) known.push(place);
    else if (probes.size < most.probes && characters + place.text.length <= most.characters) {
      probes.set(shape, [place]);
      characters += place.text.length;
    }
  }
  return [...probes.values()].map((places) => ({ text: places[0]?.text ?? '', places }));
}

/** Statements that have a blocker already are left out. */
function listPlaces({ name, statements, findings }: ProbedMigration): readonly ProbedPlace[] {
  const keyOf = ({ line, sql }: Pick<Place, 'line' | 'sql'>) => `${line} ${sql}`;
  const blockers = findings.filter(({ kind }) => kind === 'blocker');
  const blocked = new Set(blockers.map(({ place }) => keyOf(place)));
  const whole = new Set(blocked.size === 0 ? [] : statements.map(keyOf));
  const parts = blockers.filter(({ place }) => !whole.has(keyOf(place)));
  const isBlocked = (statement: PlannedStatement) =>
    blocked.size > 0 && (blocked.has(keyOf(statement)) || parts.some((finding) => isWithin(finding, statement)));
  return statements
    .filter((statement) => statement.action === 'run' && !isBlocked(statement))
    .flatMap((statement) =>
      [...[...statement.before, ...statement.after].filter(isOfProduction), statement.sent]
        .filter(isProbed)
        .map((text) => ({ migration: name, statement, text })),
    );
}

/** A finding may be of one line of a long statement. */
function isWithin({ place: { line, sql: shown } }: Finding, { line: first, sql }: PlannedStatement): boolean {
  return (
    line !== null && shown !== null && line >= first && line < first + sql.split('\n').length && sql.includes(shown)
  );
}

/** Only a CREATE around a statement is production's own text; the other texts are this program's. */
function isOfProduction(text: string): boolean {
  return classify(text).type.startsWith('create-');
}

function isProbed(text: string): boolean {
  const kind = classify(text);
  // EXPLAIN of a PRAGMA needs the right to write; without it the server would answer none of the other questions either.
  if (kind.type === 'pragma' || (kind.type === 'explain' && mentionsName(text, 'pragma'))) return false;
  return !isPlainForm(text, kind);
}

function describeShape(sql: string): string {
  const literals = { string: "'", number: '0', blob: 'x' } as const;
  return tokenize(sql)
    .map(({ kind, text }) => (kind === 'string' || kind === 'number' || kind === 'blob' ? literals[kind] : text))
    .join(' ');
}

/**
 * Explained, a statement that writes is one that reads, for which a read-only token is enough. It is parsed all the same; names are
 * not looked up, so that what an earlier statement makes need not be there.
 */
export function buildProbe({ text }: Probe): Question {
  const explained = classify(text).type === 'explain' ? text : `EXPLAIN ${text}`;
  return { sql: explained, runs: 'never' };
}

/** Codes that say that the text is the reason; any other refusal proves nothing of it. */
const refusals: ReadonlySet<string> = new Set(['SQL_PARSE_ERROR', 'SQL_NO_STATEMENT', 'SQL_MANY_STATEMENTS']);

/** @param reply to `buildProbe`. */
export function judgeProbe({ places }: Probe, reply: Reply | undefined): readonly Finding[] {
  if (reply?.type !== 'error' || !refusals.has(reply.code)) return [];
  // The place that it names is one in the explained text.
  const said = reply.message.replace(/ at \(\d+, \d+\)$/, '');
  return places.map((place) => describeRefusal(place, said));
}

function describeRefusal({ migration, statement, text }: ProbedPlace, said: string): Finding {
  const { line, sql, sent } = statement;
  const args: ServerRefusesArgs =
    text === sent
      ? { what: 'parser', message: said }
      : { what: 'parser-recreated', message: said, sql: text, drop: findDroppedFirst(text) };
  return find(serverRefuses, 'blocker', { migration, line, sql }, args);
}

/** The object to drop before the rebuild, so that it need not be recreated. */
function findDroppedFirst(text: string): DroppedFirst | null {
  const kind = classify(text);
  switch (kind.type) {
    case 'create-view':
      return { type: 'view', name: kind.name };
    case 'create-trigger':
      return { type: 'trigger', name: kind.name };
    case 'create-index':
      return { type: 'index', name: kind.name };
    default:
      return null;
  }
}
