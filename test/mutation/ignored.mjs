/**
 * Leaves two kinds of mutants out. One that empties a sentence says nothing of a guard, a condition or a comparison: what is said
 * is held by the tests of the output and by the examples of the documentation. One that the compiler refuses never runs.
 */

/** Calls whose texts are sentences. */
const speakers = new Set(['MigrateError', 'Error']);

/** Properties that hold sentences. */
const told = new Set(['message', 'why', 'way', 'reason', 'does']);

function isSpoken(path) {
  const { parent, parentPath } = path;
  if (!parent) return false;
  if ((parent.type === 'NewExpression' || parent.type === 'CallExpression') && parent.arguments.includes(path.node)) {
    return speakers.has(parent.callee.name);
  }
  if (parent.type === 'ObjectProperty') return told.has(parent.key.name);
  if (parent.type === 'TaggedTemplateExpression') return parent.tag.name === 'say';
  // A sentence that is put together, or chosen.
  if (['ConditionalExpression', 'TemplateLiteral', 'LogicalExpression'].includes(parent.type))
    return isSpoken(parentPath);
  return false;
}

const isText = ({ node }) => node.type === 'StringLiteral' || node.type === 'TemplateLiteral';

/** What tells the members of a union apart. */
const tags = new Set(['type', 'kind', 'code', 'what', 'because', 'skip', 'action', 'outcome', 'cause']);

const isTag = (node) => node?.type === 'ObjectProperty' && tags.has(node.key.name);
const readsTag = (node) =>
  (node?.type === 'MemberExpression' || node?.type === 'OptionalMemberExpression') && tags.has(node.property.name);

/** An empty tag, or one that no member has: the compiler refuses such a program. */
function isRefused({ node, parent }) {
  if (node.type !== 'StringLiteral') return false;
  if (isTag(parent) || parent?.type === 'SwitchCase') return true;
  return parent?.type === 'BinaryExpression' && (readsTag(parent.left) || readsTag(parent.right));
}

/** As Stryker's `declareValuePlugin` makes it, without its package. */
const ignorer = (name, shouldIgnore) => ({ kind: 'Ignore', name, value: { shouldIgnore } });

export const strykerPlugins = [
  ignorer('prose', (path) => (isText(path) && isSpoken(path) ? 'a sentence' : undefined)),
  ignorer('refused', (path) => (isRefused(path) ? 'refused by the compiler' : undefined)),
];
