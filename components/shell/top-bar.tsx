'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { cn } from '@/components/ui/cn';
import { SearchPalette } from './search-palette';
import { ThemeSwitch } from './theme-switch';

const SECTIONS = [
  { href: '/recipes', name: 'Recipes' },
  { href: '/runs', name: 'Runs' },
  { href: '/compare', name: 'Compare' },
] as const;

export function TopBar() {
  const pathname = usePathname();
  return (
    <header className="sticky top-0 z-30 flex h-11 shrink-0 items-center gap-1 border-b bg-panel px-3 sm:gap-3 sm:px-4">
      <Link href="/recipes" className="flex items-center gap-2 font-semibold">
        <GalleyMark />
        <span className="max-sm:sr-only">galley</span>
      </Link>
      <nav aria-label="Sections" className="flex h-full items-stretch">
        {SECTIONS.map(({ href, name }) => {
          const isHere = pathname === href || pathname.startsWith(`${href}/`);
          return (
            <Link
              key={href}
              href={href}
              aria-current={isHere ? 'page' : undefined}
              className={cn(
                'flex items-center px-2 text-muted hover:text-ink focus-visible:-outline-offset-2',
                isHere && 'font-semibold text-ink',
              )}
            >
              {name}
            </Link>
          );
        })}
      </nav>
      <div className="ml-auto flex items-center gap-1">
        <SearchPalette />
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** A galley: the tray in which set type waits, and the ship; a hull under three lines of type. */
function GalleyMark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden className="size-4.5 text-accent">
      <rect width="20" height="20" rx="5" fill="currentColor" />
      <path
        d="M5 6h7M5 9h10M4.5 12.2h11c-.6 2-2 3-3.9 3H8.4c-1.9 0-3.3-1-3.9-3z"
        fill="var(--accent-ink)"
        stroke="var(--accent-ink)"
        strokeWidth="1.3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
