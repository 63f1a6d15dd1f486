/** What each request of `apply` is for, told by the SQL in it, and which ones the shop's story takes. */

export type RequestKind = 'gather' | 'foreign' | 'questions' | 'batch' | 'poll' | 'fence' | 'failureRecord';

const requestKinds: Readonly<Record<RequestKind, (body: string) => boolean>> = {
  gather: (body) => body.includes('SELECT sqlite_version()'),
  /** Reads a record that is not Prisma's. */
  foreign: (body) => body.includes('FROM \\"_migration_tracker\\"'),
  /** About production's rows. */
  questions: (body) => /SELECT count\(\*\).* FROM \(SELECT .* LIMIT \d+\)/.test(body) && !isWriting(body),
  batch: (body) => isWriting(body) && !isFence(body),
  poll: (body) => body.includes('finished_at IS NOT NULL AND id IN') && !isWriting(body) && !isFailureRecord(body),
  fence: (body) => isWriting(body) && isFence(body),
  failureRecord: isFailureRecord,
};

export function isWriting(body: string): boolean {
  return body.includes('BEGIN IMMEDIATE');
}

function isFailureRecord(body: string): boolean {
  return body.includes('ON CONFLICT (id) DO UPDATE SET logs') && !isWriting(body);
}

function isFence(body: string): boolean {
  return body.includes('this attempt was fenced off');
}

export function isKind(kind: RequestKind, body: string): boolean {
  return requestKinds[kind](body);
}

/** All that it can be taken for, so that one which is nothing, or two things, shows. */
export function describeKinds(body: string): string {
  return Object.entries(requestKinds)
    .flatMap(([kind, matches]) => (matches(body) ? [kind] : []))
    .join(' and ');
}

/** How the rest of the shop is applied, by how much of it is there; the fault matrix asserts that this is all. */
export const requestsOfShop: Readonly<Record<'none' | 'two', readonly RequestKind[]>> = {
  none: ['gather', 'batch', 'batch', 'batch'],
  two: ['gather', 'questions', 'batch', 'batch', 'batch'],
};

/** The numbers of those that only read, where two migrations are there, and of those that write. */
export const reads = [1, 2] as const;
export const batches = [3, 4, 5] as const;
