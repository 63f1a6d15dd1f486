/** `drops-trigger`, `drops-index`: a table is recreated without its trigger or its index. */

import type { SchemaObject } from '../schema/model/objects.ts';
import { defineFinding, type Found } from './finding.ts';
import { pointsToGone } from './rehearsal-failed.ts';
import { tryable, wayOf } from './way.ts';

export type DropsAttachedArgs =
  | {
      /** It is dropped with its table, and only the table is created again. */
      readonly what: 'not-recreated';
      readonly object: AttachedObject;
      /** The table's name at the end of the migration. */
      readonly table: string;
      readonly anew: string | null;
    }
  /** A rebuild would preserve it, but it does not fit the new table. */
  | {
      readonly what: 'no-place';
      readonly object: AttachedObject;
      /** The error in the engine's words. */
      readonly reason: string;
      readonly anew: string | null;
    }
  /** A trigger that still refers to its table under a name that no longer exists. */
  | {
      readonly what: 'points-to-gone';
      readonly object: AttachedObject;
      /** The table that it is on. */
      readonly table: string;
      readonly gone: string;
    };

/** As in production. `anew` creates it under another name, because SQLite reserves its own. */
export type AttachedObject = Pick<SchemaObject, 'type' | 'name' | 'table' | 'sql'>;

type DropsAttached = Found<'drops-trigger' | 'drops-index', 'hazard', DropsAttachedArgs>;

const words = {
  look: { shows: 'object' },
  say: ({ args, tried }: DropsAttached) => {
    const { type, name } = args.object;
    // What the message says to add was tried as its way.
    const isMisfit = tried?.[0] === null;
    switch (args.what) {
      case 'not-recreated':
        return `"${args.table}" is dropped and recreated, but its ${type} "${name}" is not. ${isMisfit ? inOtherForm : args.anew === null ? 'To keep it, add this at the end of the file:' : underAnotherName}`;
      case 'no-place': {
        const drops = `The rebuild drops the ${type} "${name}" of "${args.object.table}"`;
        return args.anew === null
          ? `${drops}, which cannot be preserved: ${args.reason}. ${inOtherForm}`
          : `${drops}. ${isMisfit ? inOtherForm : underAnotherName}`;
      }
      case 'points-to-gone':
        return `The trigger "${name}" of "${args.table}" ${pointsToGone(args.gone)}. To fix it, drop it and add this at the end of the file:`;
    }
  },
  why: ({ args }: DropsAttached) =>
    args.what === 'points-to-gone'
      ? 'Every statement that fires a trigger fails if the trigger names a table that does not exist.'
      : 'DROP TABLE silently drops triggers and indexes too. What they wrote, checked or made fast is missing afterwards.',
  way: ({ args }: DropsAttached) => {
    if (args.what === 'points-to-gone') return null;
    if (args.anew !== null)
      return wayOf([tryable('-- at the end of the file:', [{ at: 'last', sql: `${args.anew};` }])]);
    if (args.what === 'no-place') return null;
    return wayOf([{ ...tryable('', [{ at: 'last', sql: `${args.object.sql};` }]), text: '' }]);
  },
  shown: ({ args }: DropsAttached) => args.object.sql,
} as const;

export const dropsTrigger = defineFinding({
  code: 'drops-trigger',
  kinds: ['hazard'],
  title: 'a table is recreated without its trigger',
  ...words,
});

export const dropsIndex = defineFinding({
  code: 'drops-index',
  kinds: ['hazard'],
  title: 'a table is recreated without its index',
  ...words,
});

const inOtherForm = 'If you still need it, add it at the end of the file in a form that works.';

const underAnotherName =
  'SQLite does not create anything under a name that begins with sqlite_. If you still need it, create it under another name at the end of the file.';
