/**
 * The keys with which a person acts without a pointer. The page and its help use this one table. WCAG 2.1.4: a person
 * can turn these keys off, and they do nothing while a field for text has the focus.
 */

import type { Permission } from '../../protocol/permissions.ts';
import { t } from './texts.ts';

export type KeyAct = 'next-alarm' | 'acknowledge' | 'open-bed' | 'search' | 'ward' | 'calls' | 'help';

type Shortcut = {
  /** The keys to press, one after the other. */
  readonly keys: readonly [string] | readonly [string, string];
  readonly act: KeyAct;
  readonly text: string;
  /**
   * Only a person with one of these permissions may use the shortcut. If the list is empty, everybody may use the
   * shortcut.
   */
  readonly needs: readonly Permission[];
};

const viewsAlarms = ['view-vitals', 'view-devices'] as const;
const shortcuts: readonly Shortcut[] = [
  {
    keys: ['n'],
    act: 'next-alarm',
    get text() {
      return t('Select the next unanswered alarm, most urgent first');
    },
    needs: viewsAlarms,
  },
  {
    keys: ['a'],
    act: 'acknowledge',
    get text() {
      return t('Acknowledge the selected alarm');
    },
    needs: ['acknowledge'],
  },
  {
    keys: ['o'],
    act: 'open-bed',
    get text() {
      return t('Open the bed of the selected alarm');
    },
    needs: ['view-patients'],
  },
  {
    keys: ['/'],
    act: 'search',
    get text() {
      return t('Find a bed or a patient');
    },
    needs: ['view-patients'],
  },
  {
    keys: ['g', 'w'],
    act: 'ward',
    get text() {
      return t('Go to the ward');
    },
    needs: ['view-vitals'],
  },
  {
    keys: ['g', 'c'],
    act: 'calls',
    get text() {
      return t('Go to my calls and all alarms');
    },
    needs: ['take-duty'],
  },
  {
    keys: ['?'],
    act: 'help',
    get text() {
      return t('Show this list');
    },
    needs: [],
  },
];

/** Returns the shortcuts that a person may use, in the order of the list. */
export function shortcutsFor(may: (permission: Permission) => boolean): readonly Shortcut[] {
  return shortcuts.filter(({ needs }) => needs.length === 0 || needs.some(may));
}

/** A key that a person has pressed. */
export type KeyPress = {
  /** The character of the key on the person's own keyboard, as `KeyboardEvent.key`. */
  readonly key: string;
  /** Whether Control, Alt or Meta is held too. The browser gets such a key. */
  readonly hasModifier: boolean;
  /** Whether the key is held down and repeats itself. */
  readonly isRepeat: boolean;
  /** Whether the focus is in a field for text or in a question, or an input method composes a character. */
  readonly isTyping: boolean;
  readonly atMs: number;
  /** The time since the last key that made a character, anywhere on the page, ms. */
  readonly sinceCharacterMs: number;
};

/** The first key of two, and when a person pressed it. */
export type FirstKey = { readonly key: string; readonly atMs: number };

/** How long after the first of two keys the second key counts. */
export const secondKeyMs = 2_000;

/**
 * Characters that follow each other within this time are a burst. A barcode scanner sends a burst. A person makes a
 * burst too, if she or he types a word while no field has the focus.
 */
export const burstMs = 150;

/**
 * These acts send something to the server, or leave the page. They wait for `burstMs`, and do not happen if another
 * character comes in this time.
 */
const delayedActs: readonly KeyAct[] = ['acknowledge', 'open-bed', 'ward', 'calls'];

export function waitsForBurst(act: KeyAct): boolean {
  return delayedActs.includes(act);
}

export type KeyReading = { readonly act?: KeyAct; readonly first?: FirstKey };

/** Returns the effect of a pressed key: an act, or the first of two keys, or nothing. */
export function readKey(press: KeyPress, first: FirstKey | undefined, offered: readonly Shortcut[]): KeyReading {
  if (press.isTyping || press.hasModifier) return {};
  // The repeats of a held key do nothing. The page still waits for the second of two keys.
  if (press.isRepeat) return first ? { first } : {};
  const begun = first && press.atMs - first.atMs <= secondKeyMs ? first : undefined;
  // Only the second of two keys may follow another key quickly.
  if (!begun && press.sinceCharacterMs <= burstMs) return {};
  const act = begun
    ? offered.find(({ keys }) => keys.length === 2 && keys[0] === begun.key && keys[1] === press.key)?.act
    : offered.find(({ keys }) => keys.length === 1 && keys[0] === press.key)?.act;
  if (act) return { act };
  if (begun || !offered.some(({ keys }) => keys.length === 2 && keys[0] === press.key)) return {};
  return { first: { key: press.key, atMs: press.atMs } };
}
