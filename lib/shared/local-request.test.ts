import { describe, expect, test } from 'vitest';
import { refusalOf, type RequestFacts } from './local-request';

const PORT = 3000;
const OWN_PAGE: RequestFacts = {
  method: 'GET',
  path: '/api/runs',
  host: '127.0.0.1:3000',
  origin: null,
  fetchSite: 'same-origin',
  fetchMode: 'cors',
  fetchDest: 'empty',
};
const BARE: RequestFacts = { ...OWN_PAGE, fetchSite: null, fetchMode: null, fetchDest: null };
const judge = (facts: Partial<RequestFacts>) => refusalOf({ ...OWN_PAGE, ...facts }, PORT);

describe('the address', () => {
  test.each(['127.0.0.1:3000', 'localhost:3000', 'LOCALHOST:3000', '[::1]:3000'])('%s is served', (host) => {
    expect(judge({ host })).toBeNull();
  });

  test.each([
    'rebound.example:3000',
    '127.0.0.1:3001',
    '127.0.0.1',
    'localhost.evil.example:3000',
    '127.0.0.1:3000.evil.example',
    'evil.example@127.0.0.1:3000',
    '192.168.1.4:3000',
    '',
    null,
  ])('%s is refused, also with nothing else amiss', (host) => {
    expect(judge({ host })).toContain('http://127.0.0.1:3000');
  });

  test('the standard port may be left out', () => {
    expect(refusalOf({ ...OWN_PAGE, host: 'localhost' }, 80)).toBeNull();
  });
});

describe('the origin', () => {
  test.each(['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000'])(
    '%s is our own',
    (origin) => {
      expect(judge({ method: 'POST', origin })).toBeNull();
    },
  );

  test.each([
    'https://evil.example',
    'http://127.0.0.1:8888',
    'https://127.0.0.1:3000',
    'http://127.0.0.1:3000.evil.example',
    'null',
    '',
  ])('"%s" is foreign', (origin) => {
    expect(judge({ method: 'POST', origin })).not.toBeNull();
    expect(judge({ method: 'GET', origin })).not.toBeNull();
  });

  test('a program that sends no origin, such as curl, is answered', () => {
    expect(refusalOf(BARE, PORT)).toBeNull();
    expect(refusalOf({ ...BARE, method: 'POST' }, PORT)).toBeNull();
  });
});

describe('what the browser says of the page behind a request', () => {
  test.each(['cross-site', 'same-site', 'anything-new'])('%s may not read the API', (fetchSite) => {
    expect(judge({ fetchSite })).not.toBeNull();
    expect(judge({ fetchSite, fetchMode: 'no-cors', fetchDest: 'script' })).not.toBeNull();
  });

  test('an address typed by hand or a bookmark is answered', () => {
    expect(
      judge({ path: '/runs', fetchSite: 'none', fetchMode: 'navigate', fetchDest: 'document' }),
    ).toBeNull();
  });

  const LINK = { path: '/runs/3', fetchSite: 'cross-site', fetchMode: 'navigate', fetchDest: 'document' };

  test('a link on another site may lead to a page', () => {
    expect(judge(LINK)).toBeNull();
  });

  test('a link on another site leads to no API answer, no frame and no write', () => {
    expect(judge({ ...LINK, path: '/api/runs' })).not.toBeNull();
    expect(judge({ ...LINK, path: '/api' })).not.toBeNull();
    expect(judge({ ...LINK, fetchDest: 'iframe' })).not.toBeNull();
    expect(judge({ ...LINK, method: 'POST' })).not.toBeNull();
  });
});
