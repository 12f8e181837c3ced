import { isMap } from '@/lib/recipes/config-view';
import { valueAt } from '@/lib/recipes/value-at';
import { MODELS, standInModel } from './stand-in-model';
import { ADDRESS, FOLDER, KEY, STANDS_IN } from './stand-ins';
import type { Change } from './substitution';

const INFERENCE = ['service', 'inference_service'];
const FOLDERS = [
  ['trainer', 'checkpoint_path'],
  ['trainer', 'sync_weight_path'],
  ['weight', 'sync_weight_path'],
];

/** Servers of one's own: inference servers and training services, all of them the embedded service. */
export function selfHostedChanges(config: unknown): readonly Change[] {
  return [
    {
      path: [...INFERENCE, 'base_url'],
      to: ADDRESS,
      reason: 'The embedded service answers on this machine in the place of your servers.',
    },
    { path: [...INFERENCE, 'api_key'], to: KEY, reason: 'Your key is not read.' },
    ...standInModel(config, MODELS.short),
    ...standIns(config, [[...INFERENCE, 'model_path']]),
    ...trainServices(config),
    ...FOLDERS.filter((path) => isSet(config, path)).map((path) => ({
      path,
      to: FOLDER,
      reason: 'A rehearsal writes into its own folders alone.',
    })),
  ];
}

/** Each at the embedded service, whatever protocol its workers speak. */
function trainServices(config: unknown): readonly Change[] {
  const services = valueAt(config, ['service', 'train_service']);
  return Object.keys(isMap(services) ? services : {}).flatMap((name) => {
    const own = ['service', 'train_service', name];
    return [
      {
        path: [...own, 'backend'],
        to: 'http',
        reason: 'The embedded service speaks the train-service protocol.',
      },
      {
        path: [...own, 'url'],
        to: ADDRESS,
        reason: 'The embedded service trains in the place of your servers.',
      },
      { path: [...own, 'api_key'], to: KEY, reason: 'Your key is not read.' },
      ...standIns(config, [
        [...own, 'model_path'],
        [...own, 'actor', 'model', 'path'],
      ]),
    ];
  });
}

function standIns(config: unknown, paths: readonly (readonly string[])[]): readonly Change[] {
  return paths
    .filter((path) => isSet(config, path))
    .map((path) => ({ path, to: MODELS.short.name, reason: STANDS_IN }));
}

function isSet(config: unknown, path: readonly string[]): boolean {
  return (valueAt(config, path) ?? null) !== null;
}
