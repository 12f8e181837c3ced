import './globals.css';
import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import { AppShell } from '@/components/shell/app-shell';
import { Providers } from './providers';

export const metadata: Metadata = {
  title: { default: 'Galley', template: '%s · Galley' },
  description: 'A workbench for reinforcement-learning post-training of language models',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf9f7' },
    { media: '(prefers-color-scheme: dark)', color: '#131211' },
  ],
};

export default async function RootLayout({ children }: LayoutProps<'/'>) {
  // Set by proxy.ts for every request; reading it makes every page dynamic, which a page over live files must be.
  const nonce = (await headers()).get('x-nonce') ?? '';
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>
          <AppShell>{children}</AppShell>
        </Providers>
      </body>
    </html>
  );
}
