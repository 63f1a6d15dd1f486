/** What a case of a comparison is. */

import type { Difference } from '../../src/schema/compare/difference.ts';

/** Two sides, each as the statements that make it. */
export interface Sides {
  readonly name: string;
  readonly left: readonly string[];
  readonly right: readonly string[];
}

export interface SchemaCase extends Sides {
  readonly expected: readonly Difference[];
}

export interface DifferenceCase extends SchemaCase {
  /** Whether the difference is there for Prisma. */
  readonly prisma: 'sees' | 'blind';
  /** Where Prisma's engine says otherwise, why we do not follow it. */
  readonly engine?: string;
  /** Where Prisma refuses the schema.prisma that it makes of the left side itself, what it says of it. */
  readonly prismaRefuses?: string;
}

/** Of the part that differs, on either side. */
export type Texts = readonly [left: string | null, right: string | null];

/** The column that most tables of the cases begin with. */
export const key = '"id" INTEGER NOT NULL PRIMARY KEY';
