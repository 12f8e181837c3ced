'use client';

import { useEffect, useEffectEvent } from 'react';

/** Ctrl+S saves, Ctrl+Shift+S asks for a message first; wherever the focus is. The editor answers Ctrl+S itself. */
export function useSaveKeys(keys: { readonly save: () => void; readonly saveWithMessage: () => void }): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 's') return;
    if (event.defaultPrevented) return;
    event.preventDefault();
    // A dialog asks something that comes first.
    if (event.target instanceof Element && event.target.closest('[role=dialog]') !== null) return;
    if (event.shiftKey) keys.saveWithMessage();
    else keys.save();
  });
  // Outside system: the keyboard.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => press(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
