import { describe, expect, it } from 'vitest';
import { testAlarm, testMessage } from '../../../../tests/delivery/messages.ts';
import { messageDetails, messageText } from './message-text.ts';

const other = testAlarm({ alarmId: 'alarm-fedcba9876543210', bed: 'ICU-4', priority: 'medium', text: 'SpO2 88 < 90' });

describe('messageText', () => {
  it('with `none`, messageText shows only that there is an alarm', () => {
    expect(messageText(testMessage(), 'none', undefined)).toEqual({ title: 'High alarm', lines: [] });
    expect(messageText(testMessage({ alarms: [testAlarm(), other], onlyCounted: 3 }), 'none', undefined)).toEqual({
      title: 'High alarm and 4 more',
      lines: [],
    });
  });

  it('with `bed`, messageText shows no value; with `values`, it shows the text of the alarm', () => {
    const message = testMessage({ alarms: [testAlarm(), other] });
    expect(messageText(message, 'bed', undefined)).toEqual({
      title: 'ICU-3: High alarm and 1 more',
      lines: ['ICU-3: High alarm, since 14:01:03 UTC', 'ICU-4: Medium alarm, since 14:01:03 UTC'],
    });
    expect(messageText(message, 'values', undefined)).toEqual({
      title: 'ICU-3: High alarm and 1 more',
      lines: ['ICU-3: HR 134 > 120, since 14:01:03 UTC', 'ICU-4: SpO2 88 < 90, since 14:01:03 UTC'],
    });
  });

  it('only with `values`, messageText shows the value at the onset', () => {
    const message = testMessage({ alarms: [testAlarm({ onsetValue: 'HR 161', text: 'HR 188 > 160' })] });
    const lineOf = (details: (typeof messageDetails)[number], language?: 'de') =>
      messageText(message, details, language).lines.join();
    expect(lineOf('values')).toBe('ICU-3: HR 188 > 160, since 14:01:03 UTC (at onset HR 161)');
    expect(lineOf('values', 'de')).toBe('ICU-3: HF 188 > 160, seit 14:01:03 UTC (bei Beginn HF 161)');
    expect(lineOf('bed')).toBe('ICU-3: High alarm, since 14:01:03 UTC');
    expect(lineOf('none')).toBe('');
  });

  it('messageText counts the alarms that get no line', () => {
    const alarms = Array.from({ length: 12 }, () => testAlarm());
    const { title, lines } = messageText(testMessage({ alarms, onlyCounted: 488 }), 'bed', undefined);
    expect(title).toBe('ICU-3: High alarm and 499 more');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('490 more');
  });

  it.each([
    [{ ward: 'ICU', bed: '3' }, 'ICU 3: High alarm'],
    [{ ward: null, bed: '3' }, '3: High alarm'],
    [{ ward: 'ICU', bed: null }, 'ICU: High alarm'],
    [{ ward: null, bed: null }, 'Unknown bed: High alarm'],
  ])('messageText names the place %j', (place, title) => {
    expect(messageText(testMessage({ alarms: [testAlarm(place)] }), 'bed', undefined).title).toBe(title);
  });

  it('messageText replaces line breaks in a text, and cuts no emoji in two', () => {
    const alarms = [testAlarm({ bed: 'A\r\nBcc: evil@example.org', text: '💔'.repeat(90) })];
    const { title, lines } = messageText(testMessage({ alarms }), 'values', undefined);
    for (const line of [title, ...lines]) {
      expect(line).not.toMatch(/[\r\n]/);
      expect(line.isWellFormed()).toBe(true);
      expect(line.length).toBeLessThanOrEqual(90);
    }
  });

  it('messageText never shows the name of the person or an id', () => {
    for (const details of messageDetails) {
      const text = JSON.stringify(messageText(testMessage(), details, undefined));
      for (const secret of ['Anna', 'anna', 'alarm-0123456789abcdef']) expect(text).not.toContain(secret);
    }
  });

  it('a German message has German words, the zone of each ward, and the names of measurements of German monitors', () => {
    const alarms = [
      testAlarm({ zone: 'Europe/Berlin' }),
      testAlarm({ bed: 'ICU-4', priority: 'medium', text: 'RR 34 > 30', zone: 'Asia/Kolkata' }),
      testAlarm({ ward: null, bed: null, priority: 'low', text: 'Monitor: RR 180 > 160' }),
    ];
    const message = testMessage({ alarms, onlyCounted: 9 });
    expect(messageText(message, 'values', 'de')).toEqual({
      title: 'ICU-3: Hoher Alarm und 11 weitere',
      lines: [
        'ICU-3: HF 134 > 120, seit 15:01:03 CET',
        'ICU-4: AF 34 > 30, seit 19:31:03 UTC+05:30',
        'Unbekanntes Bett: Monitor: RR 180 > 160, seit 14:01:03 UTC',
        '9 weitere',
      ],
    });
    expect(messageText(message, 'none', 'de')).toEqual({ title: 'Hoher Alarm und 11 weitere', lines: [] });
    for (const line of messageText(message, 'bed', 'de').lines) expect(line).not.toMatch(/134|34 > 30|180/);
  });

  it.each([
    ['2026-10-25T00:30:00.000Z', 'Europe/Berlin', '02:30:00 CEST'],
    ['2026-10-25T01:30:00.000Z', 'Europe/Berlin', '02:30:00 CET'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Berlin', '03:00:00 CEST'],
    ['2026-03-29T01:00:00.000Z', 'Mars/Base', '01:00:00 UTC'],
    ['2026-03-29T01:00:00.000Z', undefined, '01:00:00 UTC'],
  ])('a message writes %s in the zone %s as %s', (onsetAt, zone, text) => {
    const [line] = messageText(testMessage({ alarms: [testAlarm({ onsetAt, zone })] }), 'bed', 'en').lines;
    expect(line).toBe(`ICU-3: High alarm, since ${text}`);
  });
});
