import { nearest } from '../nearest';
import { INFERENCE_BACKENDS } from '../schema/inference-keys';
import { TRAINING_BACKENDS } from '../schema/train-service-keys';
import { TRAINER_TYPES } from '../schema/trainer-keys';
import type { ConfigView } from '../config-view';
import { type Finding, NOT_EMBEDDED, quoted, type Rule, type RuleFacts, SELF_HOSTED } from './rule';

const SERVICES = 'service.train_service';
const INFERENCE = 'service.inference_service';
const REMOTE = ['tinker', 'weaver'];

export const SERVICE_RULES: readonly Rule[] = [
  {
    id: 'inference-backend-known',
    title: 'The kind of inference service is known',
    reason: 'It decides on which backend the variant runs.',
    severity: 'error',
    check: ({ config }) => {
      const path = `${INFERENCE}.backend`;
      const named = config.text(path);
      if (named === null || INFERENCE_BACKENDS.some((known) => known === named)) return named;
      return unknownName(path, named, INFERENCE_BACKENDS);
    },
  },
  {
    id: 'training-services-known',
    title: 'Kind and role of every training service are known',
    reason: 'A service of another kind is not reached, and one with another role is not asked.',
    severity: 'error',
    check: ({ config, actor }) => {
      const services = config.keys(SERVICES).map((name) => `${SERVICES}.${name}`);
      if (services.length === 0) return null;
      const wrong = services.flatMap((service) => [
        // which kinds the actor may have follows from the inference service
        ...(service === actor ? [] : unknownAt(config, `${service}.backend`, TRAINING_BACKENDS)),
        ...unknownAt(config, `${service}.role`, ['actor', 'teacher']),
      ]);
      return wrong.length === 0 ? `${services.length} of them` : wrong;
    },
  },
  {
    id: 'http-protocol',
    title: 'The training protocol is the one that is meant',
    reason:
      'Recipes of the reference framework meant its own servers by http; Galley means its own protocol.',
    severity: 'info',
    check: ({ config }) => {
      const services = config
        .keys(SERVICES)
        .map((name) => `${SERVICES}.${name}`)
        .filter((service) => config.get(`${service}.backend`) === 'http');
      // only workers of the reference framework read an `actor` section
      const doubtful = services.filter((service) => config.get(`${service}.actor`) !== undefined);
      if (doubtful.length === 0) return services.length === 0 ? null : services.join(', ');
      return doubtful.map((service): Finding => ({
        path: `${service}.backend`,
        message: `${service}.backend http is Galley’s training protocol. If servers of the reference framework answer there, its name is direct-zmq.`,
        repair: { title: 'Use direct-zmq', path: `${service}.backend`, set: 'direct-zmq' },
      }));
    },
  },
  {
    id: 'one-actor',
    title: 'Exactly one training service is the actor',
    reason: 'The actor is the model that learns; without one, or with two, nobody knows which.',
    severity: 'error',
    check: ({ config }) => {
      const names = config.keys(SERVICES);
      if (names.length === 0) return null;
      const actors = names.filter((name) => (config.get(`${SERVICES}.${name}.role`) ?? 'actor') === 'actor');
      if (actors.length === 1) return actors[0] ?? '';
      const [first = ''] = names;
      const all = actors.length === 0 ? names : actors;
      return {
        path: `${SERVICES}.${all[0] ?? first}.role`,
        message: `${actors.length} of ${names.length} training services have role: actor (${all.join(', ')}); exactly 1 must. A service without a role counts as the actor.`,
        ...(actors.length === 0 && names.length === 1
          ? { repair: { title: 'Make it the actor', path: `${SERVICES}.${first}.role`, set: '"actor"' } }
          : {}),
      };
    },
  },
  {
    id: 'identifiers-agree',
    title: 'Actor and inference service carry one identifier',
    reason: 'New weights are sent to the model of that name; under another name they never arrive.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config, actor }) => {
      if (actor === null) return null;
      const served = config.text(`${INFERENCE}.identifier`) ?? 'default';
      const trained = config.text(`${actor}.identifier`) ?? 'default';
      if (served === trained) return `"${served}"`;
      return {
        path: `${actor}.identifier`,
        message: `${actor}.identifier "${trained}" differs from ${INFERENCE}.identifier "${served}".`,
        repair: { title: `Use "${served}"`, path: `${actor}.identifier`, set: quoted(served) },
      };
    },
  },
  {
    id: 'backends-agree',
    title: 'Training service and inference service belong together',
    reason: 'Weights go from one to the other, and each kind of service takes only its own.',
    severity: 'error',
    check: (facts) => {
      const { config, actor, backend } = facts;
      const training = actor === null ? null : config.text(`${actor}.backend`);
      const inference = config.text(`${INFERENCE}.backend`);
      if (actor === null || training === null || inference === null) return null;
      const wanted = trainingBackendsFor(inference, backend);
      if (wanted.includes(training)) return `${inference} with ${training}`;
      return {
        path: `${actor}.backend`,
        message: `${INFERENCE}.backend is ${inference}, so ${actor}.backend must be ${wanted.join(' or ')}; it is ${training}.`,
        repair: { title: `Use ${wanted[0] ?? ''}`, path: `${actor}.backend`, set: quoted(wanted[0] ?? '') },
      };
    },
  },
  {
    id: 'sync-method-fits',
    title: 'Weights travel the way the backend takes them',
    reason:
      'A service of Tinker or Weaver is told which weights to use; a server of your own reads them from a disk.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config, backend }) => {
      const method = config.text('weight.sync_method');
      if (method === null || backend === 'embedded') return null;
      const isRight = REMOTE.includes(backend) ? method === backend : !REMOTE.includes(method);
      if (isRight) return method;
      const wanted = REMOTE.includes(backend) ? backend : 'disk';
      return {
        path: 'weight.sync_method',
        message: `The backend is ${backend}, so weight.sync_method must be ${wanted}; it is ${method}.`,
        repair: { title: `Use ${wanted}`, path: 'weight.sync_method', set: quoted(wanted) },
      };
    },
  },
  {
    id: 'account-key',
    title: 'The account has a key',
    reason: 'Tinker and Weaver refuse requests without one.',
    severity: 'error',
    check: ({ config, backend }) => {
      if (!REMOTE.includes(backend)) return null;
      const path = `service.${backend}_service.api_key`;
      const key = config.get(path);
      if (key !== undefined && key !== null && key !== '') return 'set';
      const variable = `${backend.toUpperCase()}_API_KEY`;
      return {
        path,
        message: `${path} is ${key === '' ? 'empty' : 'not set'}.`,
        repair: { title: `Read ${variable}`, path, set: `"\${oc.env:${variable}}"`, layer: 'variant' },
      };
    },
  },
  {
    id: 'trainer-fits-backend',
    title: 'The trainer fits the backend',
    reason: 'A trainer speaks to one kind of training service.',
    severity: 'error',
    check: checkTrainer,
  },
  {
    id: 'weights-reach-rollouts',
    title: 'Rollouts get the weights that are trained',
    reason: 'Without new weights the rollouts stay those of the first step, whatever is trained.',
    severity: 'warning',
    backends: SELF_HOSTED,
    check: ({ config, actor, backend }) => {
      const method = config.text('weight.sync_method');
      if (backend !== 'self_hosted' || actor === null || method === null) return null;
      const trained = config.text(`${actor}.backend`);
      if (method !== 'mock' || trained === 'mock') return method;
      return {
        path: 'weight.sync_method',
        message: `weight.sync_method is mock and ${actor}.backend is ${trained ?? 'not set'}: no new weights reach the inference service.`,
        repair: { title: 'Use disk', path: 'weight.sync_method', set: '"disk"' },
      };
    },
  },
  {
    id: 'sync-folders-agree',
    title: 'Trainer and inference service use one folder for weights',
    reason: 'The trainer writes the weights there, and the inference service loads them from there.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config }) => {
      const written = config.text('trainer.sync_weight_path');
      if (written === null || REMOTE.includes(config.text('weight.sync_method') ?? '')) return null;
      const read = config.text('weight.sync_weight_path') ?? '';
      if (read === written && read !== '') return read;
      return {
        path: 'weight.sync_weight_path',
        message:
          written === ''
            ? 'trainer.sync_weight_path is empty.'
            : `weight.sync_weight_path "${read}" differs from trainer.sync_weight_path "${written}".`,
        ...(written === ''
          ? {}
          : {
              repair: {
                title: 'Take it from trainer.sync_weight_path',
                path: 'weight.sync_weight_path',
                set: '${trainer.sync_weight_path}',
              },
            }),
      };
    },
  },
  {
    id: 'network-sync',
    title: 'Weights do not need an internal package',
    reason: 'Sending weights over the network needs a package that is not public, on both sides.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config, actor }) => {
      if (config.get('weight.sync_method') !== 'network') return null;
      const provider = `${actor ?? SERVICES}.actor.rollout.use_weight_provider`;
      const provided = config.isTrue(provider) ? '' : ` It would need ${provider}: true, too.`;
      return {
        path: 'weight.sync_method',
        message: `weight.sync_method network needs the package north_checkpoint, which is not public.${provided}`,
        repair: { title: 'Use disk', path: 'weight.sync_method', set: '"disk"' },
      };
    },
  },
];

/** The embedded service can be trained in every way. */
const TRAINER_PREFIX: Readonly<Record<RuleFacts['backend'], string>> = {
  embedded: '',
  self_hosted: 'self_hosted_',
  tinker: 'remote_api_',
  weaver: 'remote_api_',
};

/** Kinds of training service whose weights an inference service takes. */
function trainingBackendsFor(inference: string, backend: RuleFacts['backend']): readonly string[] {
  if (inference === 'mock') return ['mock'];
  return backend === 'self_hosted' ? ['http', 'direct-zmq', 'mock'] : [backend];
}

function checkTrainer({ config, backend }: RuleFacts): ReturnType<Rule['check']> {
  const type = config.text('trainer.type');
  if (type === null || config.text('trainer.custom_trainer_module_path') !== null) return null;
  const path = 'trainer.type';
  const fitting = TRAINER_TYPES.filter((name) => name.startsWith(TRAINER_PREFIX[backend]));
  if (fitting.some((name) => name === type)) return type;
  const best =
    fitting.find((name) => name.endsWith(type.slice(type.lastIndexOf('_')))) ?? nearest(type, fitting);
  const message = `trainer.type is ${type}; the backend ${backend} takes ${fitting.join(', ')}.`;
  return {
    path,
    message,
    ...(best == null ? {} : { repair: { title: `Use ${best}`, path, set: quoted(best) } }),
  };
}

function unknownAt(config: ConfigView, path: string, known: readonly string[]): readonly Finding[] {
  const named = config.text(path);
  return named === null || known.includes(named) ? [] : [unknownName(path, named, known)];
}

function unknownName(path: string, named: string, known: readonly string[]): Finding {
  const meant = nearest(named, known);
  return {
    path,
    message: `${path} is ${named}; it must be one of ${known.join(', ')}.`,
    ...(meant === null ? {} : { repair: { title: `Use ${meant}`, path, set: quoted(meant) } }),
  };
}
