/**
 * The order of the test files. Those that start many processes come first: to start one takes the longer, the more memory the
 * worker has, and it grows with every database in memory that it opens.
 */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

const first = ['/test/adapters/files/', '/test/cli/', '/test/hostile/', '/test/adapters/', '/test/scenarios/faults/'];

export class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => first.findIndex((part) => moduleId.includes(part));
    const place = (file: TestSpecification) => (rank(file) === -1 ? first.length : rank(file));
    const sorted = await super.sort(files);
    return sorted.sort((left, right) => place(left) - place(right));
  }
}
