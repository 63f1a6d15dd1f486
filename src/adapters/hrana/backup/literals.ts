/** Rows of an answer as the values of an INSERT. */

import { isUtf8 } from 'node:buffer';
import { renderBlob, renderReal, renderText, renderTextBytes } from '../../../backup/literals.ts';
import type { Reading } from '../../../backup/tables.ts';
import type { WireValue } from '../messages.ts';

/** @returns a literal for each column; null where JSON did not carry a value: it has to be read as `bytes` then. */
export function renderRow(row: readonly WireValue[], reading: Reading): readonly string[] | null {
  const literals: string[] = [];
  const step = reading === 'plain' ? 1 : 2;
  for (let index = 0; index < row.length; index += step) {
    const value = row[index + step - 1];
    const literal = value && (reading === 'plain' ? renderPlain(value) : renderTyped(row[index], value));
    if (!literal) return null;
    literals.push(literal);
  }
  return literals;
}

/** Returns null for a value that does not fit its type: text of the server's choice must not become SQL. */
function renderPlain(value: WireValue): string | null {
  switch (value.type) {
    case 'null':
      return 'NULL';
    case 'integer':
      return /^-?\d{1,19}$/.test(value.value) ? value.value : null;
    case 'float':
      return typeof value.value === 'number' ? renderReal(value.value) : null;
    case 'text':
      if (typeof value.value !== 'string') return null;
      return value.value.includes('\0')
        ? renderTextBytes(Buffer.from(value.value).toString('hex'))
        : renderText(value.value);
    case 'blob':
      return typeof value.base64 === 'string' ? renderBlob(Buffer.from(value.base64, 'base64').toString('hex')) : null;
    default:
      return null;
  }
}

/** @param type what `typeof` said of a value that comes as its bytes, or as the word for an infinite number. */
function renderTyped(type: WireValue | undefined, value: WireValue): string | null {
  const name = type?.type === 'text' ? type.value : '';
  if (name === 'real' && value.type === 'text') {
    return renderReal(value.value === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  }
  if (name !== 'text' || value.type !== 'blob') return renderPlain(value);
  const bytes = Buffer.from(value.base64, 'base64');
  return isUtf8(bytes) && !bytes.includes(0)
    ? renderText(bytes.toString('utf8'))
    : renderTextBytes(bytes.toString('hex'));
}
