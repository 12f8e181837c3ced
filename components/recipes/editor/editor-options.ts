import { EDITOR_THEME } from './editor-theme';
import type { monaco as Monaco } from './monaco';

export function editorOptions(element: HTMLElement): Monaco.editor.IStandaloneEditorConstructionOptions {
  const { fontFamily } = getComputedStyle(element);
  return {
    model: null,
    theme: EDITOR_THEME,
    automaticLayout: true,
    fontFamily,
    fontSize: 12.5,
    lineHeight: 20,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    padding: { top: 10, bottom: 24 },
    renderLineHighlight: 'line',
    lineNumbersMinChars: 4,
    folding: true,
    tabSize: 2,
    wordWrap: 'off',
    fixedOverflowWidgets: true,
    stickyScroll: { enabled: false },
    occurrencesHighlight: 'off',
    overviewRulerLanes: 2,
    // Enter behind a word that is complete ends the line
    acceptSuggestionOnEnter: 'smart',
    quickSuggestions: { other: true, strings: true, comments: false },
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    ariaLabel: 'Recipe file. Press Ctrl+M to let Tab move the focus.',
  };
}
