import { mkdtemp } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { it } from 'vitest';
import { readExamples } from './findings-page.ts';
import { findAll } from './findings.test.ts';
const wrap = (t: string) => { let out = ''; let n = 0; for (const w of t.split(' ')) { if (n > 0 && n + 1 + w.length > 100) { out += '\n' + w; n = w.length; } else { out += (n ? ' ' : '') + w; n += (n ? 1 : 0) + w.length; } } return out; };
it('fills', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fill-'));
  const path = new URL('../../docs/findings.md', import.meta.url);
  let text = readFileSync(path, 'utf8');
  const parts: string[] = [];
  let at = 0;
  let i = 0;
  const log: string[] = [];
  for (const e of readExamples().filter((x) => x.blocks.length)) {
    i += 1;
    const t0 = Date.now();
    let all;
    try { all = await findAll(join(folder, i + '.db'), e.blocks); } catch (x) { log.push(`FAIL ${e.kind} ${e.code} ${e.heading}: ${x}`); all = []; }
    const told = all.filter((f) => f.kind === e.kind && f.code === e.code);
    const ways = told.flatMap((f) => f.way ?? []);
    log.push(`${e.kind} ${e.code} ${e.heading}: ${told.length}; ways ${ways.length}; others ${all.filter((f) => !told.includes(f)).map((f) => f.kind + ' ' + f.code)}; nowhy ${all.filter((f) => !f.why).map((f) => f.code)} ${Date.now() - t0}ms`);
    if (ways.length !== e.blocks.filter((b) => b.title === 'way').length) log.push('   WAY? ' + JSON.stringify(ways));
    log.push(...told.map((f) => '   why: ' + f.why));
    const fills: Record<string, string> = { message: told.map((f) => wrap(f.message)).join('\n\n'), way: ways.join('\n'), shown: told.map((f) => f.sql ?? '').join('\n') };
    for (const b of e.blocks) {
      if (!(b.title in fills)) continue;
      const re = new RegExp('```\\w+ title="' + b.title + '"\\n([\\s\\S]*?)\\n```$', 'gm');
      re.lastIndex = at;
      const m = re.exec(text);
      if (!m) throw new Error('no');
      const head = m[0].slice(0, m[0].indexOf('\n') + 1);
      const rep = head + (fills[b.title] || '?') + '\n```';
      text = text.slice(0, m.index) + rep + text.slice(m.index + m[0].length);
      at = m.index + rep.length;
    }
  }
  writeFileSync(path, text);
  writeFileSync('/tmp/fill.log', log.join('\n'));
});
