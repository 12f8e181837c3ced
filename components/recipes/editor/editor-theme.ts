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
      ...textColors(token),
      ...widgetColors(token),
    },
  });
  monaco.editor.setTheme(EDITOR_THEME);
}

type Token = (name: string) => string;

function textColors(token: Token): Record<string, string> {
  return {
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
  };
}

/** Of menus and the small windows over the text. */
function widgetColors(token: Token): Record<string, string> {
  return {
    'editorSuggestWidget.foreground': token('ink'),
    'editorSuggestWidget.border': token('line-strong'),
    'editorSuggestWidget.selectedBackground': token('selected'),
    'editorSuggestWidget.selectedForeground': token('ink'),
    'editorSuggestWidget.highlightForeground': token('accent'),
    'editorSuggestWidget.focusHighlightForeground': token('accent'),
    'editorHoverWidget.foreground': token('ink'),
    'list.hoverBackground': token('hover'),
    'list.focusBackground': token('selected'),
    'list.focusForeground': token('ink'),
    'list.activeSelectionBackground': token('selected'),
    'list.activeSelectionForeground': token('ink'),
    'list.inactiveSelectionBackground': token('selected'),
    'list.highlightForeground': token('accent'),
    'peekView.border': token('line-strong'),
    'peekViewTitle.background': token('sunken'),
    'peekViewTitleLabel.foreground': token('ink'),
    'peekViewTitleDescription.foreground': token('muted'),
    'peekViewEditor.background': token('panel'),
    'peekViewEditorGutter.background': token('panel'),
    'peekViewEditor.matchHighlightBackground': `${token('accent')}33`,
    'peekViewResult.background': token('sunken'),
    'peekViewResult.fileForeground': token('ink'),
    'peekViewResult.lineForeground': token('muted'),
    'peekViewResult.matchHighlightBackground': `${token('accent')}33`,
    'peekViewResult.selectionBackground': token('selected'),
    'peekViewResult.selectionForeground': token('ink'),
    'menu.background': token('panel'),
    'menu.foreground': token('ink'),
    'menu.border': token('line-strong'),
    'menu.selectionBackground': token('selected'),
    'menu.selectionForeground': token('ink'),
    'scrollbarSlider.background': `${token('line-strong')}88`,
    'scrollbarSlider.hoverBackground': `${token('muted')}66`,
    'scrollbarSlider.activeBackground': `${token('muted')}88`,
  };
}
