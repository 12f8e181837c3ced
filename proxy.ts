import { type NextRequest, NextResponse } from 'next/server';
import { isDevelopment, readEnv } from '@/lib/env';
import { refusalOf } from '@/lib/shared/local-request';

const DEFAULT_PORT = 3000;

/** Stands before every request, files included: no page, action or API route can be reached around it. */
export function proxy(request: NextRequest): Response {
  const { headers } = request;
  const refusal = refusalOf(
    {
      method: request.method,
      path: request.nextUrl.pathname,
      host: headers.get('host'),
      origin: headers.get('origin'),
      fetchSite: headers.get('sec-fetch-site'),
      fetchMode: headers.get('sec-fetch-mode'),
      fetchDest: headers.get('sec-fetch-dest'),
    },
    // Next puts the port that it listens on into PORT before it takes requests.
    readEnv().port ?? DEFAULT_PORT,
  );
  const nonce = crypto.randomUUID().replaceAll('-', '');
  const policy = contentSecurityPolicy(nonce);
  return withSecurityHeaders(refusal === null ? pass(headers, nonce, policy) : refuse(refusal), policy);
}

function pass(headers: Headers, nonce: string, policy: string): Response {
  const forwarded = new Headers(headers);
  forwarded.set('x-nonce', nonce);
  // Next reads the nonce for its own inline scripts from this header of the request.
  forwarded.set('content-security-policy', policy);
  return NextResponse.next({ request: { headers: forwarded } });
}

function refuse(message: string): Response {
  return new Response(`${message}\n`, {
    status: 403,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

function contentSecurityPolicy(nonce: string): string {
  const isDev = isDevelopment();
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${isDev ? " 'unsafe-eval'" : ''}`,
    // Monaco and the interface primitives position things with style attributes and injected rules.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${isDev ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function withSecurityHeaders(response: Response, policy: string): Response {
  response.headers.set('content-security-policy', policy);
  response.headers.set('x-content-type-options', 'nosniff');
  // Not "no-referrer": with it browsers send `Origin: null` from our own forms, which we refuse.
  response.headers.set('referrer-policy', 'same-origin');
  response.headers.set('cross-origin-opener-policy', 'same-origin');
  response.headers.set('cross-origin-resource-policy', 'same-origin');
  response.headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
  return response;
}
