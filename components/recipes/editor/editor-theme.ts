import type { monaco as Monaco } from './monaco';

export const EDITOR_THEME = 'galley';

/** Makes Monaco wear the page's colours. Called again when the page changes its theme. */
export function applyEditorTheme(monaco: typeof Monaco, isDark: boolean): void {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const rule = (name: string, color: string, fontStyle = '') => ({
    token: name,
    foreground: token(color).slice(1),
    fontStyle,
  });
  monaco.editor.defineTheme(EDITOR_THEME, {
    base: isDark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: token('ink').slice(1), background: token('ground').slice(1) },
      rule('type.yaml', 'code-key'),
      rule('string', 'code-string'),
      rule('string.yaml', 'code-string'),
      rule('number', 'code-number'),
      rule('keyword', 'code-keyword'),
      rule('comment', 'code-comment', 'italic'),
      rule('tag', 'code-keyword'),
      rule('type', 'code-key'),
      rule('delimiter', 'muted'),
      rule('operators', 'muted'),
      rule('keyword.md', 'ink', 'bold'),
    ],
    colors: {
      'editor.background': token('ground'),
      'editor.foreground': token('ink'),
      'editorCursor.foreground': token('accent'),
      'editorLineNumber.foreground': token('muted'),
      'editorLineNumber.activeForeground': token('ink'),
      'editor.lineHighlightBackground': token('sunken'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': `${token('accent')}44`,
      'editor.inactiveSelectionBackground': `${token('accent')}22`,
      'editorIndentGuide.background1': token('line'),
      'editorIndentGuide.activeBackground1': token('line-strong'),
      'editorWidget.background': token('panel'),
      'editorWidget.border': token('line-strong'),
      'editorHoverWidget.background': token('panel'),
      'editorHoverWidget.border': token('line-strong'),
      'editorSuggestWidget.background': token('panel'),
      'input.background': token('panel'),
      'input.border': token('line-strong'),
      focusBorder: token('accent'),
      'editorError.foreground': token('error'),
      'editorWarning.foreground': token('warning'),
      'editorInfo.foreground': token('running'),
      'diffEditor.insertedTextBackground': `${token('ok')}33`,
      'diffEditor.removedTextBackground': `${token('error')}33`,
      'scrollbar.shadow': '#00000000',
      'widget.shadow': '#00000000',
      'editorOverviewRuler.border': '#00000000',
    },
  });
  monaco.editor.setTheme(EDITOR_THEME);
}
