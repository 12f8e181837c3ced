'use client';

import { useTheme } from 'next-themes';
import { Toaster as Sonner } from 'sonner';

export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      style={{ fontFamily: 'inherit' }}
      toastOptions={{
        style: {
          background: 'var(--panel)',
          color: 'var(--ink)',
          borderColor: 'var(--line-strong)',
          borderRadius: 10,
          boxShadow: 'none',
          fontSize: 13,
        },
      }}
    />
  );
}
