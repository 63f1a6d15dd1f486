/** Reading a plan of pending migrations, without the test runner. */

import type { Finding, Plan } from '../../../src/index.ts';

/** @returns the name of the pending migration at that place. */
export function nameOf(index: number): string {
  return `202602${String(index + 1).padStart(2, '0')}000000_pending`;
}

/** @returns the findings of every migration, and of the plan as a whole. */
export function findAll(planned: Plan): readonly Finding[] {
  return [...planned.migrations.flatMap(({ findings }) => findings), ...planned.findings];
}
