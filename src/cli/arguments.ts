// The interpreter makes `arguments` when a function first mentions it, as a variable of that function: unless one around it
// has such a variable already, which then is taken for it.
import { parse } from 'acorn';
import { edited } from './minify';
import type { Edit } from './minify';
import { children, mentioned } from './scopes';

/** Does a function, or a part of one, mention `arguments` itself? */
const mentions = (node: any): boolean =>
  [...mentioned(node)].some(({ name }) => name === 'arguments') ||
  [...children(node)].some(([, child]) => !/Function/.test(child.type) && mentions(child));

/** Makes the `arguments` of each function its own, those that the compiler wrote for `...rest` included. */
export function ownArguments(code: string): string {
  const edits: Edit[] = [];

  function visit(node: any, isInside: boolean): void {
    const mentionsOwn = /Function/.test(node.type) && mentions(node);
    if (mentionsOwn && isInside) {
      // as a property of `global`, it is not looked for in the functions around
      const directive = node.body.body.filter((statement: any) => statement.directive).pop();
      const at = directive ? directive.end : node.body.start + 1;
      edits.push({ start: at, end: at, text: /[;{]/.test(code[at - 1]) ? 'global.arguments;' : ';global.arguments;' });
    }
    for (const [, child] of children(node)) visit(child, isInside || mentionsOwn);
  }

  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }), false);
  return edited(code, edits);
}
