/**
 * Checks the page with the waves around the onset of an alarm: the paper, its gaps, and the words for a strip that is
 * missing.
 */
import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import { stripBytes } from '../../contracts/strip-bytes.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { FoundStrip } from '../../log/strips/find-strip.ts';
import { base64Of } from '../../processors/strips/core/bed.testing.ts';
import { logIn, openBrowser } from '../browser.ts';
import { pdfPages } from './pdf-text.ts';
import { expectReadable, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bedOf = (bed: string, name: string, wardOfBed = ward): PlayedBed => ({
  deviceId: `device-${bed}`,
  period: newPeriod(bed, wardOfBed, newPatient({ familyName: name })),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
});
const bed = bedOf('S-1', 'Żółtańska');
const foreign = bedOf('F-1', 'Wolverine', 'SD');
const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];
const alarm = alarmOf(bed, { text: 'HR 151 > 140', priority: 'high', value: 151, limit: 140, unit: '/min', onsets: 2 });
const foreignAlarm = alarmOf(foreign, { text: 'HR 30 < 40', priority: 'high' });

/** What the log has, by onset. */
const stored = new Map<number, FoundStrip>();
const nothing = { strip: undefined, recordDigest: undefined, isReadable: true, isKept: true };
/** If set, this function answers each look at an alarm of today. */
let readStrip: (() => FoundStrip) | undefined;
/** The searches for strips that the server has made. */
const searched: object[] = [];
/** Strips of alarms that the alarm history no longer has, by key. */
const olderStored = new Map<string, FoundStrip>();
let server: ScreenServer;
let browser: Browser;
let stop: () => void;
let page: Page;

/** Returns a strip with two waves. @param leftOut the seconds after the onset that are missing in the ECG */
function newStrip(more: Partial<Strip> = {}, leftOut: readonly number[] = [3, 4]): Strip {
  const onsetMs = Date.parse(alarm.onsetAt);
  const wave = (code: string, rateHz: number, valueAt: (s: number) => number, leftOut: readonly number[] = []) =>
    Array.from({ length: 20 }, (_, at) => at - 10)
      .filter((second) => !leftOut.includes(second))
      .map((second) => ({
        ...{ code, start: formatInstant(onsetMs + second * 1_000), rateHz, scale: 0.001, offset: 0 },
        samples: base64Of(Array.from({ length: rateHz }, (_, at) => Math.round(1_000 * valueAt(second + at / rateHz)))),
        source: { partition: 0, offset: '1', boot: 'b1', seq: 20 + second, receivedAt: formatInstant(onsetMs) },
      }));
  const beat = (s: number) => {
    const phase = (((s * 2.5) % 1) + 1) % 1;
    return phase < 0.04 ? 1.4 : phase < 0.08 ? -0.4 : 0.15 * Math.sin(phase * 6);
  };
  const content: Omit<Strip, 'digest'> = {
    ...{ stripId: `${alarm.alarmId}.1`, rev: 1, associationId: alarm.associationId, deviceId: alarm.deviceId },
    ...{ alarmId: alarm.alarmId, onset: 1, onsetAt: alarm.onsetAt, onsetWallAt: alarm.onsetAt },
    ...{ writtenAt: alarm.onsetAt, content: 'waves', isComplete: true, alarm, limits: newLimits(alarm.associationId) },
    numerics: [{ code: 'MDC_ECG_HEART_RATE', value: 151, unit: '/min', at: alarm.onsetAt }],
    chunks: [
      ...wave('MDC_ECG_ELEC_POTL_II', 250, beat, leftOut),
      ...wave('MDC_PULS_OXIM_PLETH', 125, (s) => Math.sin(s * 15)),
    ],
    ...more,
  };
  return { ...content, digest: createHash('sha256').update(stripBytes(content)).digest('base64url') };
}

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'tom', name: 'Tom Technician', role: 'technician', wards: [ward] },
      ],
      wards: [{ ward, beds: ['S-1'] }],
      strips: async (_account, _associations, question, sees) => {
        searched.push({ ...question, sees: [sees(ward), sees('SD'), sees(null)] });
        const { alarmId, associationId, onsetAt } = alarm;
        const strip = { alarmId, associationId, onsetAt, onsetWallAt: onsetAt, rev: 1, isComplete: true, alarm };
        const places = [{ ward, bed: 'S-1' }];
        const rows = [{ ...strip, onset: 2, content: 'waves', places, patient: bed.period.patient } as const];
        return { strips: question.bed === 'S-1' ? rows : [], isCut: false, isWhole: question.bed === 'S-1' };
      },
      strip: async (_account, { alarmId, raisedMs }, onset) =>
        (raisedMs === undefined ? olderStored.get(`${alarmId}.${onset}`) : (readStrip?.() ?? stored.get(onset))) ??
        nothing,
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed, foreign]);
  server.playAlarms(raisedEvent(alarm), raisedEvent(foreignAlarm));
  page = await logIn(browser, server, 'nora');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const strip = (name: string) => page.getByTestId(`strip-${name}`);
const open = async (alarmId: string) => {
  await setHash(page, '#/alarms');
  await setHash(page, `#/alarms/${alarmId}/strip`);
};
const auditOf = (userId: string) =>
  server.audit.page({ limit: 200, userId }).records.map(({ action, alarmId, detail }) => [action, alarmId, detail]);

describe('the page with the waves around an onset', () => {
  it('the page is opened from the alarm history, and shows patient, times with zone, limits, numbers and both halves', async () => {
    stored.set(1, { ...nothing, strip: newStrip() });
    await setHash(page, '#/alarms');
    await pressWhenStill(page.getByTestId(`review-open-${alarm.alarmId}`));
    await pressWhenStill(page.getByTestId(`review-strip-${alarm.alarmId}`));
    await strip('waves').waitFor();
    expect(await strip('patient').textContent()).toContain('Żółtańska');
    const facts = await strip('facts').textContent();
    expect(facts).toContain('HR 151 > 140');
    expect(facts).toContain('151 /min, limit 140 /min');
    expect(facts).toMatch(/Onset\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC([+-]\d\d:\d\d)?/);
    expect(facts).toMatch(/HR 50–120, extreme 40–140;.*profile built-in, version 1/);
    expect(await strip('digest').textContent()).toContain('it is equal');
    expect(auditOf('nora')).toContainEqual(['strip-viewed', alarm.alarmId, 'HR.high, onset 1']);
    await expectReadable(page, 'strip', sizes);
  });

  it('a millimetre of the paper is a millimetre of CSS, and times without samples are marked as gaps', async () => {
    const after = strip('wave-MDC_ECG_ELEC_POTL_II-1');
    for (const size of [...sizes, { name: '320', width: 320, height: 568 }]) {
      await page.setViewportSize(size);
      const { width, height } = (await after.boundingBox())!;
      const mmOf = (px: number) => ((px * 25.4) / 96).toFixed(1);
      // The grid begins 9 mm from the left, where the mark of 1 mV is.
      expect([size.name, mmOf(width)]).toEqual([size.name, '259.0']);
      expect([size.name, `${Number(mmOf(height))}mm`]).toEqual([size.name, await after.getAttribute('height')]);
      expect(await after.getByTestId('strip-grid').getAttribute('d')).toMatch(/^M0 0V.*M250 0V/);
    }
    expect(await after.textContent()).toBe('no samples');
    expect(await after.getAttribute('data-gaps')).toBe('1');
    expect(await after.getAttribute('aria-label')).toContain('1 gap');
    expect(await strip('wave-MDC_PULS_OXIM_PLETH-1').getAttribute('data-gaps')).toBe('0');
  });

  it('in a narrow window the page itself does not scroll sideways, and the first half shows the onset first', async () => {
    await page.setViewportSize({ width: 360, height: 780 });
    await open(alarm.alarmId);
    const before = strip('half-0');
    await before.waitFor();
    const { left, most, pageWidth } = await before.evaluate((box) => ({
      left: Math.round(box.scrollLeft),
      most: box.scrollWidth - box.clientWidth,
      pageWidth: document.documentElement.scrollWidth,
    }));
    expect(Math.abs(left - most)).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(500);
    expect(pageWidth).toBe(360);
    await page.setViewportSize({ width: 1366, height: 768 });
  });

  it('a person can acknowledge an alarm of the ward while the strip is open', async () => {
    expect(await page.getByTestId('alarm-list').isVisible()).toBe(true);
    await pressWhenStill(page.getByTestId(`ack-${alarm.alarmId}`));
    await vi.waitFor(() => expect(server.commands.map(({ type }) => type)).toContain('acknowledge'), {
      timeout: 60_000,
    });
  });

  it('the strip is printed on sheets with the patient and the digest, and nothing is cut off', async () => {
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByTestId('alarm-list').isVisible()).toBe(false);
    for (const name of ['patient', 'facts', 'digest']) expect(await strip(name).isVisible()).toBe(true);
    expect(await strip('print').isVisible()).toBe(false);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    // A4 in landscape: 297 mm are 842 points.
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[0 0 84[12][.\d]* 59[456][.\d]*\]/);
    const sheets = pdfPages(pdf);
    expect(sheets.filter((sheet) => sheet === '')).toEqual([]);
    const plain = (text: string | null) => (text ?? '').normalize('NFKC').replaceAll(/\s/g, '');
    const all = sheets.join('');
    for (const name of ['patient', 'digest']) expect(all).toContain(plain(await strip(name).textContent()));
    for (const text of await strip('facts').locator('dt, dd').allTextContents()) expect(all).toContain(plain(text));
    for (const half of [0, 1]) {
      const texts = await page.locator('.strip__half').nth(half).locator('h2, figcaption').allTextContents();
      const sheet = sheets.filter((text) => text.includes(plain(texts[0]!)));
      expect([texts.length, sheet.length]).toEqual([3, 1]);
      for (const text of texts) expect(sheet[0]).toContain(plain(text));
    }
    // The sheet without its margins of 10 mm is 277 mm wide.
    const before = page.viewportSize()!;
    await page.setViewportSize({ width: 1_047, height: 700 });
    const rights = await page
      .locator('.strip__paper')
      .evaluateAll((papers) => papers.map((paper) => paper.getBoundingClientRect().right));
    expect(rights).toHaveLength(4);
    expect(Math.max(...rights)).toBeLessThanOrEqual(1_047);
    await page.setViewportSize(before);
    await page.emulateMedia({ media: null });
  });

  it('a strip whose digest does not belong to its samples is shown with a warning', async () => {
    const forged = newStrip();
    stored.set(1, { ...nothing, strip: { ...forged, digest: 'A'.repeat(43) } });
    await open(alarm.alarmId);
    await strip('digest').waitFor();
    expect(await strip('digest').textContent()).toContain('do not use this strip');
  });

  it.each([
    ['an alarm whose strip is not written yet', nothing, 'not-yet', 'Not yet'],
    ['a strip that cannot be opened', { ...nothing, isReadable: false }, 'unreadable', 'cannot be read'],
    [
      'a device without waves',
      { ...nothing, strip: newStrip({ content: 'no-waves', chunks: [] }) },
      'no-waves',
      'sent no waves',
    ],
    [
      'waves that were gone',
      { ...nothing, strip: newStrip({ content: 'not-kept', chunks: [] }) },
      'not-kept',
      'no longer kept',
    ],
  ] as const)('%s has words of its own', async (_what, found, state, words) => {
    stored.set(1, found);
    await open(alarm.alarmId);
    await page.locator(`[data-testid="strip-missing"][data-state="${state}"]`).waitFor();
    expect(await strip('missing').textContent()).toContain(words);
    await expectReadable(page, `strip-${state}`, sizes);
  });

  it('each onset of an alarm has its own strip, and a person can search again for a strip that was not written yet', async () => {
    stored.set(1, { ...nothing, strip: newStrip() });
    stored.delete(2);
    await open(alarm.alarmId);
    await strip('onset').selectOption('2');
    await strip('missing').waitFor();
    stored.set(2, { ...nothing, strip: newStrip({ stripId: `${alarm.alarmId}.2`, onset: 2, onsetIsComputed: true }) });
    await pressWhenStill(strip('again'));
    await strip('waves').waitFor();
    expect(await strip('facts').textContent()).toContain('onset 2 of this alarm');
    expect(auditOf('nora')).toContainEqual(['strip-viewed', alarm.alarmId, 'HR.high, onset 2']);
  });

  it('samples that came late appear on the open page, which says so', async () => {
    let hasComeLate = false;
    // Some seconds after the page has asked, the last attempt of the strip writer ends.
    readStrip = () => {
      const onsetWallAt = formatInstant(Date.now() - 623_000);
      const late = { onsetWallAt, rev: 2, isComplete: true };
      return { ...nothing, strip: hasComeLate ? newStrip(late, []) : newStrip({ onsetWallAt, isComplete: false }) };
    };
    await open(alarm.alarmId);
    await strip('incomplete').waitFor();
    hasComeLate = true;
    const gapsOf = () => strip('wave-MDC_ECG_ELEC_POTL_II-1').getAttribute('data-gaps');
    expect(await gapsOf()).toBe('1');
    await strip('newer').getByText('Samples have come since').waitFor();
    expect(await gapsOf()).toBe('0');
    expect(await strip('incomplete').count()).toBe(0);
    readStrip = undefined;
    stored.set(1, { ...nothing, strip: newStrip({ isComplete: false }) });
    await open(alarm.alarmId);
    await strip('incomplete').waitFor();
    await expectReadable(page, 'strip-incomplete', sizes);
  });

  it('a person finds the strips of a bed at a time, and the audit trail names the search and the patient', async () => {
    stored.set(2, { ...nothing, strip: newStrip({ stripId: `${alarm.alarmId}.2`, onset: 2 }) });
    await setHash(page, '#/alarms');
    const search = (name: string) => page.getByTestId(`strips${name}`);
    await pressUntil(search('').locator('summary'), search('-search'));
    await pressWhenStill(search('-search'));
    await search('-problem').filter({ hasText: 'Enter a bed or the id of a patient.' }).waitFor();
    await search('-bed').fill('No-such-bed');
    await pressWhenStill(search('-search'));
    await search('-count').filter({ hasText: 'No strip of your wards was found. Strips may be missing' }).waitFor();
    await search('-bed').fill('S-1');
    await search('-time').fill('2026-01-02T03:04');
    await pressWhenStill(search('-search'));
    const row = search(`-row-${alarm.alarmId}-2`);
    await row.waitFor();
    await expectReadable(page, 'strip-search', sizes);
    const atMs = new Date('2026-01-02T03:04').getTime();
    const half = 30 * 60_000;
    const sees = [true, false, false];
    expect(searched.at(-1)).toEqual({ fromMs: atMs - half, toMs: atMs + half, ward, bed: 'S-1', sees });
    const [record] = server.audit.page({ limit: 10, userId: 'nora', action: 'alarms-reviewed' }).records;
    expect(record).toMatchObject({ bed: 'S-1', detail: expect.stringMatching(/^strips from .*: 1 shown$/) });
    expect(record?.patients).toEqual([bed.period.patient?.patientId]);
    await row.click();
    await strip('facts').filter({ hasText: 'onset 2 of this alarm' }).waitFor();
  });

  it('the record of a look names the ward of this onset, also if the patient had been moved before it', async () => {
    const movedBed = bedOf('M-1', 'Okapi');
    const before = new Date(Date.now() - 1_800_000).toISOString();
    const { associationId } = movedBed.period;
    server.associate({
      ...{ deviceId: movedBed.deviceId, version: 2, periods: [movedBed.period] },
      changes: [
        {
          ...{ version: 2, associationId, act: 'moved', at: before, by: { userId: 'nora', name: 'N', role: 'nurse' } },
          fields: [
            { field: 'ward', from: 'SD', to: ward },
            { field: 'bed', from: 'F-9', to: 'M-1' },
          ],
        },
      ],
    });
    const early = new Date(Date.parse(before) - 60_000).toISOString();
    const long = alarmOf(movedBed, { text: 'HR 150 > 140', onsets: 2, raisedAt: early, onsetAt: early });
    server.playAlarms(raisedEvent(long));
    const owner = { alarmId: long.alarmId, associationId, alarm: long };
    const late = new Date(Date.parse(before) + 60_000).toISOString();
    stored.set(1, { ...nothing, strip: newStrip({ ...owner, stripId: `${long.alarmId}.1`, onsetWallAt: early }) });
    stored.set(2, {
      ...nothing,
      strip: newStrip({ ...owner, stripId: `${long.alarmId}.2`, onset: 2, onsetWallAt: late }),
    });
    await open(long.alarmId);
    await strip('waves').waitFor();
    await strip('onset').selectOption('2');
    await strip('facts').filter({ hasText: 'onset 2 of this alarm' }).waitFor();
    await strip('onset').selectOption('1');
    await strip('facts').filter({ hasNotText: 'of this alarm' }).waitFor();
    stored.delete(2);
    await strip('onset').selectOption('2');
    await strip('missing').waitFor();
    const looks = server.audit.page({ limit: 200, userId: 'nora', action: 'strip-viewed' }).records;
    const own = looks.filter(({ alarmId }) => alarmId === long.alarmId);
    // The newest record is the first. Without a strip, nobody knows when the second onset was. The second look at onset
    // 1 is not recorded again.
    expect(own.map((record) => [record.detail, record.ward, record.bed])).toEqual([
      ['HR.high, onset 2, no strip', undefined, undefined],
      ['HR.high, onset 2', ward, 'M-1'],
      ['HR.high, onset 1', 'SD', 'F-9'],
    ]);
  });

  it('an alarm of another ward gives the same answer as an unknown alarm, and the attempt is recorded', async () => {
    const texts: (string | null)[] = [];
    for (const alarmId of [foreignAlarm.alarmId, 'no-such-alarm-000000000']) {
      await open(alarmId);
      await strip('error').waitFor();
      texts.push(await strip('error').textContent());
    }
    expect(texts[0]).toBe(texts[1]);
    const [refused] = server.audit.page({ limit: 10, userId: 'nora', action: 'access-denied' }).records;
    expect(refused).toMatchObject({
      ...{ alarmId: foreignAlarm.alarmId, ward: 'SD', bed: 'F-1' },
      patientId: foreign.period?.patient?.patientId,
    });
    await expectReadable(page, 'strip-refused', sizes);
  });

  describe('an alarm that the alarm history no longer has', () => {
    const olderOf = (played: PlayedBed, alarmId: string) => {
      const old = alarmOf(played, { text: 'HR 29 < 40', priority: 'high', alarmId });
      const strip = newStrip({ stripId: `${alarmId}.1`, alarmId, associationId: old.associationId, alarm: old });
      olderStored.set(`${alarmId}.1`, { ...nothing, strip });
      return alarmId;
    };

    it('its strip is shown with the patient, the look is recorded, and a next onset without a strip is not found', async () => {
      const alarmId = olderOf(bed, 'older-alarm-0000000001');
      await open(alarmId);
      await strip('older').waitFor();
      expect(await strip('patient').textContent()).toContain('Żółtańska');
      expect(await strip('facts').textContent()).toContain('HR 29 < 40');
      expect(await strip('onset').count()).toBe(0);
      expect(auditOf('nora')).toContainEqual(['strip-viewed', alarmId, 'HR.high, onset 1']);
      await expectReadable(page, 'strip-older', sizes);
      await pressWhenStill(strip('next'));
      await strip('error').waitFor();
    });

    it('a person of another ward gets the answer for an unknown alarm, and the attempt is recorded', async () => {
      const alarmId = olderOf(foreign, 'older-alarm-0000000002');
      await open(alarmId);
      await strip('error').waitFor();
      expect(await page.getByTestId('strip-page').textContent()).not.toContain('Wolverine');
      const [refused] = server.audit.page({ limit: 10, userId: 'nora', action: 'access-denied' }).records;
      expect(refused).toMatchObject({ alarmId, ward: 'SD', bed: 'F-1' });
    });
  });

  it('a technician who opens the page gets the list of devices', async () => {
    const technician = await logIn(browser, server, 'tom');
    await setHash(technician, `#/alarms/${alarm.alarmId}/strip`);
    await technician.getByTestId('devices-page').waitFor();
    await technician.context().close();
  });
});
