import { describe, expect, it } from 'vitest';
import { readTime, readWho } from './arguments.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);
const place = ['--ward', 'ICU', '--bed', 'ICU-1'];

describe('readWho', () => {
  it('without options, readWho asks about a high physiological alarm now', () => {
    expect(readWho(['who', ...place], nowMs)).toEqual({
      ...{ ward: 'ICU', bed: 'ICU-1', atMs: nowMs, priority: 'high', kind: 'physiological', isJson: false },
    });
  });

  it('readWho reads the time, the priority, the kind and the form of the answer', () => {
    const more = ['--at', '2026-03-01T03:00+01:00', '--priority', 'medium', '--kind', 'technical', '--json'];
    expect(readWho(['who', ...place, ...more], nowMs)).toMatchObject({
      ...{ atMs: Date.UTC(2026, 2, 1, 2), priority: 'medium', kind: 'technical', isJson: true },
    });
  });

  it('readWho returns undefined for --help', () => expect(readWho(['--help'], nowMs)).toBeUndefined());

  it.each([
    [['who', '--bed', 'ICU-1'], /Name the ward with --ward/],
    [['who', '--ward', 'ICU'], /Name the bed with --bed/],
    [['whom', ...place], /"delivery whom" is not a command/],
    [[], /"delivery " is not a command/],
    [['who', ...place, '--priority', 'urgent'], /--priority takes high, medium, low, not "urgent"/],
    [['who', ...place, '--kind', 'other'], /--kind takes physiological, technical, not "other"/],
    [['who', ...place, '--day', 'x'], /Unknown option/],
  ])('readWho refuses %j', (args, expected) => expect(() => readWho(args, nowMs)).toThrow(expected));
});

describe('readTime', () => {
  it.each([
    ['2026-03-01T03:00Z', '2026-03-01T03:00:00.000Z'],
    ['2026-03-01T03:00:30Z', '2026-03-01T03:00:30.000Z'],
    ['2026-03-01T03:00:30.250Z', '2026-03-01T03:00:30.250Z'],
    ['2026-03-01T03:00+05:30', '2026-02-28T21:30:00.000Z'],
    ['2026-03-01T03:00-03:30', '2026-03-01T06:30:00.000Z'],
    ['2026-03-01T03:00+14:00', '2026-02-28T13:00:00.000Z'],
  ])('readTime reads %s', (text, expected) => expect(new Date(readTime(text)).toISOString()).toBe(expected));

  it.each([
    '03:00',
    '2026-03-01T03:00',
    '2026-02-30T03:00Z',
    '2026-03-01T24:00Z',
    '2026-03-01T03:00+14:01',
    '2026-03-01T03:00+01:60',
    '',
  ])('readTime refuses "%s" and gives an example', (text) =>
    expect(() => readTime(text)).toThrow(/with its offset, such as 2026-03-01T03:00\+01:00/),
  );
});
