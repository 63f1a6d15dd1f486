/** Pairs of schemas that differ in one thing, or only in how they are written. */

import type { DifferenceCase } from './case.ts';
import { columnCases } from './cases-columns.ts';
import { constraintCases } from './cases-constraints.ts';
import { objectCases } from './cases-objects.ts';

export type { SchemaCase } from './case.ts';
export { harmless } from './cases-harmless.ts';

/** Each pair differs in exactly what is expected; left and right may be swapped. */
export const differences: readonly DifferenceCase[] = [...columnCases, ...constraintCases, ...objectCases];
