/** What is wrong with a file whose text is no SQL, in sentences. */

import type { BrokenText } from '../sql/broken.ts';
import { quoteText } from '../sql/identifiers.ts';

/** @param json a JSON default that stands in the statement without quotes, as Prisma writes it: then that is the reason. */
export function explainBrokenText(fault: BrokenText, json: string | null): string {
  const says = sayFault(fault);
  return json === null ? says : `${says} A JSON default goes into single quotes: DEFAULT ${quoteText(json)}.`;
}

function sayFault(fault: BrokenText): string {
  switch (fault.what) {
    case 'open-comment':
      return 'A comment begins here and never ends: nothing after it would be run, and nothing would say so. Close it with */.';
    case 'open-text':
      return "A text begins here and never ends, so that the rest of the file belongs to it. A ' inside of a text is written twice.";
    case 'open-name':
      return 'A quoted name begins here and never ends, so that the rest of the file belongs to it.';
    case 'open-trigger':
      return `The trigger ${fault.name} never ends, so that the rest of the file belongs to it. Its body ends with END;`;
    case 'odd-blob':
      return "x'…' takes pairs of hexadecimal digits, and nothing else.";
    case 'number':
      return `${fault.token} is no number; a name that begins with a digit goes in double quotes.`;
    case 'character':
      return `SQLite knows no ${fault.token} outside of quotes.`;
  }
}
