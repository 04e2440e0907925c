import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { machineZone } from '../contracts/zones.ts';
import { parseWardZones, zoneLookup, zonesNear } from './ward-zones.ts';

const wards = (...entries: unknown[]) => JSON.stringify({ version: 1, wards: entries });

it('parseWardZones reads the zones of the wards, and leaves out a zone that does not exist', () => {
  const text = wards(
    { ward: 'ICU', beds: [], zone: 'Europe/Berlin' },
    { ward: 'Step', beds: [] },
    { ward: 'Mars', beds: [], zone: 'Mars/Base' },
    { ward: 7, zone: 'Europe/Berlin' },
  );
  expect([...parseWardZones(text)]).toEqual([['ICU', 'Europe/Berlin']]);
  const zoneOf = zoneLookup(() => parseWardZones(text));
  expect([zoneOf('ICU'), zoneOf('Step'), zoneOf(null)]).toEqual(['Europe/Berlin', machineZone(), machineZone()]);
  for (const odd of ['null', '{}', '{"wards": {}}']) expect(parseWardZones(odd).size).toBe(0);
});

it('a command finds the wards file in the folder above the accounts, and works without a file and with a broken file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-zones-'));
  const accounts = join(folder, 'secrets', 'accounts.json');
  mkdirSync(join(folder, 'secrets'));
  expect(zonesNear(accounts)('ICU')).toBe(machineZone());
  writeFileSync(join(folder, 'wards.json'), wards({ ward: 'ICU', beds: [], zone: 'Asia/Tokyo' }));
  expect(zonesNear(accounts)('ICU')).toBe('Asia/Tokyo');
  writeFileSync(join(folder, 'wards.json'), '{');
  expect(zonesNear(accounts)('ICU')).toBe(machineZone());
});
