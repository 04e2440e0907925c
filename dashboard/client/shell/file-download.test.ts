import { afterEach, expect, it, vi } from 'vitest';
import { setTexts } from '../core/texts.ts';
import { german } from '../german/german.ts';
import { downloadFile } from './file-download.ts';

let reset = () => {};
afterEach(() => {
  reset();
  vi.unstubAllGlobals();
});

it('a refused export says why in the language of the page', async () => {
  const message = '12000 alarms match. A file has at most 10000: choose a shorter time.';
  vi.stubGlobal(
    'fetch',
    async () => new Response(JSON.stringify({ code: 'payload-schema', message }), { status: 400 }),
  );
  expect(await downloadFile('/api/alarm-review/export', {})).toBe(message);
  reset = setTexts(
    () => 'de',
    () => german,
  );
  expect(await downloadFile('/api/alarm-review/export', {})).toBe(
    '12000 Alarme passen. Eine Datei hat höchstens 10000: Wählen Sie eine kürzere Zeit.',
  );
});
