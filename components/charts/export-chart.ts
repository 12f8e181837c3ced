import { cssColor } from '@/lib/charts/series-color';
import type { LegendEntry } from './chart-legend';

export type ChartPicture = { readonly text: string; readonly width: number; readonly height: number };

/** What a drawing outside the page would lose: colours and type come from the style sheet. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
] as const;
const PAD = 16;
const TITLE_HEIGHT = 26;
const LEGEND_HEIGHT = 18;
const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Pixels of the picture per pixel of the page: sharp in print and on fine screens. */
const SCALE = 2;

/** A drawn chart with title and legend as a drawing that stands alone, in the colours of the page. */
export function chartSvg(
  drawn: SVGSVGElement,
  { title, legend }: { readonly title: string; readonly legend: readonly LegendEntry[] },
): ChartPicture {
  const { width: inner, height: drawnHeight } = drawn.getBoundingClientRect();
  const page = getComputedStyle(document.documentElement);
  const colorOf = (name: string): string => page.getPropertyValue(name).trim();
  const head = PAD + TITLE_HEIGHT + legend.length * LEGEND_HEIGHT;
  const width = Math.ceil(inner + 2 * PAD);
  const height = Math.ceil(head + drawnHeight + PAD);
  const picture = element('svg', { xmlns: NAMESPACE, width, height, viewBox: `0 0 ${width} ${height}` });
  const font = getComputedStyle(document.body).fontFamily;
  const text = { 'font-family': font, fill: colorOf('--ink') };
  picture.append(
    element('rect', { width, height, fill: colorOf('--panel') }),
    element('text', { x: PAD, y: PAD + 14, 'font-size': 15, 'font-weight': 600, ...text }, title),
    ...legend.flatMap((entry, index) => {
      const y = PAD + TITLE_HEIGHT + index * LEGEND_HEIGHT + 8;
      const stroke = colorOf(cssColor(entry.color).slice('var('.length, -1));
      const dash = entry.dash ? { 'stroke-dasharray': entry.dash } : {};
      const label = entry.last === undefined ? entry.name : `${entry.name}  ${entry.last}`;
      return [
        element('line', { x1: PAD, x2: PAD + 18, y1: y, y2: y, stroke, 'stroke-width': 3, ...dash }),
        element('text', { x: PAD + 26, y: y + 4, 'font-size': 12, ...text }, label),
      ];
    }),
  );
  const copy = copyWithStyles(drawn);
  copy.setAttribute('x', String(PAD));
  copy.setAttribute('y', String(head));
  picture.append(copy);
  return { text: new XMLSerializer().serializeToString(picture), width, height };
}

/** The drawing as pixels, twice as many as on the page. Rejects when the browser cannot draw it. */
export async function chartPng({ text, width, height }: ChartPicture): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The browser has no canvas.');
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob)));
  });
}

function copyWithStyles(source: SVGSVGElement): SVGSVGElement {
  const copy = document.importNode(source, true);
  const originals = [source, ...source.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  originals.forEach((original, index) => {
    const target = copies[index];
    if (target === undefined) return;
    const styles = getComputedStyle(original);
    for (const name of STYLES) target.setAttribute(name, styles.getPropertyValue(name));
    target.removeAttribute('style');
    target.removeAttribute('class');
  });
  return copy;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>, text = ''): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  if (!(made instanceof SVGElement)) throw new Error(`${name} is no element of a drawing.`);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'xmlns') made.setAttribute(key, String(value));
  }
  made.textContent = text;
  return made;
}
