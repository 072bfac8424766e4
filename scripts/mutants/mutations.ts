import { parseAst } from 'vitest/node';

/** One small fault in one file: `text` from `start` to `end` becomes `replacement`. */
export interface Mutant {
  /** Path of the file in the project. */
  file: string;
  line: number;
  start: number;
  end: number;
  text: string;
  replacement: string;
}

/** A node of the syntax tree; which fields there are depends on its type. */
interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

type Change = Pick<Mutant, 'start' | 'end' | 'replacement'>;

const swappedOperators: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
};

const swappedMethods: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  every: 'some',
  some: 'every',
};

/** Every fault that can be put into the file. Types, imports and texts stay as they are. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const changes: Change[] = [];
  collect(parseAst(source, { lang: 'ts' }), source, changes);
  return changes.map(({ start, end, replacement }) => {
    const line = source.slice(0, start).split('\n').length;
    return { file, line, start, end, text: source.slice(start, end), replacement };
  });
}

function collect(value: unknown, source: string, changes: Change[]): void {
  if (Array.isArray(value)) {
    for (const part of value) collect(part, source, changes);
    return;
  }
  // What is thrown is a text for a reader; whether it is thrown is up to the condition around it.
  if (!isNode(value) || /^TS(?!AsExpression|SatisfiesExpression)|^(Import|Throw)/.test(value.type)) return;
  changes.push(...changesOf(value, source));
  for (const part of Object.values(value)) collect(part, source, changes);
}

function changesOf(node: SyntaxNode, source: string): Change[] {
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return operatorChanges(node, source);
    case 'IfStatement':
    case 'ConditionalExpression':
      return isNode(node.test) ? ['true', 'false'].map((forced) => replaced(node.test, forced)) : [];
    case 'UnaryExpression':
      if (!isNode(node.argument)) return [];
      return ['!', '-'].includes(String(node.operator)) ? [replaced(node, textOf(node.argument, source))] : [];
    case 'Literal':
      if (typeof node.value === 'boolean') return [replaced(node, String(!node.value))];
      return typeof node.value === 'number' ? [replaced(node, changedNumber(node.value))] : [];
    case 'ExpressionStatement':
      return [replaced(node, ';')];
    case 'MemberExpression': {
      const { property } = node;
      const swapped = isNode(property) ? swappedMethods[String(property.name)] : undefined;
      const called = source[node.end] === '(';
      return swapped !== undefined && called ? [replaced(property, swapped)] : [];
    }
    default:
      return [];
  }
}

function operatorChanges({ left, right, operator }: SyntaxNode, source: string): Change[] {
  if (!isNode(left) || !isNode(right)) return [];
  const joinsTexts = [left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string');
  if (joinsTexts && operator === '+') return [];
  const start = source.indexOf(String(operator), left.end);
  const end = start + String(operator).length;
  return (swappedOperators[String(operator)] ?? []).map((replacement) => ({ start, end, replacement }));
}

function changedNumber(value: number): string {
  return Number.isInteger(value) ? String(value + 1) : String(value * 2);
}

function replaced(node: unknown, replacement: string): Change {
  if (!isNode(node)) throw new Error('Only a node of the tree can be replaced.');
  return { start: node.start, end: node.end, replacement };
}

function textOf({ start, end }: SyntaxNode, source: string): string {
  return source.slice(start, end);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
