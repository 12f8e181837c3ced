import { isSecretVariable } from '../secret-names';
import { type ScriptValue, textValue } from './script-value';
import type { Span } from './syntax';

/** What a script starts with: values, or for secrets only that they are set. */
export type ReadableEnvironment = Readonly<Record<string, string | { readonly secret: true }>>;

/** Variables that bash itself makes or changes. */
const OF_BASH =
  /^(BASH.*|RANDOM|SRANDOM|SECONDS|LINENO|EPOCH.*|FUNCNAME|DIRSTACK|GROUPS|HOSTNAME|HOSTTYPE|MACHTYPE|OSTYPE|PWD|OLDPWD|SHLVL|SHELLOPTS|UID|EUID|PPID|IFS|OPT(IND|ARG|ERR)|PIPESTATUS|REPLY|COMP_.*|COPROC|HIST.*|PS[0-4]|LC_.*|LANG|POSIXLY_CORRECT|COLUMNS|LINES|_)$/;

type Doubt = { readonly reason: string; readonly at: Span };
/** `isExported`: a doubt where something ran that may have exported it, or not. */
type Variable = { readonly value: ScriptValue; readonly isExported: boolean | Doubt };

/** The variables of a script while it is being read. */
export class Variables {
  /** `set -a` */
  exportsAll = false;
  /** Something ran that may have changed any variable that was not set after it. */
  doubt: Doubt | null = null;
  readonly reads = new Set<string>();
  private readonly known = new Map<string, Variable>();
  private readonly strange = new Set<string>();
  private readonly fixed = new Set<string>();

  private readonly env: ReadableEnvironment;
  private readonly isMarked: (at: Span) => boolean;

  constructor(env: ReadableEnvironment, isMarked: (at: Span) => boolean) {
    this.env = env;
    this.isMarked = isMarked;
  }

  get(name: string, at: Span): ScriptValue {
    this.reads.add(name);
    return this.find(name, at).value;
  }

  private find(name: string, at: Span): Variable {
    if (OF_BASH.test(name)) return { value: { kind: 'unknown', reason: `$${name}`, at }, isExported: true };
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.doubt !== null) return { value: { kind: 'unknown', ...this.doubt }, isExported: this.doubt };
    const given = Object.hasOwn(this.env, name) ? this.env[name] : undefined;
    if (given === undefined) return { value: { kind: 'unset' }, isExported: false };
    const value: ScriptValue =
      typeof given === 'string' ? textValue(given, isSecretVariable(name)) : { kind: 'secret' };
    return { value, isExported: true };
  }

  set(name: string, value: ScriptValue, at: Span): void {
    if (this.fixed.has(name) || /^(UID|EUID|PPID|SHELLOPTS|BASHOPTS)$/.test(name)) {
      this.doubtAll(`${name} is read-only`, at);
      return;
    }
    const isExported = this.exportsAll ? true : this.find(name, at).isExported;
    const isSecret = isSecretVariable(name) || this.isMarked(at);
    const marked = value.kind === 'text' && value.text !== '' && isSecret ? { ...value, isSecret } : value;
    const settled: ScriptValue =
      this.strange.has(name) || OF_BASH.test(name) ? { kind: 'unknown', reason: `$${name}`, at } : marked;
    this.known.set(name, { value: settled, isExported });
  }

  export(name: string, isExported: boolean, at: Span): void {
    this.known.set(name, { value: this.find(name, at).value, isExported });
  }

  /** It may or may not have been changed. */
  mark(name: string, doubt: Doubt): void {
    this.known.set(name, { value: { kind: 'unknown', ...doubt }, isExported: doubt });
  }

  unset(name: string, at: Span): void {
    if (this.fixed.has(name)) this.doubtAll(`${name} is read-only`, at);
    else this.known.set(name, { value: { kind: 'unset' }, isExported: false });
  }

  /** An attribute or an array: what is assigned is not what is read. */
  makeStrange(name: string, doubt: Doubt): void {
    this.strange.add(name);
    this.mark(name, doubt);
  }

  makeReadOnly(name: string): void {
    this.fixed.add(name);
  }

  doubtAll(reason: string, at: Span): void {
    this.known.clear();
    this.doubt = { reason, at };
  }

  /** Every variable that the script has touched, as a process that it starts would see it. */
  environment(): ReadonlyMap<string, ScriptValue> {
    return new Map([...this.known].map(([name, { value, isExported }]) => [name, asSeen(value, isExported)]));
  }
}

function asSeen(value: ScriptValue, isExported: Variable['isExported']): ScriptValue {
  if (isExported === true) return value;
  return isExported === false ? { kind: 'unset' } : { kind: 'unknown', ...isExported };
}
