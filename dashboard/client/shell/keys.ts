/**
 * Carries out what a key press means (core/shortcuts.ts). Also has the dialogs that keys open, and the switch that
 * turns the keys off.
 */
import { computed, effect, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { burstMs, type FirstKey, type KeyAct, readKey, shortcutsFor, waitsForBurst } from '../core/shortcuts.ts';
import { t } from '../core/texts.ts';
import { openAlarmSelection } from './alarm-selection.ts';
import type { App } from './app.ts';

const switchKey = 'vigil.keys';
/** In these elements a key press is text, or the answer to a question. */
const typingSelector = 'input, select, textarea, [contenteditable], [role="dialog"], [role="alertdialog"]';

export type Keys = ReturnType<typeof openKeys>;
const KeysContext = createContext<Keys | undefined>(undefined);
export const KeysProvider = KeysContext.Provider;

export function useKeys(): Keys {
  const keys = useContext(KeysContext);
  if (!keys) throw new Error('useKeys was called outside of a KeysProvider.');
  return keys;
}

/** @param steady a clock that never jumps, ms */
export function openKeys(app: App, page: Document, steady: () => number) {
  const isOn = signal(localStorage.getItem(switchKey) !== 'off');
  const dialog = signal<'help' | 'search' | undefined>(undefined);
  const selection = openAlarmSelection(app, steady);
  let first: FirstKey | undefined;
  const burst = openBurst();

  /** Whether the page hides names, or shows old data or no data. If true, no key may act. */
  const isBlocked = computed(
    () => !app.session.value || app.locked.value || (app.watches.value && app.link.value !== 'live'),
  );
  const stop = effect(() => {
    if (app.session.value && !app.locked.value) return;
    dialog.value = undefined;
    first = undefined;
    burst.stopWaiting();
    selection.drop();
  });

  /** @param pressedMs when the person pressed the key, by the steady clock */
  function act(name: KeyAct, pressedMs: number): void {
    selection.clearMessage();
    const chosen = selection.selected.peek();
    if (name === 'next-alarm') selection.selectNext();
    else if (name === 'acknowledge') selection.acknowledge(pressedMs);
    else if (name === 'ward') app.go({ page: 'ward', ward: undefined });
    else if (name === 'calls') app.go({ page: 'calls' });
    else if (name !== 'open-bed') dialog.value = name;
    else if (chosen) {
      selection.touch(pressedMs);
      app.go({ page: 'patient', associationId: chosen.alarm.associationId });
    } else selection.say(t('No alarm is selected. Press n to select one.'));
  }

  const canAct = () => isOn.peek() && !isBlocked.peek() && !dialog.peek();

  function onKey(event: KeyboardEvent): void {
    const sinceCharacterMs = burst.note(event);
    const { target, key, ctrlKey, altKey, metaKey, repeat, isComposing } = event;
    // A press of Shift alone does not count, so it does not end a pair of keys.
    if (event.defaultPrevented || key === 'Shift' || !canAct()) return;
    const press = {
      key,
      hasModifier: ctrlKey || altKey || metaKey,
      isRepeat: repeat,
      isTyping: isComposing || (target instanceof Element && target.closest(typingSelector) !== null),
      atMs: steady(),
      sinceCharacterMs,
    };
    const reading = readKey(press, first, shortcutsFor(app.may));
    first = reading.first;
    const name = reading.act;
    if (!name) return;
    event.preventDefault();
    if (!waitsForBurst(name)) act(name, press.atMs);
    else
      burst.wait(() => {
        if (canAct()) act(name, press.atMs);
      });
  }
  page.addEventListener('keydown', onKey);

  return {
    ...selection,
    isOn,
    dialog,
    selectNext: () => act('next-alarm', steady()),
    turn(on: boolean): void {
      localStorage.setItem(switchKey, on ? 'on' : 'off');
      isOn.value = on;
    },
    close(): void {
      stop();
      burst.stopWaiting();
      page.removeEventListener('keydown', onKey);
      selection.close();
    },
  };
}

/** Measures how fast characters follow each other. Also stores the act that waits for the end of a burst. */
function openBurst() {
  /** When the last key made a character, by the clock of the browser's events, ms. */
  let characterMs = Number.NEGATIVE_INFINITY;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stopWaiting = () => clearTimeout(waiting);
  return {
    /** Notes a character, and cancels an act that waits. Returns the time since the last character. */
    note({ key, timeStamp }: KeyboardEvent): number {
      const sinceMs = timeStamp - characterMs;
      // A key that makes no character has a longer name, for example `Shift`.
      if ([...key].length === 1) {
        characterMs = timeStamp;
        stopWaiting();
      }
      return sinceMs;
    },
    wait(act: () => void): void {
      waiting = setTimeout(act, burstMs);
    },
    stopWaiting,
  };
}
