import { describe, expect, it } from 'vitest';
import { createWriteBuffer } from './write-buffer';

describe('createWriteBuffer', () => {
  it('takes no more than its bound, and again once some is on disk', () => {
    const buffer = createWriteBuffer(100);
    buffer.add(60);
    buffer.add(40);
    expect(() => buffer.add(1)).toThrow(/no room for more/);
    buffer.committed(1);
    buffer.add(60);
    expect(buffer.last).toBe(3);
  });

  it('takes one record that is larger than the bound, rather than never', () => {
    const buffer = createWriteBuffer(100);
    buffer.add(1000);
    expect(() => buffer.add(1)).toThrow(/no room/);
  });

  it('lets callers wait for half of the room, and for what they have said so far', async () => {
    const buffer = createWriteBuffer(100);
    for (const size of [30, 30, 30]) buffer.add(size);
    const settled: string[] = [];
    const half = buffer.wait('little').then(() => settled.push('little'));
    const empty = buffer.wait('empty').then(() => settled.push('empty'));
    buffer.committed(2);
    await half;
    expect(settled).toEqual(['little']);
    buffer.add(10);
    buffer.committed(3);
    await empty;
    expect(settled).toEqual(['little', 'empty']);
  });

  it('rejects everything with the reason once the writer has failed', async () => {
    const buffer = createWriteBuffer();
    buffer.add(1);
    const waiting = buffer.wait('empty');
    buffer.fail(new Error('taken over'));
    buffer.fail(new Error('ended'));
    await expect(waiting).rejects.toThrow('taken over');
    await expect(buffer.wait('little')).rejects.toThrow('taken over');
    expect(() => buffer.add(1)).toThrow('taken over');
  });
});
