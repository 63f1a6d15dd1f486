/** Rows of an answer as the values of an INSERT. */

import { isUtf8 } from 'node:buffer';
import { renderBlob, renderReal, renderText, renderTextBytes } from '../../core/backup/literals.ts';
import type { Reading } from '../../core/backup/tables.ts';
import type { WireValue } from './messages.ts';

/** @returns null where JSON did not carry a value; it has to be read as `bytes` then. */
export function renderRow(row: readonly WireValue[], reading: Reading): string | null {
  const literals: string[] = [];
  const step = reading === 'plain' ? 1 : 2;
  for (let index = 0; index < row.length; index += step) {
    const value = row[index + step - 1];
    const literal = value && (reading === 'plain' ? renderPlain(value) : renderTyped(row[index], value));
    if (!literal) return null;
    literals.push(literal);
  }
  return `(${literals.join(',')})`;
}

function renderPlain(value: WireValue): string | null {
  switch (value.type) {
    case 'null':
      return 'NULL';
    case 'integer':
      return value.value;
    case 'float':
      return value.value === null ? null : renderReal(value.value);
    case 'text':
      return value.value.includes('\0')
        ? renderTextBytes(Buffer.from(value.value).toString('hex'))
        : renderText(value.value);
    case 'blob':
      return renderBlob(Buffer.from(value.base64, 'base64').toString('hex'));
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
