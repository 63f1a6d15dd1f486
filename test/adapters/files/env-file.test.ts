import { expect, test } from 'vitest';
import { parseEnvFile } from '../../../src/adapters/files/env-file.ts';

test.each([
  ['a plain value', 'A=1', { A: '1' }],
  ['white space around', '  A \t=  x y  \n', { A: 'x y' }],
  ['an exported value, with a tab too', 'export A=1\nexport\tB=2', { A: '1', B: '2' }],
  ['a byte order mark', '\ufeffA=1', { A: '1' }],
  ['Windows line ends', 'A=1\r\nB="2"\r\n', { A: '1', B: '2' }],
  ['old Macintosh line ends', 'A=1\rB=2', { A: '1', B: '2' }],
  ['comments', '# A=0\nA=1 # one\nB="2 # two" # three\n  # end', { A: '1', B: '2 # two' }],
  ['quotes of three kinds', 'A="a b"\nB=\'c d\'\nC=`e f`', { A: 'a b', B: 'c d', C: 'e f' }],
  ['line ends written out, between double quotes only', 'A="a\\nb"\nB=\'a\\nb\'', { A: 'a\nb', B: 'a\\nb' }],
  ['a value over several lines', 'A="a\nb=c"\nB=1', { A: 'a\nb=c', B: '1' }],
  ['an empty value, which does not take the next line', 'A=\nB=1\nC=""\n', { A: '', B: '1', C: '' }],
  ['equals signs in a value', 'A=b=c==', { A: 'b=c==' }],
  ['an address', 'A=libsql://x.turso.io?tls=0', { A: 'libsql://x.turso.io?tls=0' }],
  ['a quote without its partner', 'A="b\nC=1', { A: '"b', C: '1' }],
  ['a quote that its line does not close', 'A="b\nC="d"\nE=1', { A: '"b', C: 'd', E: '1' }],
  ['lines of no form, which hide nothing after them', 'hello\nK: 2\nA=1\n=x\n', { A: '1' }],
  ['the last of several', 'A=1\nA=2', { A: '2' }],
  ['nothing', '', {}],
])('reads %s', (_what, text, variables) => {
  expect(Object.fromEntries(parseEnvFile(text))).toEqual(variables);
});
