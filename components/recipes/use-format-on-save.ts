'use client';

import { useState, useSyncExternalStore } from 'react';

const KEY = 'galley:format-on-save';

export type FormatOnSave = { readonly isOn: boolean; readonly set: (isOn: boolean) => void };

/** Whether layers are formatted when they are saved: on until a person says otherwise, then remembered. */
export function useFormatOnSave(): FormatOnSave {
  const stored = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(KEY) !== 'off',
    () => true,
  );
  const [chosen, setChosen] = useState<boolean | null>(null);
  return {
    isOn: chosen ?? stored,
    set: (isOn) => {
      localStorage.setItem(KEY, isOn ? 'on' : 'off');
      setChosen(isOn);
    },
  };
}

/** Another tab's choice counts here too. */
function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener);
  return () => window.removeEventListener('storage', listener);
}
