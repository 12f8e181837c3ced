/** Members that wait until their group has enough of them. A group is named by the values of its keys. */
export type GroupStore<Member> = {
  /** Null when taken; otherwise the key that the member lacks, and it is not taken. */
  put(member: Member, fields: Readonly<Record<string, unknown>>): string | null;
  /** Members of complete groups. */
  readonly finished: number;
  /** Members of groups that are not complete yet. */
  readonly waiting: number;
  /** The first `count` finished ones, in the order in which their groups were completed. */
  take(count: number): readonly Member[];
  /** No more members will come: what waits counts as finished, in the order of arrival of each group's first. */
  flush(): void;
  clear(): void;
};

export type GroupStoreOptions = {
  /** Without keys every member is finished as it comes. */
  readonly keys: readonly string[];
  readonly groupSize: number;
};

export function createGroupStore<Member>({ keys, groupSize }: GroupStoreOptions): GroupStore<Member> {
  let finished: Member[] = [];
  const active = new Map<string, Member[]>();
  const waiting = (): number => [...active.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    put: (member, fields) => {
      const missing = keys.find((key) => fields[key] === undefined || fields[key] === null);
      if (missing !== undefined) return missing;
      if (keys.length === 0) {
        finished.push(member);
        return null;
      }
      const name = JSON.stringify(keys.map((key) => fields[key]));
      const group = [...(active.get(name) ?? []), member];
      if (group.length < groupSize) active.set(name, group);
      else {
        active.delete(name);
        finished.push(...group);
      }
      return null;
    },
    get finished() {
      return finished.length;
    },
    get waiting() {
      return waiting();
    },
    take: (count) => {
      const taken = finished.slice(0, count);
      finished = finished.slice(count);
      return taken;
    },
    flush: () => {
      for (const group of active.values()) finished.push(...group);
      active.clear();
    },
    clear: () => {
      finished = [];
      active.clear();
    },
  };
}
