import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { readWardsFile } from '../../process/wards-file.ts';
import { followWards } from './wards-file.ts';

const file = join(mkdtempSync(join(tmpdir(), 'vigil-wards-')), 'wards.json');
const write = (...wards: unknown[]) => writeFileSync(file, JSON.stringify({ version: 1, wards }));
const icu = { ward: 'ICU', beds: ['U-1'] };

describe('the wards file', () => {
  it('the shipped wards file is valid and has the beds of the demo', () => {
    const { wards } = readWardsFile(join(import.meta.dirname, '../../ops/wards/wards.json'));
    expect(wards.map(({ ward, beds }) => `${ward} ${beds[0]}`)).toEqual(['icu ICU-1', 'step-down SD-1']);
  });

  it.each([
    ['an absent file', undefined, /cannot be read/],
    ['a file that is not JSON', '{', /is not valid JSON/],
    [
      'a file with faults',
      '{"version":1,"wards":[{"ward":"*","beds":["1","1"]}]}',
      /all wards; ward 1, bed 2 is listed twice/,
    ],
  ])('readWardsFile refuses %s; the error has the name of the file and all faults', (_, content, message) => {
    const path = content === undefined ? '/absent/wards.json' : file;
    if (content !== undefined) writeFileSync(file, content);
    expect(() => readWardsFile(path)).toThrow(message);
    expect(() => readWardsFile(path)).toThrow(path);
  });

  it('for some time after a change, the wards also have the former sectors, so that each bed stays on a screen', async () => {
    const north = { ...icu, sectors: [{ name: 'North', beds: ['U-1'] }] };
    write(north);
    const wards = followWards(file, pino({ level: 'silent' }), 5);
    try {
      expect(wards.current().wards).toEqual([north]);
      const south = { ...icu, sectors: [{ name: 'South', beds: ['U-1'] }] };
      write(south);
      await vi.waitFor(
        () => expect(wards.current().wards).toEqual([{ ...south, formerSectors: north.sectors }]),
        30_000,
      );
    } finally {
      wards.close();
    }
  });

  it('followWards reads the file again when it changes; if the new file has a fault, it logs the fault and keeps the former registry', async () => {
    write(icu);
    const lines: string[] = [];
    const wards = followWards(file, pino({}, { write: (line: string) => void lines.push(line) }), 5);
    try {
      expect(wards.current().wards).toEqual([icu]);
      write(icu, { ward: 'New', beds: [] });
      await vi.waitFor(() => expect(wards.current().wards).toHaveLength(2), 30_000);
      writeFileSync(file, readFileSync(file, 'utf8').replace('"New"', '" New"'));
      await vi.waitFor(() => expect(lines.join()).toContain('the former registry stays in force'), 30_000);
      expect(wards.current().wards[1]?.ward).toBe('New');
    } finally {
      wards.close();
    }
  });
});
