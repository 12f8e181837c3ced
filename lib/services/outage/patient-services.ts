import type { InferenceService } from '../inference-service';
import type { Services } from '../open-services';
import type { Teacher } from '../teacher';
import type { TrainingService } from '../training-service';
import { OutageGate, type OutageGateOptions } from './outage-gate';

/** Services whose calls wait while a service is out, instead of failing. Health is asked past the gate. */
export function patientServices(services: Services, options: Omit<OutageGateOptions, 'service'>): Services {
  const gate = (service: string): OutageGate => new OutageGate({ ...options, service });
  return {
    inference: patientInference(services.inference, gate('inference service')),
    training: patientTraining(services.training, gate('training service')),
    ...(services.teacher === undefined
      ? {}
      : { teacher: patientTeacher(services.teacher, gate('teacher service')) }),
  };
}

function patientInference(service: InferenceService, gate: OutageGate): InferenceService {
  return {
    generate: (request, signal) => gate.through(() => service.generate(request, signal), signal),
    encode: (texts, options, signal) => gate.through(() => service.encode(texts, options, signal), signal),
    logprobs: (tokens, signal) => gate.through(() => service.logprobs(tokens, signal), signal),
    loadWeights: (ref, signal) => gate.through(() => service.loadWeights(ref, signal), signal),
    health: (signal) => service.health(signal),
    close: () => service.close(),
  };
}

function patientTraining(service: TrainingService, gate: OutageGate): TrainingService {
  return {
    open: (spec, signal) => gate.through(() => service.open(spec, signal), signal),
    forward: (batch, model, signal) => gate.through(() => service.forward(batch, model, signal), signal),
    freezeReference: (signal) => gate.through(() => service.freezeReference(signal), signal),
    // its operation id makes a second call the first one's answer
    trainStep: (step, signal) => gate.through(() => service.trainStep(step, signal), signal),
    publishWeights: (label, signal) => gate.through(() => service.publishWeights(label, signal), signal),
    saveState: (label, signal) => gate.through(() => service.saveState(label, signal), signal),
    loadState: (ref, signal) => gate.through(() => service.loadState(ref, signal), signal),
    health: (signal) => service.health(signal),
    close: () => service.close(),
  };
}

function patientTeacher(teacher: Teacher, gate: OutageGate): Teacher {
  return {
    logprobs: (batch, signal) => gate.through(() => teacher.logprobs(batch, signal), signal),
    close: () => teacher.close(),
  };
}
