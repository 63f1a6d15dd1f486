/** Random texts made of what makes splitting hard. */

import fc from 'fast-check';

const fragments = [
  ...[
    'CREATE ',
    'create',
    ' TEMP ',
    'temporary ',
    'TRIGGER ',
    ' trigger',
    'EXPLAIN ',
    'END',
    ' end ',
    'BEGIN ',
    'CASE ',
  ],
  ...['SELECT ', 'a', ' b1 ', 'a.b', '1', '2.5 ', "x'3b' ", ':v ', '$w ', '?1 ', 'é', 'CREATE$', 'ENDS', '_END'],
  ...[';', '; ', ';;', ' ;\n', "'", '"', '`', '[', ']', "''", '""', "';'", '";"', '`;`', '[;]', "'--'", '"/*"'],
  ...['-', '--', '-- it;\n', '--\r\n', '/', '*', '/*', '*/', '/* " ; */', '/**/', '/*/', '->>'],
  ...[' ', '\n', '\r\n', '\r', '\t', '\f', '(', ')', ',', '=', '!', '\\'],
  ...['CREATE TRIGGER ', 'CREATE TEMP TRIGGER t BEGIN ', '; END;', ';end', 'END;', 'EXPLAIN QUERY PLAN CREATE '],
];

/**
 * Left out is what SQLite's parser and sqlite3_complete() read differently: a byte order mark, a vertical tab and
 * `$a(…)`, which sqlite3_complete() does not know, and what only an EXPLAIN with a syntax error would show.
 */
export const soup: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...fragments), { maxLength: 40 })
  .map((parts) => parts.join(''));
