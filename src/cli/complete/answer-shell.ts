/** `complete -- <words>`: what a shell asks at each TAB. It reads files only; no request is sent and no config file is run. */

import { type Answer, continueList, noAnswer, writeAnswer } from '../../complete/answer.ts';
import { type Candidate, findWanted, type Wanted } from '../../complete/wanted.ts';
import { packageManagers } from '../../init/package-manager.ts';
import type { CommandContext } from '../context.ts';
import { createOutlet } from '../outlet.ts';
import { readGrammar } from './grammar.ts';
import type { Typed } from './names.ts';

/** @param words behind `--`. Nothing is ever wrong here: then there is no word. */
export async function answerShell(context: CommandContext, words: readonly string[]): Promise<0> {
  const { stdout } = createOutlet(context, 'text');
  const wanted = findWanted(words.length === 0 ? [''] : words, readGrammar());
  const answer = await findAnswer(wanted, { context, words }).catch(() => noAnswer);
  stdout.write(writeAnswer(answer, wanted.typed));
  return 0;
}

/** Loaded only where one of them is asked for: it takes as long as all else. */
const loadNames = () => import('./names.ts');

interface Asked {
  readonly context: CommandContext;
  readonly words: readonly string[];
}

async function findAnswer(wanted: Wanted, asked: Asked): Promise<Answer> {
  switch (wanted.type) {
    case 'words':
      return offer(wanted.words);
    case 'operand':
      return offer(await listOperands(wanted.operand, readTyped(asked)));
    case 'value':
      return findValues(wanted, readTyped(asked));
  }
}

function offer(candidates: readonly Candidate[]): Answer {
  return { candidates, otherwise: 'nothing' };
}

async function listOperands(operand: string, typed: Typed): Promise<readonly Candidate[]> {
  switch (operand) {
    case 'migration':
    case 'name':
      return (await loadNames()).listMigrations(typed);
    case 'table':
      return (await loadNames()).listTables(typed);
    case 'command':
      return readGrammar().commands.map(({ name, says }) => ({ word: name, says }));
    case 'shell':
      return (await import('../../adapters/terminal/completion-scripts.ts')).shells.map((word) => ({
        word,
        says: 'its script',
      }));
    default:
      return [];
  }
}

async function findValues(
  { command, flag, typed: begun }: Extract<Wanted, { type: 'value' }>,
  typed: Typed,
): Promise<Answer> {
  switch (flag) {
    case '--to':
    case '--undo':
      return offer((await loadNames()).listMigrations(typed));
    case '--allow':
      return offer(await listConsents(command, begun, typed));
    case '--format':
      return offer(['text', 'markdown', 'json'].map((word) => ({ word, says: '' })));
    case '--package-manager':
      return offer(packageManagers.map((word) => ({ word, says: '' })));
    case '--rows':
      return offer([
        { word: 'none', says: 'ask production instead' },
        { word: '20000', says: 'the default' },
        { word: 'all', says: 'read every row' },
      ]);
    case '--target':
      return offer((await loadNames()).listTargets(typed));
    case '--env-file':
      return { candidates: (await loadNames()).listEnvFiles(typed), otherwise: 'files' };
    case '--schema':
    case '--migrations':
    case '--backup':
      return { candidates: [], otherwise: 'files' };
    default:
      return noAnswer;
  }
}

/** The codes of `apply` can name one migration, behind a colon. */
async function listConsents(command: string | null, begun: string, typed: Typed): Promise<readonly Candidate[]> {
  const codes = await import('../../findings/codes.ts');
  const own: Readonly<Record<string, readonly string[]>> = {
    apply: codes.consentCodes,
    backfill: codes.backfillConsentCodes,
    drift: codes.fixConsentCodes,
  };
  const last = begun.slice(begun.lastIndexOf(',') + 1);
  const [code = '', migration] = last.split(':');
  const words =
    migration !== undefined && command === 'apply'
      ? (await loadNames()).listMigrations(typed).map(({ word, says }) => ({ word: `${code}:${word}`, says }))
      : (own[command ?? ''] ?? []).map((word) => ({ word, says: '' }));
  return continueList(begun, words);
}

/** The options that say where things are; those that have no value yet count for nothing. */
function readTyped({ context, words }: Asked): Typed {
  const find = (name: string): string | undefined => {
    const index = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
    const value = words[index]?.startsWith(`${name}=`) ? words[index].slice(name.length + 1) : words[index + 1];
    return index === -1 || value === '' ? undefined : value;
  };
  const { cwd, env } = context;
  return { cwd, env, schema: find('--schema'), migrations: find('--migrations') };
}
