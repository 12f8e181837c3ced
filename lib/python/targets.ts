import type { LoadedTarget } from './member';
import type { ToPython } from './protocol';
import type { PythonHandle, PythonTarget } from './python-pool';

type Known = LoadedTarget & { readonly target: PythonTarget; readonly handle: PythonHandle };
type FirstLoad = {
  readonly target: PythonTarget;
  readonly resolve: (handle: PythonHandle) => void;
  readonly reject: (error: Error) => void;
};

/** What has been loaded once, and what is being loaded for the first time. */
export class Targets {
  readonly #known = new Map<number, Known>();
  readonly #first = new Map<number, FirstLoad>();
  #nextId = 1;

  /** A new target; the promise is that of its first load. */
  add(target: PythonTarget): { readonly id: number; readonly loaded: Promise<PythonHandle> } {
    const id = this.#nextId++;
    const loaded = new Promise<PythonHandle>((resolve, reject) => {
      this.#first.set(id, { target, resolve, reject });
    });
    return { id, loaded };
  }

  known(id: number): LoadedTarget | null {
    return this.#known.get(id) ?? null;
  }

  /** Targets whose first load is not over. */
  firstLoads(): readonly number[] {
    return [...this.#first.keys()];
  }

  isFirstLoad(id: number): boolean {
    return this.#first.has(id);
  }

  loaded(id: number, facts: { readonly isAsync: boolean; readonly methods: readonly string[] }): void {
    const first = this.#first.get(id);
    if (first === undefined) return;
    this.#first.delete(id);
    const { target } = first;
    const handle: PythonHandle = { id, name: target.name, methods: facts.methods };
    this.#known.set(id, { target, handle, isAsync: facts.isAsync, threads: target.threads ?? 1 });
    first.resolve(handle);
  }

  refuse(id: number, error: Error): void {
    this.#first.get(id)?.reject(error);
    this.#first.delete(id);
  }

  target(id: number): PythonTarget | null {
    return this.#known.get(id)?.target ?? this.#first.get(id)?.target ?? null;
  }

  message(id: number): ToPython | null {
    const target = this.target(id);
    if (target === null) return null;
    const { source, name, make, args = {}, paths, roots, threads = 1 } = target;
    return { k: 'load', handle: id, ...source, name, make, args, paths, roots, threads };
  }
}
