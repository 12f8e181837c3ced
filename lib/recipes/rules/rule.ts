import type { Backend } from '@/lib/domain/run';
import type { ConfigView } from '../config-view';
import type { Diagnostic, SourceRange } from '../diagnostic';
import { GRPO_TRAINERS } from '../schema/algorithm-keys';

/** A change of the layers that mends a finding; YAML text as value. */
export type Repair = {
  readonly title: string;
  readonly path: string;
  readonly set: string;
  /** The layer that set the value, or the variant itself. Where nothing is set yet, it is the variant. */
  readonly layer?: 'source' | 'variant';
};

export type Finding = {
  readonly message: string;
  /** Where the finding is shown; '' when it is of a file, which `range` names. */
  readonly path: string;
  /** Where no config path leads to it. */
  readonly range?: SourceRange;
  readonly repair?: Repair;
  /** When this case is less or more than the rule's own. */
  readonly severity?: Diagnostic['severity'];
};

/** Null: the rule says nothing of this configuration. A text: it holds, with the numbers. */
export type Outcome = null | string | Finding | readonly Finding[];

export type RuleFacts = {
  readonly config: ConfigView;
  readonly backend: Backend;
  /** `service.train_service.main_actor`; null while there is no actor. */
  readonly actor: string | null;
  /** `file.yaml` of the variant, for the text of messages. */
  readonly variant: string;
};

export type Rule = {
  readonly id: string;
  /** What holds when it holds; shown among the rules that passed. */
  readonly title: string;
  /** Why it matters. */
  readonly reason: string;
  readonly severity: Diagnostic['severity'];
  /** On other backends an error is a warning, because nothing there reads the keys. Absent = all backends. */
  readonly backends?: readonly Backend[];
  readonly check: (facts: RuleFacts) => Outcome;
};

export const NOT_EMBEDDED: readonly Backend[] = ['self_hosted', 'tinker', 'weaver'];
export const SELF_HOSTED: readonly Backend[] = ['self_hosted'];

/** A text as YAML. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Whether the trainer compares the rollouts of a group. */
export function isGrpo({ config }: RuleFacts): boolean {
  return GRPO_TRAINERS.includes(config.text('trainer.type') ?? '');
}
