import { isScalar, type Node } from 'yaml';
import { applyEdits } from '../edits/apply-edits';
import type { EditPath } from '../edits/edit-path';
import { type LayerText, removeKey, renameKey, setValue } from '../edits/edit-layer';
import {
  columnOf,
  contentEnd,
  entryEnd,
  entryOf,
  isLayerMap,
  lineEnd,
  lineStart,
  nodeAt,
  parsePlaces,
  startOf,
} from '../edits/yaml-places';

const TRAINING: EditPath = ['service', 'train_service'];
const INFERENCE: EditPath = ['service', 'inference_service'];

/**
 * The text of one layer in today's shape; comments stay with what they are about. `older` names the training services
 * that mean direct-zmq by `http` because another layer gives them an older shape; what this layer shows is seen here.
 */
export function migrateLayer({ file, text }: LayerText, older: readonly string[] = []): string {
  const meansDirectZmq = [...older, ...olderServices({ file, text })];
  const steps = [
    nameTheOnlyService,
    renameTags,
    (layer: LayerText) => renameBackends(layer, meansDirectZmq),
    moveTrainingResources,
    moveInferenceResources,
    moveAgentResources,
    renameReferences,
  ];
  return steps.reduce((current, step) => step({ file, text: current }), text);
}

function olderServices(layer: LayerText): readonly string[] {
  const names = keysAt(layer, TRAINING);
  if (isNameless(names)) return ['main_actor'];
  const hasMachinesElsewhere = keysAt(layer, ['resource', 'train']).length > 0;
  return names.filter((name) => {
    const keys = keysAt(layer, [...TRAINING, name]);
    return hasMachinesElsewhere || (keys.includes('model_tag') && !keys.includes('identifier'));
  });
}

function isNameless(keys: readonly string[]): boolean {
  return keys.some((key) => key === 'backend' || key === 'url');
}

function rootOf({ text }: LayerText): Node | null {
  return parsePlaces(text);
}

function keysAt(layer: LayerText, path: EditPath): readonly string[] {
  const node = nodeAt(rootOf(layer), path);
  return isLayerMap(node) ? node.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : [];
}

/** Puts the entries of a service that has no name a level deeper, under a name. */
function nameTheOnlyService(layer: LayerText): string {
  const { text } = layer;
  const node = nodeAt(rootOf(layer), TRAINING);
  const keys = keysAt(layer, TRAINING);
  if (!isLayerMap(node) || node.flow === true || !isNameless(keys)) return text;
  const [first] = node.items;
  if (first === undefined) return text;
  const start = lineStart(text, startOf(first.key));
  const end = lineEnd(text, contentEnd(text, node));
  const indent = ' '.repeat(columnOf(text, startOf(first.key)));
  const deeper = text.slice(start, end).replaceAll(/^(?=.*\S)/gm, '  ');
  const role = keys.includes('role') ? '' : `${indent}  role: actor\n`;
  return `${text.slice(0, start)}${indent}main_actor:\n${role}${deeper}${text.slice(end)}`;
}

function renameTags(layer: LayerText): string {
  const services = keysAt(layer, TRAINING).map((name) => [...TRAINING, name]);
  return [INFERENCE, ...services].reduce((text, at) => {
    const now = { ...layer, text };
    if (!keysAt(now, at).includes('model_tag')) return text;
    const path = [...at, 'model_tag'];
    const isNamed = keysAt(now, at).includes('identifier');
    return applyEdits(text, isNamed ? removeKey(now, path) : renameKey(now, path, 'identifier'));
  }, layer.text);
}

function renameBackends(layer: LayerText, older: readonly string[]): string {
  return keysAt(layer, TRAINING).reduce((text, name) => {
    const path = [...TRAINING, name, 'backend'];
    const node = nodeAt(parsePlaces(text), path);
    const old = older.includes(name) ? ['http', 'nextrainer'] : ['nextrainer'];
    if (!isScalar(node) || !old.includes(String(node.value))) return text;
    return applyEdits(text, setValue({ ...layer, text }, path, 'direct-zmq'));
  }, layer.text);
}

function moveTrainingResources(layer: LayerText): string {
  const keys = keysAt(layer, ['resource', 'train']);
  const services = keysAt(layer, TRAINING);
  return keys.reduce((text, key) => {
    const now = { ...layer, text };
    const byIdentifier = services.find((name) => {
      const node = nodeAt(rootOf(now), [...TRAINING, name, 'identifier']);
      return name === key || (isScalar(node) && node.value === key);
    });
    const name =
      byIdentifier ?? (keys.length === 1 && services.length <= 1 ? (services[0] ?? 'main_actor') : null);
    return name === null ? text : move(now, ['resource', 'train', key], [...TRAINING, name, 'resource']);
  }, layer.text);
}

function moveInferenceResources(layer: LayerText): string {
  const places = new Map([
    ['served_model_name', 'model'],
    ['model_path', 'model_path'],
  ]);
  return keysAt(layer, ['resource', 'inference']).reduce((text, key) => {
    const place = places.get(key);
    const to = place === undefined ? [...INFERENCE, 'resource', key] : [...INFERENCE, place];
    return move({ ...layer, text }, ['resource', 'inference', key], to);
  }, layer.text);
}

function moveAgentResources(layer: LayerText): string {
  return keysAt(layer, ['resource', 'agent']).reduce(
    (text, key) => move({ ...layer, text }, ['resource', 'agent', key], ['rollout_worker', 'resource', key]),
    layer.text,
  );
}

/** What stands at the new place already wins, as it does when the old shape is read. */
function move(layer: LayerText, from: EditPath, to: EditPath): string {
  const node = nodeAt(rootOf(layer), from);
  if (node === null) return layer.text;
  const target = nodeAt(rootOf(layer), to);
  if (isLayerMap(node) && isLayerMap(target)) {
    const moved = keysAt(layer, from).reduce(
      (text, key) => move({ ...layer, text }, [...from, key], [...to, key]),
      layer.text,
    );
    return cut({ ...layer, text: moved }, from);
  }
  const added = target === null ? setValue(layer, to, sourceOf(layer.text, node)) : [];
  if (target === null && added.length === 0) return layer.text;
  return cut({ ...layer, text: applyEdits(layer.text, added) }, from);
}

/** Takes the whole lines of an entry out, and of the maps that held nothing else. */
function cut(layer: LayerText, path: EditPath): string {
  const root = rootOf(layer);
  let place = path;
  while (place.length > 1 && keysAt(layer, place.slice(0, -1)).length === 1) place = place.slice(0, -1);
  const parent = place.length > 1 ? nodeAt(root, place.slice(0, -1)) : root;
  const entry = isLayerMap(parent) ? entryOf(parent, String(place.at(-1))) : undefined;
  if (entry === undefined || !isLayerMap(parent)) return layer.text;
  if (parent.flow === true) return applyEdits(layer.text, removeKey(layer, place));
  const start = lineStart(layer.text, startOf(entry.key));
  return `${layer.text.slice(0, start)}${layer.text.slice(lineEnd(layer.text, entryEnd(layer.text, entry)) + 1)}`;
}

/** Its lines, from the margin on; a value on one line takes its comment along. */
function sourceOf(text: string, node: Node): string {
  const isBlock = isLayerMap(node) && node.flow !== true;
  const start = isBlock ? lineStart(text, startOf(node)) : startOf(node);
  const source = text.slice(start, lineEnd(text, contentEnd(text, node)));
  if (!isBlock) return source;
  const indent = columnOf(text, startOf(node));
  return source.replaceAll(new RegExp(`^ {1,${indent}}`, 'gm'), '');
}

/** Interpolations that named an old place. */
function renameReferences({ text }: LayerText): string {
  return text
    .replaceAll(
      /\$\{service\.train_service\.(?=(?:identifier|backend|url|config|resource|actor)\b)/g,
      '${service.train_service.main_actor.',
    )
    .replaceAll(/\$\{(service\.(?:inference_service|train_service\.\w+))\.model_tag\}/g, '${$1.identifier}');
}
