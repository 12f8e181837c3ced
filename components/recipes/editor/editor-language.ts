const LANGUAGES: Readonly<Record<string, string>> = {
  yaml: 'yaml',
  yml: 'yaml',
  ts: 'typescript',
  js: 'typescript',
  mjs: 'typescript',
  py: 'python',
  sh: 'shell',
  md: 'markdown',
};

/** Monaco's name for the language of a file. */
export function editorLanguage(path: string): string {
  return LANGUAGES[path.slice(path.lastIndexOf('.') + 1)] ?? 'plaintext';
}

/** Files that open in the editor; others (Parquet, images) are shown by name and size only. */
export function isEditable(path: string): boolean {
  return editorLanguage(path) !== 'plaintext' || /\.(txt|jsonl?|toml|jinja2?|j2|cfg|ini|csv)$/.test(path);
}
