/**
 * Leaves sentences alone. A mutant that empties one says nothing of a guard, a condition or a comparison; what is said is held
 * by the tests of the output and by the examples of the documentation.
 */

import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Calls whose texts are sentences. */
const speakers = new Set(['MigrateError', 'Error', 'worded']);

/** Properties that hold sentences. */
const told = new Set(['message', 'why', 'way', 'reason', 'does']);

function isSpoken(path) {
  const { parent, parentPath } = path;
  if (!parent) return false;
  if ((parent.type === 'NewExpression' || parent.type === 'CallExpression') && parent.arguments.includes(path.node)) {
    return speakers.has(parent.callee.name);
  }
  if (parent.type === 'ObjectProperty') return told.has(parent.key.name);
  // A sentence that is put together, or chosen.
  if (['ConditionalExpression', 'TemplateLiteral', 'LogicalExpression'].includes(parent.type))
    return isSpoken(parentPath);
  return false;
}

const isText = ({ node }) => node.type === 'StringLiteral' || node.type === 'TemplateLiteral';

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'prose', {
    shouldIgnore: (path) => (isText(path) && isSpoken(path) ? 'a sentence' : undefined),
  }),
];
