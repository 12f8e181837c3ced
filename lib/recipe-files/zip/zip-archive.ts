import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { AppError } from '@/lib/shared/app-error';

// The part of the zip format that recipes need (APPNOTE 6.3.10): one disk, no encryption, stored or deflated. Written
// here because a reader has to see the file modes (links) and to bound what is inflated, whatever the headers say.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const UTF8_NAMES = 0x0800;
const ENCRYPTED = 0x0001;
const DEFLATED = 8;
const LINK_MODE = 0o120000;
const MODE_TYPE = 0o170000;
const UNIX = 3;

export type ZipEntry = {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly isEncrypted: boolean;
  /** What the archive claims; `read` bounds what really comes. */
  readonly bytes: number;
  /** The content. Refuses with `AppError` what is damaged or longer than `maxBytes`. */
  read(maxBytes: number): Uint8Array;
};

/** The entries as the central directory lists them. Refuses with `AppError('unprocessable')` what is no zip. */
export function readZip(bytes: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === null) throw damaged('it has no list of files at its end');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    throw damaged('it is in the zip64 form, which is for far larger archives');
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL)
      throw damaged('its list of files is broken');
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged('its list of files is cut off');
    entries.push(entryAt(view, at, decodeName(bytes.subarray(at + 46, at + 46 + nameLength))));
    at = next;
  }
  return entries;
}

function findEnd(view: DataView): number | null {
  const first = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= first; at -= 1)
    if (view.getUint32(at, true) === END) return at;
  return null;
}

function entryAt(view: DataView, at: number, name: string): ZipEntry {
  const isUnix = view.getUint8(at + 5) === UNIX;
  const mode = isUnix ? view.getUint16(at + 40, true) : 0;
  const isLink = (mode & MODE_TYPE) === LINK_MODE;
  const place = view.getUint32(at + 42, true);
  const packed = view.getUint32(at + 20, true);
  const method = view.getUint16(at + 10, true);
  const checksum = view.getUint32(at + 16, true);
  return {
    name,
    kind: isLink ? 'link' : name.endsWith('/') ? 'folder' : 'file',
    isEncrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
    bytes: view.getUint32(at + 24, true),
    read(maxBytes) {
      const content = inflate(contentAt(view, { place, packed, name }), { method, maxBytes, name });
      if (crc32(content) !== checksum) throw damaged(`${name} does not match its checksum`);
      return content;
    },
  };
}

function contentAt(view: DataView, entry: { place: number; packed: number; name: string }): Uint8Array {
  const { place, packed, name } = entry;
  if (place + 30 > view.byteLength || view.getUint32(place, true) !== LOCAL)
    throw damaged(`${name} is not where it should be`);
  const start = place + 30 + view.getUint16(place + 26, true) + view.getUint16(place + 28, true);
  if (start + packed > view.byteLength) throw damaged(`${name} is cut off`);
  return new Uint8Array(view.buffer, view.byteOffset + start, packed);
}

function inflate(packed: Uint8Array, how: { method: number; maxBytes: number; name: string }): Uint8Array {
  const { method, maxBytes, name } = how;
  if (method !== 0 && method !== DEFLATED)
    throw damaged(`${name} is packed in a way that Galley does not know`);
  if (method === 0) {
    if (packed.length > maxBytes) throw tooLarge(name);
    return packed;
  }
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(name, error);
    throw damaged(`${name} cannot be unpacked`, error);
  }
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw damaged('a file name in it is not UTF-8', error);
  }
}

function damaged(why: string, cause?: unknown): AppError {
  return new AppError('unprocessable', `This zip cannot be read: ${why}. Nothing was imported.`, { cause });
}

function tooLarge(name: string, cause?: unknown): AppError {
  return new AppError(
    'unprocessable',
    `${name} in this zip is larger than Galley takes. Nothing was imported.`,
    { cause },
  );
}

/** A zip of regular files, deflated, in the given order. Times are left out, so equal files give equal bytes. */
export function writeZip(
  files: Iterable<readonly [name: string, content: Uint8Array]>,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const encoded = new TextEncoder().encode(name);
    const packed = deflateRawSync(content);
    const facts = {
      checksum: crc32(content),
      packed: packed.length,
      bytes: content.length,
      name: encoded.length,
    };
    parts.push(localHeader(facts), encoded, packed);
    central.push(centralHeader(facts, offset), encoded);
    offset += 30 + encoded.length + packed.length;
  }
  const directory = central.reduce((sum, part) => sum + part.length, 0);
  const all = [...parts, ...central, endRecord(central.length / 2, directory, offset)];
  return new Uint8Array(Buffer.concat(all));
}

type Facts = {
  readonly checksum: number;
  readonly packed: number;
  readonly bytes: number;
  readonly name: number;
};
/** 1 January 1980, the first day that the format knows. */
const NO_DATE = 0x21;

function localHeader(facts: Facts): Uint8Array {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL, 0);
  header.writeUInt16LE(20, 4);
  writeFacts(header, 6, facts);
  header.writeUInt16LE(facts.name, 26);
  return header;
}

function centralHeader(facts: Facts, offset: number): Uint8Array {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(CENTRAL, 0);
  header.writeUInt16LE((UNIX << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  writeFacts(header, 8, facts);
  header.writeUInt16LE(facts.name, 28);
  header.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return header;
}

/** Flags, method, date, checksum and sizes stand in the same order in both headers. */
function writeFacts(header: Buffer, at: number, facts: Facts): void {
  header.writeUInt16LE(UTF8_NAMES, at);
  header.writeUInt16LE(DEFLATED, at + 2);
  header.writeUInt16LE(0, at + 4);
  header.writeUInt16LE(NO_DATE, at + 6);
  header.writeUInt32LE(facts.checksum, at + 8);
  header.writeUInt32LE(facts.packed, at + 12);
  header.writeUInt32LE(facts.bytes, at + 16);
}

function endRecord(count: number, bytes: number, offset: number): Uint8Array {
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
