import type { NextConfig } from 'next';

const config: NextConfig = {
  // Native or self-locating packages stay outside the server bundle.
  serverExternalPackages: ['@libsql/client', 'libsql', '@prisma/adapter-libsql', '@prisma/client', 'esbuild'],
  typedRoutes: true,
  // Types are checked by `npm run check`, tests included; a start waits for the pages alone.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
  // Without it a lock file further up the tree would be taken for the root.
  turbopack: { root: import.meta.dirname },
  // An imported recipe is a zip of up to 32 MiB (lib/recipe-files/zip/read-recipe-zip.ts) in a form.
  experimental: { serverActions: { bodySizeLimit: '33mb' }, proxyClientMaxBodySize: '33mb' },
};

export default config;
