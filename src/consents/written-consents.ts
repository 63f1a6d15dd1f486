/** `migrate-prod.allow`: consents in a file beside a migration, each with its reason, where people review them. */

import { MigrateError } from '../errors.ts';
import { consentCodes } from '../findings/codes.ts';
import type { ConsentProblem, Migration, WrittenConsent } from '../history/migration.ts';
import { command, say } from '../text/prose.ts';
import { suggest } from '../text/suggest.ts';
import { findUnseen, nameCharacter } from '../text/unseen.ts';
import { explainNoConsent } from './consent.ts';

/** The parsed file. If it has any mistake, there are no consents, only the problems. */
type WrittenConsents = Required<Pick<Migration, 'consents' | 'consentProblems'>>;

interface WrittenPlace {
  /** The file's path as shown to people. */
  readonly path: string;
  /** The migration's name: it does not count as a reason. */
  readonly migration: string;
}

/**
 * Parses the text of the file: `code: reason` on each line; empty lines and comments that begin with `#` are allowed. A
 * byte order mark at the beginning is allowed, and so are lines that end with CR and LF. Any other invisible character
 * makes the file invalid, also in a comment, so that everybody sees the lines that are parsed. All mistakes are
 * reported, not only the first.
 */
export function parseWrittenConsents(text: string, place: WrittenPlace): WrittenConsents {
  const consents: WrittenConsent[] = [];
  const problems: ConsentProblem[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    const isComment = content === '' || content.startsWith('#');
    const parsed = isComment ? null : parseLine(content, place.migration, consents);
    const slip = parsed !== null && 'message' in parsed ? parsed : describeUnseen(raw);
    if (slip !== null) problems.push(locate(place.path, line, content, slip));
    else if (parsed !== null && 'code' in parsed) consents.push({ ...parsed, path: place.path, line });
  }
  return problems.length > 0 ? { consents: [], consentProblems: problems } : { consents, consentProblems: [] };
}

type Parsed = Pick<WrittenConsent, 'code' | 'reason'>;
type Slip = Pick<ConsentProblem, 'message' | 'next'>;

function parseLine(content: string, migration: string, before: readonly WrittenConsent[]): Parsed | Slip {
  const colon = content.indexOf(':');
  const word = (colon === -1 ? content : content.slice(0, colon)).trim();
  const reason = colon === -1 ? '' : content.slice(colon + 1).trim();
  const code = consentCodes.find((candidate) => candidate === word);
  if (code === undefined) return describeWord(word, colon);
  if (!isReadable(reason)) return { message: `allows ${code} without a reason`, next: showLine(code) };
  if (reason === migration || reason.startsWith(`${migration}:`) || /^\d{14}_\S*$/.test(reason)) {
    return {
      message: "has a migration's name as its reason; the file is for its own migration anyway",
      next: showLine(code),
    };
  }
  const twin = before.find((consent) => consent.code === code);
  if (twin) return { message: `allows ${code} again, after line ${twin.line}`, next: 'Make one line of the two.' };
  return { code, reason };
}

/** Some editors show a line end where there is none, or hide a character. */
function describeUnseen(line: string): Slip | null {
  const found = findUnseen(line);
  if (found === null) return null;
  return {
    message: `has an invisible character (${nameCharacter(found)})`,
    next: 'Remove it: end lines with LF or CR LF, and write plain text.',
  };
}

/** False for a reason of only spaces and invisible characters. */
function isReadable(reason: string): boolean {
  return /[\p{L}\p{N}]/u.test(reason.replaceAll(unseenLetters, ''));
}

/** Letters in Unicode that look blank: the fillers of Hangul. */
const unseenLetters = /[\u115f\u1160\u3164\uffa0]/g;

function describeWord(word: string, colon: number): Slip {
  const code = consentCodes.find((candidate) => word.startsWith(candidate) && /^\s/.test(word.slice(candidate.length)));
  if (code !== undefined) return { message: `has no colon after ${code}`, next: showLine(code) };
  const other = colon === -1 ? null : explainNoConsent(word);
  if (other !== null) return { message: `allows "${word}", which ${other}`, next: 'Remove the line.' };
  const near = suggest(word.replace(/^--allow[\s=]+/, ''), consentCodes);
  const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  const list = `Each line is "code: reason", the code one of ${consentCodes.join(', ')}.`;
  return {
    message: colon === -1 ? `says "${shown}", which is not "code: reason"` : `allows "${shown}", which is not a code`,
    next: near === null ? list : `Did you mean ${near}? ${showLine(near)}`,
  };
}

function showLine(code: string): string {
  return `Write it as "${code}: <why it is right>".`;
}

function locate(path: string, line: number, text: string, { message, next }: Slip): ConsentProblem {
  return { path, line, text, message, next };
}

/**
 * Checks the files of the migrations that are about to be planned. A broken file beside a migration that production
 * already has stops nothing: its consents are no longer needed.
 * @throws MigrateError CONSENT_FILE_INVALID
 */
export function checkWrittenConsents(migrations: readonly Migration[]): void {
  const [first, ...others] = migrations.flatMap(({ consentProblems }) => consentProblems ?? []);
  if (first === undefined) return;
  const more = others.length > 0 ? say` And ${others.length} more: ${command('check')} lists them all.` : '';
  const place = first.line === null ? first.path : `${first.path}:${first.line}`;
  const { path, line } = first;
  throw new MigrateError('CONSENT_FILE_INVALID', say`${place} ${first.message}.${more}`, first.next, {
    place: { path, line },
  });
}
