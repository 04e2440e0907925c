import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from './accounts.ts';
import { openPreferences, preferencesPath } from './preferences.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-preferences-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const faults: unknown[] = [];
const logger = { error: (fault: unknown) => void faults.push(fault) } as never;
const path = () => preferencesPath(join(folder, 'accounts.json'));
const open = (accounts: readonly string[] = ['nora', 'ben']) =>
  openPreferences(
    join(folder, 'accounts.json'),
    { get: (id) => (accounts.includes(id) ? ({} as Account) : undefined) },
    logger,
  );

describe('the preferences of persons', () => {
  it('are empty for a person who has chosen nothing', () => {
    expect(open().of('nora')).toEqual({});
  });

  it('keep each choice after a restart and at another dashboard, for this person only', async () => {
    const first = open();
    const second = open();
    expect(await first.change('nora', { language: 'de' })).toEqual({ language: 'de' });
    expect(await second.change('nora', { theme: 'light', ward: 'ICU' })).toEqual({
      language: 'de',
      theme: 'light',
      ward: 'ICU',
    });
    expect(first.of('nora')).toEqual({ language: 'de', theme: 'light', ward: 'ICU' });
    expect(open().of('nora')).toEqual(first.of('nora'));
    expect(open().of('ben')).toEqual({});
  });

  it('lose no choice when two dashboards save at the same time', async () => {
    const [first, second] = [open(), open()];
    await Promise.all([first.change('nora', { language: 'de' }), second.change('ben', { language: 'en' })]);
    expect([first.of('nora'), first.of('ben')]).toEqual([{ language: 'de' }, { language: 'en' }]);
  });

  it('forget a choice that the person removes, and persons without an account', async () => {
    const store = open();
    await store.change('nora', { language: 'de', theme: 'dark' });
    expect(await store.change('nora', { language: null })).toEqual({ theme: 'dark' });
    await open(['ben']).change('ben', { language: 'en' });
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({ persons: { ben: { language: 'en' } } });
  });

  it('read a large file again only if it has changed, so that many pages at a time do not stop the server', async () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => `person.${n}@hospital.example`);
    const persons = Object.fromEntries(ids.map((id) => [id, { language: 'de', theme: 'light', ward: 'ICU 1' }]));
    writeFileSync(path(), JSON.stringify({ persons }));
    const store = open(ids);
    store.of('person.1@hospital.example');
    const beganMs = performance.now();
    for (let n = 0; n < 200; n += 1) expect(store.of('person.9999@hospital.example').language).toBe('de');
    expect(performance.now() - beganMs).toBeLessThan(500);
    await open(ids).change('person.9999@hospital.example', { language: 'en' });
    expect(store.of('person.9999@hospital.example').language).toBe('en');
  });

  it('are not replaced while the disk cannot read them, and the person learns that nothing was saved', async () => {
    // A link to itself simulates a disk with a fault.
    symlinkSync(path(), path());
    const store = open();
    expect(store.of('nora')).toEqual({});
    await expect(store.change('nora', { language: 'de' })).rejects.toMatchObject({ code: 'conflict' });
    expect(lstatSync(path()).isSymbolicLink()).toBe(true);
  });

  it('can be read only by the owner of the file', async () => {
    await open().change('nora', { language: 'de' });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{"persons": {"nora": {"language": "xx"}}}', '[]', '{"persons":'])(
    'are empty and logged once if the file is %j, and the next choice mends the file',
    async (text) => {
      faults.length = 0;
      writeFileSync(path(), text);
      const store = open();
      expect([store.of('nora'), store.of('ben'), faults.length]).toEqual([{}, {}, 1]);
      await store.change('nora', { language: 'de' });
      expect(store.of('nora')).toEqual({ language: 'de' });
    },
  );
});
