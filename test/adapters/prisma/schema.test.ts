import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPrismaSchema } from '../../../src/adapters/prisma/schema.ts';
import { parseBlocks } from '../../../src/adapters/prisma/schema-blocks.ts';
import { blankOlderSyntax } from '../../../src/adapters/prisma/schema-older.ts';
import { catchError, createFolder } from '../files/folder.ts';

const datasource = 'datasource db {\n  provider = "sqlite"\n}\n';
const customer = 'model Customer {\n  id Int @id\n}\n';
const order = 'model Order {\n  id Int @id\n}\n';

const read = (root: string, path: string | null, cwd = root) =>
  readPrismaSchema({ path: path === null ? null : join(root, path), root, cwd, externalTables: [] });

describe('a schema', () => {
  test('is one file, shown relative to the current directory', () => {
    const root = createFolder({ 'prisma/schema.prisma': datasource + customer, 'app/x': '' });
    expect(read(root, 'prisma/schema.prisma').files).toEqual([
      { path: 'prisma/schema.prisma', content: datasource + customer },
    ]);
    expect(read(root, 'prisma/schema.prisma', join(root, 'app')).files[0]?.path).toBe('../prisma/schema.prisma');
  });

  test('is every .prisma file of a folder, at any depth and in order', () => {
    const root = createFolder({
      'db/z.prisma': datasource,
      'db/models/b.prisma': order,
      'db/models/a.prisma': customer,
      'db/migrations/1_one/migration.sql': '',
      'db/notes.prisma.txt': 'model Note {',
    });
    expect(read(root, 'db').files.map(({ path }) => path)).toEqual([
      'db/models/a.prisma',
      'db/models/b.prisma',
      'db/z.prisma',
    ]);
  });

  test('is followed through symbolic links, each file once', () => {
    const root = createFolder({
      'db/schema.prisma': datasource,
      'shared/a.prisma': customer,
      'one.prisma': order,
    });
    symlinkSync(join(root, 'shared'), join(root, 'db/shared'));
    symlinkSync(join(root, 'one.prisma'), join(root, 'db/linked.prisma'));
    symlinkSync(join(root, 'db'), join(root, 'db/again'));
    const paths = read(root, 'db').files.map(({ path }) => path);
    expect([...paths].sort()).toEqual(['db/schema.prisma', 'one.prisma', 'shared/a.prisma']);
  });

  test('is read past links that lead nowhere and are no schema, such as the locks of an editor', () => {
    const root = createFolder({ 'db/schema.prisma': datasource + customer, 'db/.hidden.prisma': order });
    symlinkSync('somebody@example.com.4711', join(root, 'db/.#schema.prisma'));
    symlinkSync(join(root, 'gone'), join(root, 'db/notes.md'));
    const paths = read(root, 'db').files.map(({ path }) => path);
    expect(paths).toEqual(['db/.hidden.prisma', 'db/schema.prisma']);
  });

  test('may begin with a byte order mark, and keeps the names of external tables', () => {
    const root = createFolder({ 'schema.prisma': `\uFEFF${datasource}${customer}` });
    const path = join(root, 'schema.prisma');
    const schema = readPrismaSchema({ path, root, cwd: root, externalTables: ['Legacy'] });
    expect(schema).toEqual({
      files: [{ path: 'schema.prisma', content: datasource + customer }],
      externalTables: ['Legacy'],
    });
  });
});

describe('a schema is refused', () => {
  test.each([
    ['no schema', {}, null, 'No Prisma schema was found (looked in .). Nothing was written.'],
    ['a file that is not there', {}, 'prisma/schema.prisma', 'The Prisma schema prisma/schema.prisma does not exist.'],
    ['a folder without a schema', { 'db/a.txt': '' }, 'db', 'The folder db has no .prisma file in it.'],
  ])('as not found: %s', async (_what, files, path, message) => {
    const error = await catchError(() => read(createFolder(files), path));
    expect(error.code).toBe('SCHEMA_NOT_FOUND');
    expect(error.message).toContain(message);
    expect(error.next).toContain('--schema');
  });

  test('as not found when a part of it cannot be read', async () => {
    const root = createFolder({ 'db/schema.prisma': datasource + customer });
    for (const name of ['gone.prisma', 'models']) {
      symlinkSync(join(root, 'gone'), join(root, 'db', name));
      const error = await catchError(() => read(root, 'db'));
      expect(error.code).toBe('SCHEMA_NOT_FOUND');
      expect(error.message).toBe(
        `db/${name}, a part of the Prisma schema, cannot be read: ENOENT: no such file or directory. Nothing was written.`,
      );
      rmSync(join(root, 'db', name));
    }
  });

  test.each<[string, Uint8Array, string]>([
    ['Latin-1', Buffer.from(`// größe\n${datasource}${customer}`, 'latin1'), 'a byte is not UTF-8, at byte 5'],
    ['UTF-16', Buffer.from(`\uFEFF${datasource}${customer}`, 'utf16le'), 'it was saved as UTF-16, at byte 0'],
    ['a NUL byte', Buffer.from(`//\0\n${datasource}${customer}`), 'it has a NUL byte, at byte 2'],
  ])('when a file of it is no text: %s', async (_, bytes, reason) => {
    const error = await catchError(() => read(createFolder({ 'db/a.prisma': bytes }), 'db'));
    expect(error.code).toBe('SCHEMA_INVALID');
    expect(error.message).toBe(`db/a.prisma is not UTF-8 text: ${reason}. Nothing was written.`);
    expect(error.next).toContain('Save db/a.prisma as UTF-8');
  });

  test.each([
    ['one file', { 'schema.prisma': datasource }, 'schema.prisma', 'schema.prisma has no model, so every table'],
    ['a commented model', { 'a.prisma': `${datasource}/*\n${customer}*/\n// ${order}` }, 'a.prisma', 'has no model'],
    ['an enum and a view', { 'a.prisma': `${datasource}enum E {\n  A\n}\nview V {\n}\n` }, 'a.prisma', 'has no model'],
    [
      'a folder',
      { 'db/a.prisma': datasource, 'db/b.prisma': '' },
      'db',
      'db has no model (files read: db/a.prisma, db/b.prisma), so ',
    ],
  ])('when it would drop every table: %s', async (_what, files, path, message) => {
    const error = await catchError(() => read(createFolder(files), path));
    expect(error.code).toBe('SCHEMA_INVALID');
    expect(error.message).toContain(message);
    expect(error.message).toContain('every table would be dropped');
  });

  test('when nothing says which database it is for', async () => {
    const error = await catchError(() => read(createFolder({ 'a.prisma': customer }), 'a.prisma'));
    expect(error.code).toBe('SCHEMA_INVALID');
    expect(error.message).toContain('a.prisma has no datasource block');
  });

  test('when it is for another database', async () => {
    const postgres =
      '/// provider = "sqlite"\ndatasource db {\n  // provider = "sqlite"\n  provider = "postgresql"\n}\n';
    const root = createFolder({ 'db/a.prisma': customer, 'db/b.prisma': postgres });
    const error = await catchError(() => read(root, 'db'));
    expect(error.code).toBe('PROVIDER_UNSUPPORTED');
    expect(error.message).toContain('db/b.prisma is for the provider "postgresql"');
  });
});

describe('Prisma 8', () => {
  const schema = { 'app/schema.prisma': datasource + customer };
  const refuse = (files: Record<string, string>) => {
    const root = createFolder({ ...schema, ...files });
    return catchError(() =>
      readPrismaSchema({
        path: join(root, 'app/schema.prisma'),
        root: join(root, 'app'),
        cwd: root,
        externalTables: [],
      }),
    );
  };

  test.each([
    ['node_modules/prisma/package.json', '{"version":"8.0.0-rc.1"}', '8.0.0-rc.1'],
    ['app/node_modules/prisma/package.json', '{"version":"10.1.0"}', '10.1.0'],
    ['package.json', '{"devDependencies":{"prisma":"^8.0.0"}}', '^8.0.0'],
    ['app/package.json', '{"dependencies":{"prisma":"workspace:~8.1"}}', 'workspace:~8.1'],
  ])('is refused where %s says so', async (file, text, version) => {
    const error = await refuse({ [file]: text });
    expect(error.code).toBe('PRISMA_UNSUPPORTED');
    expect(error.message).toContain(`Prisma ${version} (${file})`);
    expect(error.next).toContain('npm install prisma@7 @prisma/client@7');
  });

  test.each([
    [
      {
        'app/node_modules/prisma/package.json': '{"version":"7.10.0"}',
        'app/package.json': '{"dependencies":{"prisma":"8"}}',
      },
    ],
    [{ 'app/package.json': '{"dependencies":{"prisma":"6.19.0"}}', 'package.json': '{"dependencies":{"prisma":"8"}}' }],
    [{ 'app/package.json': '{"dependencies":{"prisma":">=6"}}' }],
    [{ 'app/package.json': '{"dependencies":{"prisma":"^7 || ^8"}}' }],
    [{ 'app/package.json': '{"dependencies":{"prisma":"<9"}}' }],
    [{ 'app/package.json': '{"dependencies":{"prisma":"latest"}}' }],
    [{ 'app/package.json': '{ not json' }],
  ])('is not seen in %j', (files) => {
    const root = createFolder({ ...schema, ...files });
    const path = join(root, 'app/schema.prisma');
    const { length } = readPrismaSchema({ path, root: join(root, 'app'), cwd: root, externalTables: [] }).files;
    expect(length).toBe(1);
  });
});

describe('what Prisma 7 refuses', () => {
  /** The text of one block before and after, `~` standing for a blank. */
  test.each([
    ['url = env("URL")', '~~~~~~~~~~~~~~~~'],
    ['url="file:./dev.db" // the old place', '~~~~~~~~~~~~~~~~~~~ // the old place'],
    ['url = "//x" /* y */', '~~~~~~~~~~~ /* y */'],
    ['directUrl\t=\tenv("URL")', '~~~~~~~~~~~~~~~~~~~~~~'],
    ['shadowDatabaseUrl = "a\\"b"', '~~~~~~~~~~~~~~~~~~~~~~~~~~'],
    ['// url = "x"', '// url = "x"'],
    ['/// url = "x"', '/// url = "x"'],
    ['/* url = "x"\n url = "y" */', '/* url = "x"\n url = "y" */'],
    ['urls = "x"', 'urls = "x"'],
    ['provider = "url"', 'provider = "url"'],
    ['relationMode = "prisma"', 'relationMode = "prisma"'],
  ])('is blank in a datasource: %s', (before, after) => {
    const block = (line: string) => `datasource db {\n  ${line}\n}\n`;
    expect(blankOlderSyntax(block(before))).toBe(block(after.replaceAll('~', ' ')));
  });

  test.each([
    ['previewFeatures = ["metrics"]', '~~~~~~~~~~~~~~~~~~~~~~~~~~~~~'],
    ['previewFeatures = "metrics"', '~~~~~~~~~~~~~~~~~~~~~~~~~~~'],
    ['previewFeatures = ["views", "metrics"]', 'previewFeatures = ["views"]~~~~~~~~~~~'],
    [
      'previewFeatures = ["driverAdapters", "partialIndexes"] // x',
      'previewFeatures = ["partialIndexes"]~~~~~~~~~~~~~~~~~~ // x',
    ],
    ['previewFeatures = ["views", "x", "partialIndexes"]', 'previewFeatures = ["views","partialIndexes"]~~~~~~'],
    ['previewFeatures = ["views", "partialIndexes"]', 'previewFeatures = ["views", "partialIndexes"]'],
    ['previewFeatures = []', 'previewFeatures = []'],
    ['previewFeatures = env("X")', 'previewFeatures = env("X")'],
    ['binaryTargets = ["native"]', 'binaryTargets = ["native"]'],
    ['url = env("URL")', 'url = env("URL")'],
  ])('is blank in a generator: %s', (before, after) => {
    const block = (line: string) => `generator client {\n  ${line}\n}\n`;
    expect(blankOlderSyntax(block(before))).toBe(block(after.replaceAll('~', ' ')));
  });

  test('is left alone in a model, whatever its fields are called', () => {
    const text = 'model datasource {\n  url String // {\n  datasource String @default("}")\n  generator Int\n}\n';
    expect(blankOlderSyntax(text)).toBe(text);
  });

  test('keeps every line and column where it was, in any text', () => {
    const pieces = [
      'datasource db {',
      'generator g {',
      '}',
      'url = "x"',
      'previewFeatures = ["views", "é"]',
      '"',
      '/*',
      '*/',
    ];
    const piece = fc.oneof(fc.constantFrom(...pieces, '//', ' ', '\n', '\r\n', '=', '[', 'é'), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const lengths = (whole: string) => whole.split('\n').map((line) => line.length);
        expect(lengths(blankOlderSyntax(text))).toEqual(lengths(text));
      }),
    );
  });
});

test('blocks are found as Prisma finds them: by lines', () => {
  const text = `model A { // url {\n  x String @default("{")\n  } generator g {\r\n  a = "1" // "2"\r\n  b = [1, x]\r}\n model B\n{\n}`;
  const found = parseBlocks(text).map(({ keyword, name, assignments }) => [
    keyword,
    name,
    assignments.map((assignment) => [assignment.name, text.slice(assignment.start, assignment.end)]),
  ]);
  expect(found).toEqual([
    ['model', 'A', []],
    [
      'generator',
      'g',
      [
        ['a', 'a = "1"'],
        ['b', 'b = [1, x]'],
      ],
    ],
  ]);
});
