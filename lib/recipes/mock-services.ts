import { isMap } from './config-view';

/** The mock worker needs no service: what its recipe does not name of them is made up, too. */
export function withMockServices(config: unknown): unknown {
  if (!isMap(config) || !isMap(config['rollout_worker']) || config['rollout_worker']['type'] !== 'mock')
    return config;
  const service = isMap(config['service']) ? config['service'] : {};
  return {
    ...config,
    service: {
      ...service,
      inference_service: { backend: 'mock', ...withoutNulls(service['inference_service']) },
      train_service: service['train_service'] ?? { main_actor: { role: 'actor', backend: 'mock' } },
    },
  };
}

function withoutNulls(section: unknown): Readonly<Record<string, unknown>> {
  return isMap(section)
    ? Object.fromEntries(Object.entries(section).filter(([, value]) => value !== null))
    : {};
}
