import { followDisk } from './disk-change';

/** A file as the page has it: what is on disk as far as we know, and what was typed since. */
export type StudioFile = {
  readonly path: string;
  /** Text on disk when it was last read or saved. */
  readonly text: string;
  /** Version on disk; null = there is none (any more). */
  readonly etag: string | null;
  /** Unsaved text; null = none. */
  readonly draft: string | null;
  /** Grows when the text is replaced from outside the editor, which must then take it over. */
  readonly revision: number;
};

export type DiskFile = { readonly path: string; readonly text: string; readonly etag: string };
export type Draft = {
  readonly text: string;
  readonly etag: string | null;
  /** What it was typed over; '' when that is not known. */
  readonly base: string;
};

export type StudioState = {
  readonly files: Readonly<Record<string, StudioFile>>;
  readonly tabs: readonly string[];
  readonly active: string | null;
  readonly variant: string | null;
  /** One override per entry, as typed. */
  readonly overrides: string;
  /** A save was refused because the file changed on disk meanwhile. */
  readonly conflict: { readonly path: string; readonly theirs: DiskFile | null } | null;
  /** Versions on disk that the person does not want to decide about now, by path. */
  readonly putOff: Readonly<Record<string, string | null>>;
};

export type StudioAction =
  | { readonly kind: 'loaded'; readonly file: DiskFile }
  | { readonly kind: 'opened'; readonly path: string; readonly variant: string | null }
  | { readonly kind: 'closed'; readonly path: string }
  | { readonly kind: 'edited'; readonly path: string; readonly text: string }
  /** From outside the editor, which takes the text over. */
  | { readonly kind: 'replaced'; readonly path: string; readonly text: string }
  | { readonly kind: 'saved'; readonly file: DiskFile }
  | { readonly kind: 'conflicted'; readonly path: string; readonly theirs: DiskFile | null }
  /** The disk has another version than the page (null = none): somebody else wrote, made or removed the file. */
  | { readonly kind: 'disk'; readonly path: string; readonly file: DiskFile | null }
  /** This page renamed or moved an entry; what was typed goes with it. */
  | { readonly kind: 'moved'; readonly from: string; readonly to: string }
  /** This page deleted an entry; nobody has to be asked about it. */
  | { readonly kind: 'removed'; readonly path: string }
  | { readonly kind: 'kept-mine' }
  | { readonly kind: 'took-theirs' }
  /** Each difference was decided; the text that came of it is a draft over what is on disk now. */
  | { readonly kind: 'settled'; readonly text: string }
  | { readonly kind: 'put-off' }
  | { readonly kind: 'restored'; readonly drafts: Readonly<Record<string, Draft>> }
  | { readonly kind: 'variant'; readonly variant: string }
  | { readonly kind: 'overrides'; readonly text: string };

// eslint-disable-next-line complexity -- one flat switch over a union is one decision
export function studioReducer(state: StudioState, action: StudioAction): StudioState {
  switch (action.kind) {
    case 'loaded':
      return state.files[action.file.path]
        ? state
        : withFile(state, { ...action.file, draft: null, revision: 0 });
    case 'opened':
      return {
        ...state,
        active: action.path,
        tabs: state.tabs.includes(action.path) ? state.tabs : [...state.tabs, action.path],
        variant: action.variant ?? state.variant,
      };
    case 'closed':
      return close(state, action.path);
    case 'edited':
      return edit(state, action.path, action.text);
    case 'replaced':
      return replace(state, action.path, action.text);
    case 'saved':
      return save(state, action.file);
    case 'conflicted':
      return { ...state, conflict: { path: action.path, theirs: action.theirs } };
    case 'disk':
      return onDisk(state, action.path, action.file);
    case 'moved':
      return move(state, action.from, action.to);
    case 'removed':
      return pathsBelow(state, action.path).reduce(without, state);
    case 'kept-mine':
      return keepMine(state);
    case 'took-theirs':
      return takeTheirs(state);
    case 'settled':
      return settle(state, action.text);
    case 'put-off':
      return putOff(state);
    case 'restored':
      return restore(state, action.drafts);
    case 'variant':
      return { ...state, variant: action.variant };
    case 'overrides':
      return { ...state, overrides: action.text };
  }
}

/** What the editor shows and the preview composes. */
export function currentText(file: StudioFile): string {
  return file.draft ?? file.text;
}

export function dirtyPaths(state: StudioState): readonly string[] {
  return Object.values(state.files).flatMap((file) => (file.draft === null ? [] : [file.path]));
}

/** Overrides as Hydra takes them: separated by line breaks or blanks, blanks inside quotes and brackets kept. */
export function splitOverrides(text: string): readonly string[] {
  const pieces = text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[[^\]]*\]|\{[^}]*\}|\$\{[^}]*\}|\S)+/g);
  return pieces ?? [];
}

function onDisk(state: StudioState, path: string, disk: DiskFile | null): StudioState {
  const file = state.files[path];
  if (file === undefined)
    return disk === null ? state : withFile(state, { ...disk, draft: null, revision: 0 });
  if (file.etag === (disk?.etag ?? null)) return state;
  const outcome = followDisk(file, disk);
  if (outcome.kind === 'file') return withFile(state, outcome.file);
  if (outcome.kind === 'gone') return without(state, path);
  return ask(state, path, disk);
}

function ask(state: StudioState, path: string, theirs: DiskFile | null): StudioState {
  const isPutOff = path in state.putOff && state.putOff[path] === (theirs?.etag ?? null);
  return isPutOff || state.conflict !== null ? state : { ...state, conflict: { path, theirs } };
}

function putOff(state: StudioState): StudioState {
  const { conflict } = state;
  if (conflict === null) return state;
  const later = { ...state.putOff, [conflict.path]: conflict.theirs?.etag ?? null };
  return { ...state, conflict: null, putOff: later };
}

function without(state: StudioState, gone: string): StudioState {
  const files = Object.fromEntries(Object.entries(state.files).filter(([path]) => path !== gone));
  return close({ ...state, files }, gone);
}

/** The files of an entry, which is a file or a folder. */
function pathsBelow(state: StudioState, entry: string): readonly string[] {
  return Object.keys(state.files).filter((path) => path === entry || path.startsWith(`${entry}/`));
}

function move(state: StudioState, from: string, to: string): StudioState {
  const moved = new Set(pathsBelow(state, from));
  const place = (path: string) => (moved.has(path) ? to + path.slice(from.length) : path);
  const files = Object.values(state.files).map((file) => ({ ...file, path: place(file.path) }));
  return {
    ...state,
    files: Object.fromEntries(files.map((file) => [file.path, file])),
    tabs: state.tabs.map(place),
    active: state.active === null ? null : place(state.active),
  };
}

function withFile(state: StudioState, file: StudioFile): StudioState {
  return { ...state, files: { ...state.files, [file.path]: file } };
}

function edit(state: StudioState, path: string, text: string): StudioState {
  const file = state.files[path];
  if (file === undefined) return state;
  const draft = text === file.text && file.etag !== null ? null : text;
  return draft === file.draft ? state : withFile(state, { ...file, draft });
}

function replace(state: StudioState, path: string, text: string): StudioState {
  const file = state.files[path];
  if (file === undefined) return state;
  const next = withFile(state, { ...file, revision: file.revision + 1 });
  return edit(next, path, text);
}

/** What was typed while the save was on its way stays a draft, also where it was typed back to the old text. */
function save(state: StudioState, saved: DiskFile): StudioState {
  const file = state.files[saved.path];
  const shown = file === undefined ? saved.text : currentText(file);
  const draft = shown === saved.text ? null : shown;
  return withFile(state, { ...saved, draft, revision: file?.revision ?? 0 });
}

function close(state: StudioState, path: string): StudioState {
  const index = state.tabs.indexOf(path);
  const tabs = state.tabs.filter((tab) => tab !== path);
  const next = tabs[Math.min(index, tabs.length - 1)] ?? null;
  return { ...state, tabs, active: state.active === path ? next : state.active };
}

/** The next save goes over what is on disk now. */
function keepMine(state: StudioState): StudioState {
  const { conflict } = state;
  const file = conflict === null ? undefined : state.files[conflict.path];
  if (conflict === null || file === undefined) return { ...state, conflict: null };
  const disk = { text: conflict.theirs?.text ?? '', etag: conflict.theirs?.etag ?? null };
  return { ...withFile(state, { ...file, ...disk, draft: currentText(file) }), conflict: null };
}

function takeTheirs(state: StudioState): StudioState {
  const { conflict } = state;
  if (conflict === null) return state;
  if (conflict.theirs !== null) {
    const revision = (state.files[conflict.path]?.revision ?? 0) + 1;
    return { ...withFile(state, { ...conflict.theirs, draft: null, revision }), conflict: null };
  }
  return { ...without(state, conflict.path), conflict: null };
}

function settle(state: StudioState, text: string): StudioState {
  const { conflict } = state;
  const file = conflict === null ? undefined : state.files[conflict.path];
  if (conflict?.theirs == null || file === undefined) return state;
  const draft = text === conflict.theirs.text ? null : text;
  return { ...withFile(state, { ...conflict.theirs, draft, revision: file.revision + 1 }), conflict: null };
}

/** A draft names the version it was typed over: if the disk has moved on, saving it is a conflict, as it should be. */
function restore(state: StudioState, drafts: Readonly<Record<string, Draft>>): StudioState {
  let next = state;
  for (const [path, draft] of Object.entries(drafts)) {
    const file = next.files[path];
    if (file === undefined || file.draft !== null || draft.text === file.text) continue;
    next = withFile(next, {
      ...file,
      // The disk may have moved on: the draft is merged with it from what it was typed over.
      text: draft.etag === file.etag ? file.text : draft.base,
      etag: draft.etag,
      draft: draft.text,
      revision: file.revision + 1,
    });
  }
  return next;
}
