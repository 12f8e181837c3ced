import { request as httpRequest } from 'node:http';
import { expect, test } from './fixtures';

type Answer = { readonly status: number; readonly text: string };

function ask(url: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('a request for another host, or from a page of another site, is refused', async ({ galley }) => {
  const { host } = new URL(galley.url);
  const port = new URL(galley.url).port;
  expect((await ask(`${galley.url}/api/runs`, { host })).status).toBe(200);
  expect((await ask(`${galley.url}/api/runs`, { host: `localhost:${port}` })).status).toBe(200);
  for (const foreign of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1:1',
    `127.0.0.1.evil.example:${port}`,
  ]) {
    const answer = await ask(`${galley.url}/api/runs`, { host: foreign });
    expect([foreign, answer.status]).toEqual([foreign, 403]);
    expect(answer.text).toContain('Galley answers only at');
  }
  for (const origin of ['http://evil.example', 'null', `https://${host}`, 'http://127.0.0.1:1']) {
    const answer = await ask(`${galley.url}/api/runs`, { host, origin });
    expect([origin, answer.status]).toEqual([origin, 403]);
  }
});

test('a page of another site can neither read the API nor start a run', async ({ page, galley }) => {
  await page.goto('/recipes/pig_latin?variant=embedded');
  await expect(page.getByRole('button', { name: /^Launch on/ })).toBeEnabled();
  const foreign = 'http://attacker.example';
  const { host } = new URL(galley.url);
  for (const path of ['/recipes/pig_latin', '/runs', '/api/runs']) {
    const answer = await ask(`${galley.url}${path}`, { host, origin: foreign, 'next-action': 'x' }, 'POST');
    expect([path, answer.status]).toEqual([path, 403]);
  }
  // a real browser on a real other origin: the same machine under another port
  await page.route('http://127.0.0.1:9/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>other</title>' }),
  );
  await page.goto('http://127.0.0.1:9/');
  const outcome = await page.evaluate(async (url) => {
    const get = await fetch(`${url}/api/runs`).then(
      (response) => response.text(),
      () => 'blocked',
    );
    const post = await fetch(`${url}/recipes/pig_latin`, {
      method: 'POST',
      mode: 'no-cors',
      body: '[]',
    }).then(
      (response) => response.type,
      () => 'blocked',
    );
    return { get, post };
  }, galley.url);
  expect(outcome.get).toBe('blocked');
  expect((await galley.cli('runs', '--json')).out.trim()).toBe('[]');
});
