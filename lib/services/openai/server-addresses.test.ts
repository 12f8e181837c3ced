import { expect, test } from 'vitest';
import { serverAddresses } from './server-addresses';

test.each([
  ['http://localhost:8000', ['http://localhost:8000']],
  ['http://localhost:8000/v1/', ['http://localhost:8000']],
  ['localhost:8000', ['http://localhost:8000']],
  ['https://gpu.example/sglang/', ['https://gpu.example/sglang']],
  ['gpu-1:8000, gpu-2:8000,gpu-1:8000,', ['http://gpu-1:8000', 'http://gpu-2:8000']],
])('%s', (text, addresses) => {
  expect(serverAddresses(text, 'base_url')).toEqual(addresses);
});

test.each(['', ' , ', 'http://', 'http://user:password@gpu', 'http://gpu:port'])(
  '"%s" is refused',
  (text) => {
    expect(() => serverAddresses(text, 'service.inference_service.base_url')).toThrow(
      /^service\.inference_service\.base_url/,
    );
  },
);
