/** `pragma-left-out`: a PRAGMA that is not run, because nothing depends on it. */

import { defineFinding, type Found } from './finding.ts';

/** Why nothing depends on it: it only sets how the engine works; it only reads; or it asks for what is already so. */
export type LeftOutPragma = 'tunes' | 'reads' | 'is-so';

export interface PragmaLeftOutArgs {
  readonly pragma: string;
  readonly because: LeftOutPragma;
}

export const pragmaLeftOut = defineFinding({
  code: 'pragma-left-out',
  kinds: ['note'],
  title: 'a PRAGMA is not run, because nothing depends on it',
  say: ({ args: { pragma, because } }: Found<'pragma-left-out', 'note', PragmaLeftOutArgs>) =>
    `PRAGMA ${pragma} is left out: ${leftOutWords[because]}.`,
  why: () =>
    'A libSQL server refuses it, or it does nothing inside a transaction. The migration makes the same without it.',
});

/** Each stands after a colon, or alone. */
export const leftOutWords: Readonly<Record<LeftOutPragma, string>> = {
  tunes: 'it sets how the engine works, not what the database holds',
  reads: 'it only reads',
  'is-so': 'it asks for what is already so',
};
