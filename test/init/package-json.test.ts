import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addEntries, parsePackage } from '../../src/init/package-json.ts';

const script = [['migrate:status', 'migrate-prod status']] as const;
const dependency = [['migrate-prod', '0.1.0']] as const;

describe('package.json', () => {
  test('gets a field that it has not, with its own indentation', () => {
    expect(addEntries('{\n  "name": "shop"\n}\n', 'scripts', script)).toBe(
      '{\n  "name": "shop",\n  "scripts": {\n    "migrate:status": "migrate-prod status"\n  }\n}\n',
    );
    expect(addEntries('{\n\t"name": "shop"\n}', 'scripts', script)).toBe(
      '{\n\t"name": "shop",\n\t"scripts": {\n\t\t"migrate:status": "migrate-prod status"\n\t}\n}',
    );
  });

  test('keeps CRLF line ends and a byte order mark', () => {
    expect(addEntries('\ufeff{\r\n  "scripts": {\r\n    "a": "b"\r\n  }\r\n}\r\n', 'scripts', script)).toBe(
      '\ufeff{\r\n  "scripts": {\r\n    "a": "b",\r\n    "migrate:status": "migrate-prod status"\r\n  }\r\n}\r\n',
    );
  });

  test('gets a dependency where it belongs in a sorted list, else behind the last one', () => {
    const file = (names: readonly string[]) =>
      `{\n  "devDependencies": {\n${names.map((name) => `    "${name}": "1.0.0"`).join(',\n')}\n  }\n}\n`;
    const order = (names: readonly string[]) =>
      Object.keys(JSON.parse(addEntries(file(names), 'devDependencies', dependency)).devDependencies);
    expect(order(['a', 'prisma'])).toEqual(['a', 'migrate-prod', 'prisma']);
    expect(order(['n', 'prisma'])).toEqual(['migrate-prod', 'n', 'prisma']);
    expect(order(['a', 'b'])).toEqual(['a', 'b', 'migrate-prod']);
    expect(order(['z', 'a'])).toEqual(['z', 'a', 'migrate-prod']);
    expect(order([])).toEqual(['migrate-prod']);
  });

  test('gets a script where it counts, if a field stands there twice', () => {
    const text = addEntries('{ "scripts": { "a": "1" }, "scripts": { "b": "2" } }', 'scripts', script);
    expect(parsePackage(text, 'migrate-prod')?.scripts).toEqual(['b', 'migrate:status']);
  });

  test('on one line stays on one line', () => {
    expect(addEntries('{"name":"shop","scripts":{"a":"b"}}', 'scripts', script)).toBe(
      '{"name":"shop","scripts":{"a":"b", "migrate:status": "migrate-prod status"}}',
    );
    expect(addEntries('{}', 'scripts', script)).toBe('{ "scripts": { "migrate:status": "migrate-prod status" } }');
  });

  test('has everything that it had, whatever it is', () => {
    const content = fc.dictionary(
      fc.constantFrom('name', 'scripts', 'devDependencies', 'x{"', 'files', '\\"'),
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.string())),
    );
    fc.assert(
      fc.property(
        content,
        fc.constantFrom('scripts', 'devDependencies'),
        fc.constantFrom(0, 1, 2, '\t'),
        (object, field, space) => {
          const own = object[field];
          const isList = typeof own === 'object' && own !== null && !Array.isArray(own);
          fc.pre((own === undefined || isList) && !(isList && Object.hasOwn(own, 'added')));
          const before = JSON.parse(JSON.stringify(object));
          const after = JSON.parse(addEntries(JSON.stringify(object, null, space), field, [['added', 'yes']]));
          expect(after).toEqual({ ...before, [field]: { ...before[field], added: 'yes' } });
        },
      ),
    );
  });

  test('is read: how this program is a dependency of it, and its scripts', () => {
    expect(
      parsePackage('\ufeff{"dependencies":{"migrate-prod":"file:../m"},"scripts":{"a":"b"}}', 'migrate-prod'),
    ).toEqual({
      dependency: 'file:../m',
      scripts: ['a'],
    });
    expect(parsePackage('{}', 'migrate-prod')).toEqual({ dependency: null, scripts: [] });
    for (const text of ['', '[]', '{', 'null', '{"a":1,}', '{"scripts":[]}', '{"devDependencies":"x"}'])
      expect(parsePackage(text, 'migrate-prod')).toBeNull();
  });
});
