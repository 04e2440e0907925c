import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../process/metrics.ts';
import { followWardZones, type WardZones } from './ward-zones.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-zones-'));
const file = join(folder, 'wards.json');
const everyMs = 5;
let zones: WardZones;
afterEach(() => {
  zones.close();
  rmSync(file, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const logged: string[] = [];
const log = {
  info: () => {},
  error: (_fields: unknown, text: string) => logged.push(text),
};
const open = (path = file) => {
  logged.length = 0;
  zones = followWardZones(path, log as never, everyMs);
};
const icu = (zone?: string) => ({ ward: 'icu', beds: ['ICU-1'], ...(zone !== undefined && { zone }) });
const write = (...wards: unknown[]) => writeFileSync(file, JSON.stringify({ version: 1, wards }));

describe('followWardZones', () => {
  it('of() returns the zone of a ward, and undefined for a ward without a zone, an unknown ward or no ward', () => {
    write(icu('Europe/Berlin'), { ward: 'step-down', beds: [] });
    open();
    expect(['icu', 'step-down', 'other', null].map(zones.of)).toEqual([
      'Europe/Berlin',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('without a path, no ward has a zone and nothing is logged', () => {
    open('');
    expect(zones.of('icu')).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('a missing file is logged once, stops nothing, and is read when it comes', async () => {
    open();
    expect(zones.of('icu')).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 10 * everyMs));
    expect(logged).toHaveLength(1);
    write(icu('Europe/Berlin'));
    await expect.poll(() => zones.of('icu')).toBe('Europe/Berlin');
  });

  it('a changed file replaces the zones, but a file with an unknown zone leaves the former zones in force', async () => {
    write(icu('Europe/Berlin'));
    open();
    write(icu('America/New_York'));
    await expect.poll(() => zones.of('icu')).toBe('America/New_York');
    write(icu('Mars/Base'));
    await expect.poll(() => logged.length).toBe(1);
    expect(zones.of('icu')).toBe('America/New_York');
    write(icu());
    await expect.poll(() => zones.of('icu')).toBeUndefined();
  });

  it('the metrics count the times without a zone, and show whether the file is refused', async () => {
    open();
    const metrics = createMetrics();
    zones.addMetrics(metrics);
    zones.of('icu');
    const text = await metrics.text();
    expect(text).toMatch(/^vigil_delivery_utc_times_total 1$/m);
    expect(text).toMatch(/^vigil_delivery_zones_refused 1$/m);
  });
});
