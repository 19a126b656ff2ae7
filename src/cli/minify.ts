// Smallest text that the interpreter still accepts. No imports from the project: the build uses this file by itself.
import { parse } from 'acorn';
import { minify as terser } from 'terser';
import type { MinifyOptions } from 'terser';

export interface MinifyRequest {
  /** internal properties to shorten; none when absent */
  props?: RegExp;
  /** property names that nobody may be given */
  reserved?: string[];
  /** old name to short name of internal properties, for modules that must agree on them */
  cache?: { props?: object };
  /** false: shorten names only */
  compress?: boolean;
}

export function* nodesOf(node: any): Generator<any> {
  yield node;
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === 'string') yield* nodesOf(child);
    }
  }
}

/** The names of all properties that a program mentions, quoted ones included. */
export function propertyNames(code: string): Set<string> {
  const names = new Set<string>();
  for (const node of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }))) {
    const key = node.type === 'MemberExpression' ? node.property : node.type === 'Property' ? node.key : node;
    if (key.type === 'Identifier' && key !== node) names.add(key.name);
    if (key.type === 'Literal' && typeof key.value === 'string') names.add(key.value);
  }
  return names;
}

/**
 * The interpreter throws "Unexpected end of Input" for a `return` without value and semicolon that ends an
 * unbraced branch at the end of a function: `if(x)return}`.
 */
export function closeReturns(code: string): string {
  const ends: number[] = [];
  for (const node of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))) {
    if (node.type === 'ReturnStatement' && !node.argument && code[node.end - 1] !== ';') ends.push(node.end);
  }
  return ends.sort((a, b) => b - a).reduce((text, end) => text.slice(0, end) + ';' + text.slice(end), code);
}

async function run(code: string, options: MinifyOptions): Promise<string> {
  const { code: out } = await terser(code, options);
  return closeReturns(out || '');
}

export function minify(code: string, request: MinifyRequest = {}): Promise<string> {
  return run(code, {
    ecma: 5,
    toplevel: true,
    // directives: "ram" and its like mean something to the interpreter
    compress: request.compress !== false && { passes: 3, directives: false },
    mangle: {
      properties: request.props ? { regex: request.props, reserved: request.reserved || [] } : false,
    },
    nameCache: request.cache,
    format: { ascii_only: true, comments: false },
  });
}

/** The same program in readable form, without comments: they would cost memory. */
export function tidy(code: string): Promise<string> {
  return run(code, {
    ecma: 5,
    compress: false,
    mangle: false,
    format: { ascii_only: true, beautify: true, indent_level: 2, comments: false },
  });
}
