import type { Backend } from '@/lib/domain/run';
import { selfHostedChanges } from './self-hosted-rules';
import { standInModel } from './stand-in-model';
import { ADDRESS, KEY } from './stand-ins';
import type { Change } from './substitution';

/** What a rehearsal of a backend's variants puts in the place of what is not on this machine. */
export type ProtocolRules = {
  /** As people call it. */
  readonly protocol: string;
  readonly changes: (config: unknown) => readonly Change[];
};

/** A service with an account, which `service.<key>` holds. */
function account(protocol: string, key: string): ProtocolRules {
  return {
    protocol,
    changes: (config) => [
      {
        path: ['service', key, 'base_url'],
        to: ADDRESS,
        reason: `The embedded service answers on this machine in the place of ${protocol}.`,
      },
      { path: ['service', key, 'api_key'], to: KEY, reason: 'Your key is not read.' },
      ...standInModel(config),
    ],
  };
}

/** Backends that can be rehearsed, each over its own protocol. */
export const PROTOCOL_RULES: Readonly<Partial<Record<Backend, ProtocolRules>>> = {
  embedded: { protocol: 'the embedded service’s own', changes: () => [] },
  tinker: account('Tinker', 'tinker_service'),
  weaver: account('Weaver', 'weaver_service'),
  self_hosted: {
    protocol: 'the servers’ own and the train-service protocol',
    changes: selfHostedChanges,
  },
};
