import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseEndpoint, prefixOf } from './choose-endpoint';

const load = fc.record({ inFlight: fc.nat(40), served: fc.nat(1000) });
const pool = fc
  .array(load, { minLength: 1, maxLength: 8 })
  .map((loads) => loads.map((each, at) => ({ ...each, address: `http://10.0.0.${at}:8000` })));

test('without a prefix it is the least busy one, of equals the one that served least', () => {
  fc.assert(
    fc.property(pool, (endpoints) => {
      const chosen = chooseEndpoint(endpoints, null);
      const least = Math.min(...endpoints.map(({ inFlight }) => inFlight));
      const served = endpoints.filter(({ inFlight }) => inFlight === least).map((each) => each.served);
      expect(chosen).toMatchObject({ inFlight: least, served: Math.min(...served) });
    }),
  );
});

test('a prefix never makes anybody much busier than the least busy one', () => {
  fc.assert(
    fc.property(pool, fc.nat(), (endpoints, prefix) => {
      const least = Math.min(...endpoints.map(({ inFlight }) => inFlight));
      expect(chooseEndpoint(endpoints, prefix)?.inFlight).toBeLessThanOrEqual(least + 8);
    }),
  );
});

test('equal prompts go to one server, whatever other server comes or goes', () => {
  const idle = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ address: `http://gpu-${at}:8000`, inFlight: 0, served: 0 }));
  fc.assert(
    fc.property(fc.array(fc.nat(50_000), { minLength: 1 }), (prompt) => {
      const home = chooseEndpoint(idle(4), prefixOf(prompt));
      const after = chooseEndpoint(idle(5), prefixOf([...prompt]));
      expect([home?.address, 'http://gpu-4:8000']).toContain(after?.address);
    }),
  );
});

test('prompts are spread over all servers', () => {
  const endpoints = Array.from({ length: 4 }, (_, at) => ({
    address: `http://gpu-${at}:8000`,
    inFlight: 0,
    served: 0,
  }));
  const homes = Array.from({ length: 400 }, (_, at) => chooseEndpoint(endpoints, prefixOf([at]))?.address);
  for (const { address } of endpoints) {
    expect(homes.filter((home) => home === address).length).toBeGreaterThan(50);
  }
});

test('nobody is chosen from nobody', () => {
  expect(chooseEndpoint([], 1)).toBeNull();
});
