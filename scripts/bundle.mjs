/**
 * Makes the command of src: scripts in dist, because one file loads faster than 200, and because Node keeps scripts compiled.
 * `bin.cjs` starts it, `command.cjs` reads the command line and answers `--help`, `operations.cjs` is what the commands do,
 * `setup.cjs` what a project is set up with, which no other command loads; `shell.cjs` answers a TAB, and `shell-scripts.cjs` has the
 * scripts that shells load. The library is one script too, `library.js`.
 */

import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { rolldown } from 'rolldown';
import { explain, root } from './install.mjs';

const input = (name) => join(root, 'src', `${name}.ts`);

/** Installed beside the command; all else is in it. */
const external = [/^libsql(\/|$)/, /^@prisma\//, 'jiti'];

/** What is bundled has to bring its licence. @param modules of one script, absolute. */
function readNotices(modules) {
  const folders = modules.flatMap(
    (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/'))?.[0] ?? [],
  );
  return [...new Set(folders)].sort().map(readNotice).join('');
}

function readNotice(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((candidate) => /^licen[cs]e/i.test(candidate));
  if (file === undefined && license !== 'MIT')
    throw new Error(`${name} has no file with its licence, which has to come along.`);
  if (file === undefined)
    return `/*! This file contains ${name} ${version}, under the MIT License:\n\nCopyright (c) ${author}\n\n${mit}\n*/\n`;
  return `/*! This file contains ${name} ${version}:\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n*/\n`;
}

/** Packages that only a command loads which is run once, and the code of that command. */
const setup =
  /\/node_modules\/(?!@bomb\.sh\/)|\/src\/(?:init|adapters\/init)\/|\/cli\/(?:commands|report\/text)\/init|\/terminal\/wizard\.ts$/;

/** Of packages that say MIT, and have no file with the text. */
const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const lateModules = 'child_process|crypto|fs/promises|http|https|os|readline|timers/promises|tty|worker_threads';

/** Half of Node's modules are not in its snapshot and take a millisecond each: whoever uses one first loads it. */
function loadLater(code) {
  const requires = new RegExp(`\\b(?:let|const) (\\w+) = require\\(("node:(?:${lateModules})")\\);`, 'g');
  if (!requires.test(code)) return code;
  return `${code.replace(requires, 'const $1 = loadLate($2);')}
function loadLate(name) {
  return new Proxy({}, { get: (_, key) => require(name)[key] });
}
`;
}

/** A script of ASCII alone is read faster, and held in half the memory. */
function escapeOthers(code) {
  const kept = /\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f]/.exec(code);
  if (kept) throw new Error(`This text would change if it were escaped: ${kept[0]}`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What the command line needs before a command is chosen: all that it reaches without a dynamic import. */
function findReached(getModule, entry) {
  const reached = new Set();
  const visit = (id) => {
    if (reached.has(id)) return;
    reached.add(id);
    for (const imported of getModule(id)?.importedIds ?? []) visit(imported);
  };
  visit(entry);
  return reached;
}

async function bundleCommand() {
  let reached = new Set();
  const reading = {
    name: 'reading',
    buildEnd() {
      reached = findReached((id) => this.getModuleInfo(id), input('command'));
    },
  };
  const build = await rolldown({
    input: { bin: input('bin') },
    platform: 'node',
    external,
    plugins: [reading],
    preserveEntrySignatures: false,
  });
  const { output } = await build.generate({
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    dynamicImportInCjs: false,
    strict: true,
    banner: ({ moduleIds }) => readNotices(moduleIds),
    // Named and indented as in the source, each part under its file's name: a stack says where.
    comments: { legal: true, jsdoc: false, annotation: false },
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'command', test: (id) => reached.has(id) || id.startsWith('\0') },
        // Only `complete` prints them.
        { name: 'shell-scripts', test: /[\\/]@bomb\.sh[\\/]tab[\\/]/, priority: 1 },
        // A TAB is answered without the rest, if it can be.
        { name: 'shell', test: /[\\/]src[\\/](?:cli[\\/])?complete[\\/](?!names)/ },
        { name: 'setup', test: (id) => setup.test(id.replaceAll('\\', '/')) },
        { name: 'operations', test: (id) => !id.endsWith('bin.ts') },
      ],
    },
  });
  for (const { name, fileName, code } of output) {
    const text = name === 'setup' ? code : loadLater(code);
    writeFileSync(join(root, 'dist', fileName), escapeOthers(text));
  }
  chmodSync(join(root, 'dist', 'bin.cjs'), 0o755);
}

/** The library, and the thread of Prisma's engine: each one script, in the place of a hundred. */
async function bundleModule(entry, file) {
  const build = await rolldown({ input: entry, platform: 'node', external });
  await build.write({
    format: 'esm',
    file: join(root, 'dist', file),
    codeSplitting: false,
    comments: { legal: true, jsdoc: false, annotation: false },
  });
}

/**
 * The library's types in two files: index.d.ts, and a declared module for each of those that it leads to. Their names have the
 * version, so that two releases in one program do not get into each other's way.
 */
function bundleTypes() {
  const dist = join(root, 'dist');
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const texts = new Map();
  const read = (file) => {
    if (texts.has(file)) return;
    texts.set(file, '');
    const text = readFileSync(join(dist, `${file}.d.ts`), 'utf8').replaceAll(
      /(?<=from |import\()(['"])(\.[^'"]+)\.ts\1/g,
      (_, quote, path) => {
        const other = posix.join(posix.dirname(file), path);
        read(other);
        return `${quote}${name}@${version}/${other}${quote}`;
      },
    );
    texts.set(file, text);
  };
  read('index');
  const modules = [...texts]
    .filter(([file]) => file !== 'index')
    .map(
      // What is in a declared module is declared already.
      ([file, text]) =>
        `declare module '${name}@${version}/${file}' {\n${text.replaceAll(/^(export )?declare (?=const|function|class)/gm, '$1')}}\n`,
    );
  rmSync(join(dist, 'types'), { recursive: true, force: true });
  mkdirSync(join(dist, 'types'));
  writeFileSync(join(dist, 'types', 'modules.d.ts'), modules.sort().join('\n'));
  writeFileSync(join(dist, 'types', 'index.d.ts'), `/// <reference path="./modules.d.ts" />\n${texts.get('index')}`);
}

try {
  await bundleCommand();
  await bundleModule(input('index'), 'library.js');
  await bundleModule(input('adapters/prisma/engine/worker'), 'worker.js');
  bundleTypes();
} catch (error) {
  explain(error);
}
