import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const fromAPort = 'Time, randomness and the outside world come in through ports (see docs/architecture.md).';
const notInTheCore = [
  'process',
  'console',
  'globalThis',
  'Buffer',
  'crypto',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
].map((name) => ({ name, message: fromAPort }));

const noDecorators = { selector: 'Decorator', message: 'No decorators: functions and factories.' };
const impureInTheCore = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: fromAPort },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: fromAPort },
  { selector: "CallExpression[callee.name='Date']", message: fromAPort },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: fromAPort },
  { selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']", message: fromAPort },
];

const maxLines = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', 'data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': maxLines(200),
      complexity: ['error', { max: 8, variant: 'modified' }],
      'max-depth': ['error', 3],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', noDecorators],

      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // A maker of branded parsers names its type once: in what it answers.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // An in-memory adapter is `async` so that what it throws is a rejection, as with the real one.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/{domain,application,projections}/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...notInTheCore],
      'no-restricted-syntax': ['error', noDecorators, ...impureInTheCore],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': maxLines(300),
      '@typescript-eslint/max-params': ['error', { max: 6 }],
    },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: { globals: { process: 'readonly', Buffer: 'readonly', module: 'writable' } },
  },
);
