import type { InferenceService } from '../inference-service';
import type { Services } from '../open-services';
import type { Teacher } from '../teacher';
import type { TrainingService } from '../training-service';
import { OutageGate, type OutageGateOptions } from './outage-gate';

export type PatientServices = Services & {
  /** Milliseconds in which the inference service was out, so far. */
  readonly inferenceOutageMs: () => number;
};

/** Services whose calls wait while a service is out, instead of failing. Health is asked past the gate. */
export function patientServices(
  services: Services,
  options: Omit<OutageGateOptions, 'service'>,
): PatientServices {
  const gate = (service: string): OutageGate => new OutageGate({ ...options, service });
  const inferenceGate = gate('inference service');
  return {
    inferenceOutageMs: () => inferenceGate.outageMs,
    inference: patientInference(services.inference, inferenceGate),
    training: patientTraining(services.training, gate('training service')),
    ...(services.teacher === undefined
      ? {}
      : { teacher: patientTeacher(services.teacher, gate('teacher service')) }),
  };
}

/** A rollout that fails is made again by the run, so a failure now and then is its own. All else waits at the first. */
function patientInference(service: InferenceService, gate: OutageGate): InferenceService {
  const wait = patience(gate);
  return {
    generate: (request, signal) => gate.through(() => service.generate(request, signal), signal),
    encode: (texts, options, signal) => wait(() => service.encode(texts, options, signal), signal),
    logprobs: (tokens, signal) => wait(() => service.logprobs(tokens, signal), signal),
    loadWeights: (ref, signal) => wait(() => service.loadWeights(ref, signal), signal),
    health: (signal) => service.health(signal),
    close: () => service.close(),
  };
}

function patientTraining(service: TrainingService, gate: OutageGate): TrainingService {
  const wait = patience(gate);
  return {
    open: (spec, signal) => wait(() => service.open(spec, signal), signal),
    forward: (batch, model, signal) => wait(() => service.forward(batch, model, signal), signal),
    freezeReference: (signal) => wait(() => service.freezeReference(signal), signal),
    // its operation id makes a second call the first one's answer
    trainStep: (step, signal) => wait(() => service.trainStep(step, signal), signal),
    publishWeights: (label, signal) => wait(() => service.publishWeights(label, signal), signal),
    saveState: (label, signal) => wait(() => service.saveState(label, signal), signal),
    loadState: (ref, signal) => wait(() => service.loadState(ref, signal), signal),
    health: (signal) => service.health(signal),
    close: () => service.close(),
  };
}

function patientTeacher(teacher: Teacher, gate: OutageGate): Teacher {
  const wait = patience(gate);
  return {
    logprobs: (batch, signal) => wait(() => teacher.logprobs(batch, signal), signal),
    close: () => teacher.close(),
  };
}

function patience(gate: OutageGate) {
  return <T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> => gate.through(call, signal, 1);
}
