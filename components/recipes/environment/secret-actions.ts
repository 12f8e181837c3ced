import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';

/** What pages ask of the secret store. Values go there and never come back. */
export type SecretActions = {
  /** `isNew`: refused with `conflict` where the name already holds something else. */
  readonly store: (secret: {
    readonly name: string;
    readonly value: string;
    readonly isNew: boolean;
  }) => Promise<Result<null, ActionError>>;
  readonly unset: (secret: { readonly name: string }) => Promise<Result<null, ActionError>>;
};
