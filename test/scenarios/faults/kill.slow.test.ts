/** The command killed at each of its requests: nothing half applied, nothing unrecorded, and a second one finishes. */

import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApplyResult, apply } from '../../../src/index.ts';
import { applyByClock } from '../../support/clock.ts';
import { spawnCommand } from '../../support/command.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { batches, reads } from './requests.ts';
import { defineSlowMigration, shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import { expectFinishes, expectQuiet, expectWhole, type Subject } from './truth.ts';

/** The fifth takes long enough to be killed in the middle of. */
const migrations = [...shop.slice(0, 4), defineSlowMigration('20260104500000_slow', 3), ...shop.slice(4)];

const moments = ['before it arrives', 'while it runs', 'after it ran'] as const;

describeWithServer('the command, killed', () => {
  const at = useShopServer(migrations);
  let project: Project;

  beforeAll(async () => {
    project = await makeProject(Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])));
  });
  afterAll(async () => {
    await project.remove();
  });

  function kill(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  /**
   * Whoever meets the batch of the vanished client at work is told to try again, and does. No clock decides how often: what this
   * run waits for it skips, and a request may take as long as the machine makes it.
   */
  async function applyUntilAlone({ url }: Subject, moment: (typeof moments)[number]): Promise<ApplyResult> {
    for (;;) {
      const result = await applyByClock({ url, migrations });
      if (result.error === null) return result;
      expect(moment).not.toBe('before it arrives');
      expect([result.outcome, result.error.code, result.error.retryable]).toEqual(['failed', 'PLAN_STALE', true]);
      await sleep(50);
    }
  }

  test.concurrent.each([...reads, ...batches].flatMap((number) => moments.map((moment) => ({ number, moment }))))(
    'at request $number, $moment',
    async ({ number, moment }) => {
      const url = await freshDatabase(at.server);
      const subject = at.subject(url);
      await apply({ url, migrations: migrations.slice(0, begun) });
      const proxy = await startProxy(at.server.port);
      try {
        const env = { TURSO_DATABASE_URL: proxy.through(url) };
        const child = spawnCommand(['apply', '--yes', '--json'], { cwd: project.root, env });
        const ended = new Promise<string | null>((resolve) => child.once('close', (_, signal) => resolve(signal)));
        if (moment === 'before it arrives') proxy.breakRequest(number, 'before');
        // The server does not see that the client is gone, as behind an edge proxy.
        if (moment === 'after it ran') proxy.breakRequest(number, 'after');
        proxy.onRequest(number, async () => {
          // The hang-up reaches the server while it is at work.
          if (moment === 'while it runs') setTimeout(() => void kill(child), 15);
          else await kill(child);
        });
        // A request that is over that fast leaves nothing to kill.
        expect(moment === 'while it runs' ? ['SIGKILL', null] : ['SIGKILL']).toContain(await ended);
        expect(proxy.requests.length).toBeGreaterThanOrEqual(number);

        // The batch of a client that vanished may still be at work; what shows of it is whole all the same.
        await expectWhole(subject);
        const second = await applyUntilAlone(subject, moment);
        expect(['applied', 'nothing-to-do']).toContain(second.outcome);
        expect(await expectWhole(subject)).toBe(migrations.length);
        await expectQuiet(subject, migrations.length);
        await expectFinishes(subject);
      } finally {
        await proxy.stop();
      }
    },
  );
});
