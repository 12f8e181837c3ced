import js from '@eslint/js';
import next from 'eslint-config-next/core-web-vitals';
import unicorn from 'eslint-plugin-unicorn';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const length = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];
const banned = [
  { selector: 'TSEnumDeclaration', message: 'Use z.enum or an as-const object.' },
  {
    selector:
      "CallExpression[callee.object.name='vi'][callee.property.name='mock'][arguments.0.value=/^[@.]/]",
    message: 'Inject a fake instead.',
  },
];
const defaultExport = { selector: 'ExportDefaultDeclaration', message: 'Export by name.' };
const NEXT_FILES = [
  'app/**/{page,layout,loading,error,global-error,not-found,template,default}.tsx',
  '{,interop/}*.config.{ts,mjs}',
  'lib/testing/migrate-once.ts',
  '.dependency-cruiser.mjs',
];

export default defineConfig(
  globalIgnores([
    '.next/**',
    'test-results/**',
    '.galley/**',
    '.galley-build/**',
    'prisma/generated/**',
    'next-env.d.ts',
    'lib/embedded/model/kernels/**',
    'lib/services/tinker/wire/tinker_public_pb.*',
    'public/**',
  ]),
  js.configs.recommended,
  next,
  tseslint.configs.strictTypeChecked,
  {
    plugins: { unicorn },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'unicorn/filename-case': ['error', { case: 'kebabCase', ignore: [/^_/] }],
      'unicorn/prefer-node-protocol': 'error',
      'max-lines': length(300),
      'max-lines-per-function': length(70),
      'max-depth': ['error', 3],
      'max-params': ['error', 3],
      complexity: ['error', 12],
      'no-warning-comments': 'error',
      'no-empty': 'error',
      'preserve-caught-error': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...banned, defaultExport],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Use lib/env.' }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^\\.\\./\\.\\.', message: 'Use @/ across folders.' },
            {
              regex: '^[@.].*/(utils?|helpers?|misc|types|constants)$',
              message: 'Name the file after what it holds.',
            },
          ],
        },
      ],
      // An import of inline types only stays in the output as a bare import and would pull Node code into the browser.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['app/**', 'recipes/**', 'templates/**'],
    rules: {
      'unicorn/filename-case': ['error', { case: 'kebabCase', ignore: [/^_/], checkDirectories: false }],
    },
  },
  { files: ['**/*.tsx'], rules: { 'max-lines-per-function': length(100) } },
  { files: ['app/**/{page,route}.{ts,tsx}'], rules: { 'max-lines': length(40) } },
  { files: NEXT_FILES, rules: { 'no-restricted-syntax': ['error', ...banned] } },
  { files: ['lib/env.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.test.{ts,tsx}', 'e2e/**', 'lib/testing/**'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': length(500) },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        Response: 'readonly',
      },
    },
    rules: { 'no-restricted-properties': 'off' },
  },
);
