import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeZip } from '@/lib/recipe-files/zip/zip-archive';
import { expect, test } from './fixtures';
import { answer } from './studio-page';

const bytes = (text: string) => new TextEncoder().encode(text);
const LAYER = ['evil/common.yaml', bytes('x: 1\n')] as const;

/** A zip whose first file says of itself that it is a link. */
function withLink(): Uint8Array {
  const zip = Uint8Array.from(writeZip([['evil/passwd', bytes('/etc/passwd')], LAYER]));
  const central = Buffer.from(zip).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  new DataView(zip.buffer).setUint16(central + 40, 0o120777, true);
  return zip;
}

test('a recipe is exported, imported under another name, and hostile zips are refused', async ({
  page,
  galley,
}) => {
  await page.goto('/recipes');
  const picker = page.getByLabel('Zip of a recipe');
  let zip = '';

  await test.step('out and in again', async () => {
    await page.getByRole('button', { name: 'Actions for pig_latin' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Export as zip' }).click();
    zip = await (await download).path();
    await picker.setInputFiles({
      name: 'pig_latin.zip',
      mimeType: 'application/zip',
      buffer: await readFile(zip),
    });
    await expect(page.getByRole('dialog', { name: 'That name is taken' })).toBeVisible();
    await answer(page, 'pig_again', 'Import');
    await page.waitForURL(/\/recipes\/pig_again/);
    await expect(page.getByRole('list', { name: 'Resolved configuration' })).toContainText(
      'pig-latin-embedded',
    );
    const names = (folder: string) => readdir(path.join(galley.recipesDir, folder), { recursive: true });
    expect((await names('pig_again')).toSorted()).toEqual((await names('pig_latin')).toSorted());
  });

  await test.step('refused whole, with the reason', async () => {
    await page.goto('/recipes');
    const refused = async (content: Uint8Array, reason: string | RegExp) => {
      await picker.setInputFiles({
        name: 'evil.zip',
        mimeType: 'application/zip',
        buffer: Buffer.from(content),
      });
      await expect(page.getByText(reason).first()).toBeVisible();
    };
    await refused(writeZip([LAYER, ['evil/../../escaped.yaml', bytes('x: 1\n')]]), /leads out of its folder/);
    await refused(withLink(), /is a link, which could lead anywhere/);
    const bomb = writeZip([LAYER, ['evil/zeros.txt', new Uint8Array(140 * 1024 * 1024)]]);
    await refused(bomb, /larger than Galley takes/);
    await refused(new Uint8Array(33 * 1024 * 1024), /Galley takes zips up to 32 MiB/);
    await refused(bytes('no zip at all'), /cannot be read/);
    expect((await readdir(galley.recipesDir)).filter((name) => /evil|escaped/.test(name))).toEqual([]);
  });

  await test.step('a zip of many megabytes is no trouble', async () => {
    // Noise does not shrink, so this is far more than what Next takes by default.
    const noise = new Uint8Array(12 * 1024 * 1024);
    for (let at = 0; at < noise.length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
    const large = writeZip([
      ['large/common.yaml', bytes('x: 1\n')],
      ['large/data.bin', noise],
    ]);
    await picker.setInputFiles({
      name: 'large.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(large),
    });
    await page.waitForURL(/\/recipes\/large/);
  });

  await test.step('the command line does the same', async () => {
    const imported = await galley.cli('recipes', 'import', zip, '--as', 'pig_cli', '--json');
    expect(JSON.parse(imported.out)).toEqual({ recipe: 'pig_cli', leftOut: [] });
    const differences = await galley.cli('recipes', 'diff', 'pig_cli/embedded', 'pig_latin/embedded');
    expect(differences).toMatchObject({ code: 0, out: '' });
    expect((await galley.cli('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
