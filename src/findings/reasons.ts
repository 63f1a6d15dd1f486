/** Sentences that the reasons and the safe ways of several findings share. */

import type { WayVariant } from './way.ts';

export const failsAtFirst = 'The statement fails at the first such row, and the migration is rolled back.';

export const keysAreOn = 'Foreign keys are on in this file';

/** For statements by which an id is given to another row. */
export const idsMeanOthers = 'A link, a log or another system that still has such an id then means another row.';

export const runsWholly = 'Each migration still runs completely or not at all.';

/** The safe way if a file needs foreign keys to be off. */
export const switchKeysOff: WayVariant = {
  text: '-- around the statements of the file:\nPRAGMA foreign_keys=OFF;\n…\nPRAGMA foreign_keys=ON;',
  edits: [
    { at: 'first', sql: 'PRAGMA foreign_keys=OFF;' },
    { at: 'last', sql: 'PRAGMA foreign_keys=ON;' },
  ],
  isOpen: false,
  allowed: {},
};
