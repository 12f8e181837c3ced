import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveEntry } from './resolve-entry';

let root: string;
let recipesDir: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'galley-entry-'));
  recipesDir = path.join(root, 'recipes');
  mkdirSync(path.join(recipesDir, 'math'), { recursive: true });
  mkdirSync(path.join(root, 'elsewhere'));
  writeFileSync(path.join(recipesDir, 'math/embedded.yaml'), 'a: 1\n');
  writeFileSync(path.join(root, 'elsewhere/other.yaml'), 'a: 1\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const from = (cwd: string, typed: string): string => resolveEntry(typed, { cwd, root, recipesDir });

test.each([
  ['from the repository', '.', 'recipes/math/embedded.yaml'],
  ['from the recipes root', '.', 'math/embedded.yaml'],
  ['without its ending', '.', 'math/embedded'],
  ['from any folder', 'elsewhere', 'recipes/math/embedded.yaml'],
  ['from its own folder', 'recipes/math', 'embedded.yaml'],
  ['with dots', 'elsewhere', '../recipes/math/embedded.yaml'],
])('a layer is found %s', (_, cwd, typed) => {
  expect(from(path.join(root, cwd), typed)).toBe('math/embedded.yaml');
});

test('an absolute path and a path through a link are found', () => {
  expect(from(root, path.join(recipesDir, 'math/embedded.yaml'))).toBe('math/embedded.yaml');
  symlinkSync(recipesDir, path.join(root, 'link'));
  expect(from(root, 'link/math/embedded.yaml')).toBe('math/embedded.yaml');
});

test('a layer that does not exist is refused with where it was looked for', () => {
  expect(() => from(root, 'math/absent.yaml')).toThrow(/no recipe layer math\/absent\.yaml.*recipes/);
});

test('a file outside the recipes folder is refused with what to do', () => {
  expect(() => from(root, 'elsewhere/other.yaml')).toThrow(
    /not inside the recipes folder.*GALLEY_RECIPES_DIR/,
  );
});

test('a link inside the recipes folder that leads out of it is refused', () => {
  symlinkSync(path.join(root, 'elsewhere/other.yaml'), path.join(recipesDir, 'math/out.yaml'));
  expect(() => from(root, 'math/out.yaml')).toThrow(/not inside the recipes folder/);
});
