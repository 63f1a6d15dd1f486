/** Explains what is wrong with a file whose text is not SQL. */

import type { BrokenText } from '../sql/broken.ts';
import { quoteText } from '../sql/identifiers.ts';

/** @param json a JSON default without quotes, as Prisma writes it; if there is one, it is the reason */
export function explainBrokenText(fault: BrokenText, json: string | null): string {
  const says = sayFault(fault);
  return json === null ? says : `${says} Put a JSON default in single quotes: DEFAULT ${quoteText(json)}.`;
}

function sayFault(fault: BrokenText): string {
  switch (fault.what) {
    case 'open-comment':
      return 'A comment begins here and never ends: everything after it would silently not run. Close it with */.';
    case 'open-text':
      return "A text begins here and never ends: the rest of the file belongs to it. Inside a text, write ' twice.";
    case 'open-name':
      return 'A quoted name begins here and never ends: the rest of the file belongs to it.';
    case 'open-trigger':
      return `The trigger ${fault.name} never ends: the rest of the file belongs to it. Its body ends with END;`;
    case 'odd-blob':
      return "x'…' takes pairs of hexadecimal digits only.";
    case 'number':
      return `${fault.token} is not a number. Put a name that begins with a digit in double quotes.`;
    case 'character':
      return `SQLite does not know ${fault.token} outside of quotes.`;
  }
}
