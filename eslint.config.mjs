import js from '@eslint/js';
import globals from 'globals';
import ts from 'typescript-eslint';

const DEVICE = ['src/*.ts', 'src/http/**', 'src/net/**', 'drivers/**', 'boards/**'];
const NODE_ONLY = ['drivers/host/**', 'boards/host.ts'];

// What compiles to ES5 only with a helper, or that the interpreter gets wrong.
const notOnDevice = [
  ['ClassDeclaration[superClass], ClassExpression[superClass]', 'inheritance needs a compiler helper'],
  ['FunctionDeclaration[async=true], FunctionExpression[async=true], ArrowFunctionExpression[async=true]', 'no async'],
  ['FunctionDeclaration[generator=true], FunctionExpression[generator=true]', 'no generators'],
  ['SpreadElement', 'spread needs a compiler helper'],
  ['LabeledStatement', 'no labels'],
  ['TaggedTemplateExpression', 'no tagged templates'],
].map(([selector, message]) => ({ selector, message }));

export default ts.config(
  { ignores: ['dist', 'out', 'coverage', 'node_modules'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none', caughtErrors: 'none' }],
    },
  },
  {
    files: DEVICE,
    ignores: NODE_ONLY,
    rules: {
      'no-restricted-syntax': ['error', ...notOnDevice],
      'no-control-regex': 'off',
      'no-empty': ['error', { allowEmptyCatch: true }],
      // The interpreter runs the text as it stands: short and plain wins over idiom.
      'prefer-const': 'off',
      'no-useless-assignment': 'off',
      'no-prototype-builtins': 'off',
      'prefer-rest-params': 'off',
      'prefer-spread': 'off',
      '@typescript-eslint/no-this-alias': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // Programs for the interpreter; the dialect check knows its names better.
    files: ['test/**/*.js'],
    rules: { 'no-undef': 'off', '@typescript-eslint/no-unused-vars': 'off' },
  },
  {
    files: ['examples/**', 'test/**/*.js'],
    languageOptions: {
      globals: { ...globals.commonjs, E: 'readonly', getTime: 'readonly', print: 'readonly', Modules: 'readonly' },
    },
  },
);
