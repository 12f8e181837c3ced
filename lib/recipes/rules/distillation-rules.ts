import type { ConfigView } from '../config-view';
import { isMap } from '../config-view';
import type { Finding, Outcome, Rule, RuleFacts } from './rule';

const SERVICES = 'service.train_service';
const TEACHERS = 'trainer.teachers';

/** On-policy distillation: a student learns a teacher's log-probabilities. */
export const DISTILLATION_RULES: readonly Rule[] = [
  {
    id: 'teacher-named',
    title: 'Distillation has a teacher',
    reason: 'The student learns to match a teacher’s log-probabilities.',
    severity: 'error',
    check: ({ config, backend }) => {
      const type = config.text('trainer.type');
      if (type === 'remote_api_opd') return checkRemoteTeachers(config, backend);
      if (type !== 'self_hosted_opd') return null;
      const names = config.keys(SERVICES);
      const teacher = names.find((name) => config.get(`${SERVICES}.${name}.role`) === 'teacher');
      if (teacher !== undefined) return teacher;
      return {
        path: SERVICES,
        message: 'trainer.type is self_hosted_opd and no training service has role: teacher.',
      };
    },
  },
  {
    id: 'one-teacher-used',
    title: 'No teacher is named in vain',
    reason: 'The student learns from the first teacher of the list.',
    severity: 'info',
    check: ({ config }) => {
      const teachers = config.get(TEACHERS);
      if (config.text('trainer.type') !== 'remote_api_opd' || !Array.isArray(teachers)) return null;
      if (teachers.length < 2) return `${teachers.length} teacher`;
      return {
        path: `${TEACHERS}[1]`,
        message: `${TEACHERS} names ${teachers.length} models; only the first is used.`,
      };
    },
  },
  {
    id: 'distillation-has-weight',
    title: 'The distance to the teacher counts',
    reason: 'With a weight of 0 every advantage is 0, and nothing is learnt.',
    severity: 'warning',
    check: ({ config, actor }) => {
      const path = weightOfDistance(config.text('trainer.type'), actor);
      if (path === null) return null;
      const weight = config.number(path) ?? 1;
      if (weight !== 0) return String(weight);
      return {
        path,
        message: `${path} is 0, so the student learns nothing from its teacher.`,
        repair: { title: 'Use 1.0', path, set: '1.0' },
      };
    },
  },
  {
    id: 'token-shares-ordered',
    title: 'The tokens that are trained on are not an empty range',
    reason: 'Tokens are taken from the start share up to the end share.',
    severity: 'error',
    check: checkTokenShares,
  },
];

function checkRemoteTeachers(config: ConfigView, backend: RuleFacts['backend']): Outcome {
  const teachers = config.get(TEACHERS);
  if (!Array.isArray(teachers) || teachers.length === 0) {
    return { path: TEACHERS, message: `trainer.type is remote_api_opd and ${TEACHERS} names no model.` };
  }
  // an embedded teacher is a checkpoint and has no other name
  if (backend === 'embedded') return `${teachers.length} named`;
  const nameless = teachers.flatMap((teacher: unknown, at) => {
    const path = `${TEACHERS}[${at}].base_model`;
    const model = isMap(teacher) ? teacher.base_model : undefined;
    return typeof model === 'string' && model !== '' ? [] : [{ path, message: `${path} is not set.` }];
  });
  return nameless.length === 0 ? `${teachers.length} named` : nameless;
}

function weightOfDistance(trainer: string | null, actor: string | null): string | null {
  if (trainer === 'self_hosted_opd') return 'trainer.algorithm.distillation_coeff';
  return trainer === 'remote_api_opd' && actor !== null ? `${actor}.config.kl_penalty_coef` : null;
}

function checkTokenShares({ config, actor }: RuleFacts): Outcome {
  if (config.text('trainer.type') !== 'self_hosted_opd' || actor === null) return null;
  const wrong = ['train_token', 'advantage', 'entropy'].flatMap((what): readonly Finding[] => {
    const path = `${actor}.actor.${what}_start_pct`;
    const start = config.number(path) ?? 0;
    const end = config.number(`${actor}.actor.${what}_end_pct`) ?? 1;
    if (start < end) return [];
    const message = `${what}_start_pct ${start} is not below ${what}_end_pct ${end}: no token is left to train on.`;
    return [{ path, message, repair: { title: 'Use 0', path, set: '0' } }];
  });
  return wrong.length === 0 ? 'three ranges' : wrong;
}
