import { describe, expect, it } from 'vitest';
import type { Permission } from '../../protocol/permissions.ts';
import { burstMs, type KeyPress, readKey, secondKeyMs, shortcutsFor, waitsForBurst } from './shortcuts.ts';

const all = shortcutsFor(() => true);
const press = (key: string, changes: Partial<KeyPress> = {}): KeyPress => ({
  key,
  hasModifier: false,
  isRepeat: false,
  isTyping: false,
  atMs: 10_000,
  sinceCharacterMs: Number.POSITIVE_INFINITY,
  ...changes,
});

describe('shortcutsFor', () => {
  const actsOf = (...granted: Permission[]) => shortcutsFor((p) => granted.includes(p)).map(({ act }) => act);

  it.each<[string, Permission[], string[]]>([
    ['an auditor', ['view-audit'], ['help']],
    ['a technician', ['view-devices', 'take-duty'], ['next-alarm', 'calls', 'help']],
    [
      'a nurse',
      ['view-vitals', 'view-patients', 'acknowledge', 'take-duty'],
      ['next-alarm', 'acknowledge', 'open-bed', 'search', 'ward', 'calls', 'help'],
    ],
    ['a wall display, which cannot act', ['view-vitals', 'view-devices'], ['next-alarm', 'ward', 'help']],
  ])('%s gets the shortcuts that her or his permissions allow', (_, granted, acts) => {
    expect(actsOf(...granted)).toEqual(acts);
  });

  it('a key that is a shortcut alone is never the first key of another shortcut', () => {
    const single = all.filter(({ keys }) => keys.length === 1).map(({ keys }) => keys[0]);
    const first = all.filter(({ keys }) => keys.length === 2).map(({ keys }) => keys[0]);
    expect(single.filter((key) => first.includes(key))).toEqual([]);
    expect(new Set(all.map(({ keys }) => keys.join(' '))).size).toBe(all.length);
  });
});

describe('readKey', () => {
  it.each([
    ['n', 'next-alarm'],
    ['a', 'acknowledge'],
    ['o', 'open-bed'],
    ['/', 'search'],
    ['?', 'help'],
  ])('the key %s alone does %s', (key, act) => {
    expect(readKey(press(key), undefined, all)).toEqual({ act });
  });

  it.each([
    ['w', 'ward'],
    ['c', 'calls'],
  ])('g and then %s does %s, and the second key alone does nothing', (key, act) => {
    const { first } = readKey(press('g'), undefined, all);
    expect(first).toEqual({ key: 'g', atMs: 10_000 });
    expect(readKey(press(key, { atMs: 10_000 + secondKeyMs }), first, all)).toEqual({ act });
    expect(readKey(press(key, { atMs: 10_001 + secondKeyMs }), first, all)).toEqual({});
    expect(readKey(press(key), undefined, all)).toEqual({});
  });

  it('after g, a key that makes no shortcut with g does nothing, and ends the pair', () => {
    const first = { key: 'g', atMs: 10_000 };
    expect(readKey(press('a'), first, all)).toEqual({});
    expect(readKey(press('g'), first, all)).toEqual({});
  });

  it.each<[string, Partial<KeyPress>]>([
    ['is typed into a field', { isTyping: true }],
    ['has Control, Alt or Meta', { hasModifier: true }],
    ['repeats itself because it is held', { isRepeat: true }],
  ])('a key that %s does nothing', (_, changes) => {
    for (const { keys } of all) expect(readKey(press(keys[0], changes), undefined, all)).toEqual({});
  });

  it.each(['n', 'a', 'o', '/', '?'])('the key %s does nothing if it immediately follows another character', (key) => {
    expect(readKey(press(key, { sinceCharacterMs: burstMs }), undefined, all)).toEqual({});
    expect(readKey(press(key, { sinceCharacterMs: burstMs + 1 }), undefined, all)).toHaveProperty('act');
  });

  it('a g that immediately follows another character begins no pair, but the second key may immediately follow g', () => {
    expect(readKey(press('g', { sinceCharacterMs: 4 }), undefined, all)).toEqual({});
    const first = { key: 'g', atMs: 9_996 };
    expect(readKey(press('w', { sinceCharacterMs: 4 }), first, all)).toEqual({ act: 'ward' });
  });

  it('an act that sends something to the server or leaves the page waits until no other character follows', () => {
    expect(all.map(({ act }) => act).filter(waitsForBurst)).toEqual(['acknowledge', 'open-bed', 'ward', 'calls']);
  });

  it('a g that is held down begins only one pair, and the next key still ends this pair', () => {
    const first = { key: 'g', atMs: 10_000 };
    expect(readKey(press('g', { isRepeat: true }), first, all)).toEqual({ first });
    expect(readKey(press('w'), first, all)).toEqual({ act: 'ward' });
  });

  it('a key that the person may not use does nothing', () => {
    const offered = shortcutsFor((permission) => permission === 'view-vitals');
    expect(readKey(press('a'), undefined, offered)).toEqual({});
    expect(readKey(press('c'), { key: 'g', atMs: 10_000 }, offered)).toEqual({});
  });

  it.each(['N', 'A', 'Enter', ' ', 'Tab', 'Escape'])('the key “%s” belongs to the browser', (key) => {
    expect(readKey(press(key), undefined, all)).toEqual({});
  });
});
