/** The values of options: checked before anything is opened. */

import { splitAllowed } from '../consents/allow-list.ts';
import { MigrateError } from '../errors.ts';
import { parseRowsSetting, type RowsSetting } from '../rows/fetch/query.ts';
import { suggest } from '../text/suggest.ts';
import { longestTimeoutSeconds } from '../wiring.ts';

/** @throws MigrateError USAGE */
export function parseTimeout(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds > 0 && seconds <= longestTimeoutSeconds) return seconds;
  throw new MigrateError(
    'USAGE',
    `--timeout takes a number of seconds above 0, up to ${longestTimeoutSeconds}; it was given ${value}.`,
    'For example --timeout 60',
  );
}

/** @throws MigrateError USAGE */
export function parseRows(value: string): RowsSetting {
  const rows = parseRowsSetting(value);
  if (rows !== null) return rows;
  throw new MigrateError(
    'USAGE',
    `--rows takes none, all, or a number of rows up to 1,000,000; it was given ${value}.`,
    'For example --rows 5000',
  );
}

/**
 * The consents that a command knows by name.
 * @param texts as they were typed: a name, or several with commas between them. @param command as it is typed.
 * @throws MigrateError USAGE
 */
export function parseAllowed<Code extends string>(
  texts: readonly string[],
  codes: readonly Code[],
  command: string,
): readonly Code[] {
  const words = texts.flatMap((text) => splitAllowed(text, codes));
  return [...new Set(words.map((word) => parseOneAllowed(word, codes, command)))];
}

function parseOneAllowed<Code extends string>(word: string, codes: readonly Code[], command: string): Code {
  const code = codes.find((candidate) => candidate === word);
  if (code) return code;
  const near = suggest(word, codes);
  throw new MigrateError(
    'USAGE',
    `There is nothing called "${word}" for ${command} to allow.`,
    near === null ? `${command} allows by name: ${codes.join(', ')}.` : `Did you mean --allow ${near}?`,
  );
}

const formats = ['text', 'markdown', 'json'] as const;

/** Other names of the formats. */
const otherFormats: ReadonlyMap<string, (typeof formats)[number]> = new Map([
  ['md', 'markdown'],
  ['github', 'markdown'],
  ['plain', 'text'],
  ['terminal', 'text'],
]);

/**
 * How `plan` is written, where it is not JSON.
 * @param typed what `--format` was given. @param chosen JSON where that, or `--json`, asks for it.
 * @throws MigrateError USAGE
 */
export function parseFormat(typed: string | undefined, chosen: 'text' | 'json'): 'text' | 'markdown' {
  const format = typed === undefined ? chosen : formats.find((candidate) => candidate === typed);
  if (format === undefined) {
    const near = otherFormats.get(typed?.toLowerCase() ?? '') ?? suggest(typed ?? '', formats);
    throw new MigrateError(
      'USAGE',
      `--format takes ${formats.join(', ')}; it was given ${typed}.`,
      near === null ? 'For example --format markdown' : `Did you mean --format ${near}?`,
    );
  }
  if (chosen === 'json' && format !== 'json') {
    throw new MigrateError('USAGE', `--format ${format} and --json contradict each other.`, 'Pass one of them.');
  }
  return format === 'markdown' ? 'markdown' : 'text';
}
