/** All findings there are: a line for each code. */

import { edited } from './edited.ts';
import type { Definition, Found, Kind } from './finding.ts';
import { renamed } from './renamed.ts';
import type { Worded } from './worded.ts';

export const catalogue = { edited, renamed };

type Catalogue = typeof catalogue;

type FoundBy<D> = D extends Definition<infer Code, infer K, infer Args> ? EachKind<Code, K, Args> : never;
/** A finding of several kinds is one of each, so that the kind tells the code. */
type EachKind<Code extends string, K extends Kind, Args> = K extends Kind ? Found<Code, K, Args> : never;

export type Finding = { [Code in keyof Catalogue]: FoundBy<Catalogue[Code]> }[keyof Catalogue] | Worded;
