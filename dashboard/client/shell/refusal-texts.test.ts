import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setTexts } from '../core/texts.ts';
import { german } from '../german/german.ts';
import { createRefusalTexts } from './refusal-texts.ts';

let reset: () => void;
beforeEach(() => {
  reset = setTexts(
    () => 'de',
    () => german,
  );
});
afterEach(() => {
  reset();
  vi.useRealTimers();
});

const load = () => import('../german/refusals.ts');
/** A sentence that the page has not loaded in any other test, because loaded texts stay. */
const unloaded = 'The lamp of this test is off.';

describe('refusalText', () => {
  it('waits at most a second for the German texts, and then shows English', async () => {
    vi.useFakeTimers();
    const never = createRefusalTexts(() => new Promise(() => {}));
    const text = never(unloaded);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await text).toBe(unloaded);
  });

  it('an English page loads no texts, and a known sentence needs no further texts', async () => {
    const loading = vi.fn(load);
    const refusalText = createRefusalTexts(loading);
    expect(await refusalText('The password is wrong.')).toBe('Das Passwort ist falsch.');
    reset();
    expect(await refusalText(unloaded)).toBe(unloaded);
    expect(loading).not.toHaveBeenCalled();
  });

  it('after a failure, the next refusal loads the texts again', async () => {
    const sentence = 'The lamp of this test is on.';
    const loading = vi.fn(async () => ({ ...(await load()), refusals: { [sentence]: 'Die Lampe ist an.' } }));
    loading.mockRejectedValueOnce(new Error('no network'));
    const refusalText = createRefusalTexts(loading as never);
    expect(await refusalText(sentence)).toBe(sentence);
    expect(await refusalText(sentence)).toBe('Die Lampe ist an.');
    expect(loading).toHaveBeenCalledTimes(2);
  });

  it.each([
    [
      'Meanwhile Ann has acknowledged this alarm. It now says: RR 34 > 30.',
      'Inzwischen hat Ann diesen Alarm quittiert. Er heißt jetzt: AF 34 > 30.',
    ],
    [
      'Not acknowledged: the alarm has changed since you saw it. It now says: Monitor: RR high.',
      'Nicht quittiert: Der Alarm hat sich geändert, seit Sie ihn gesehen haben. Er heißt jetzt: Monitor: RR high.',
    ],
    [
      'Ann is a nurse and cannot cover a charge-nurse.',
      'Ann hat die Rolle Pflege und kann diesen Dienst nicht vertreten: Schichtleitung.',
    ],
    [
      'Not saved: you do not cover. Vigil says that the named cover is away too.',
      'Nicht gespeichert: Sie vertreten nicht. Vigil sagt über die genannte Vertretung: ist auch abwesend.',
    ],
    [
      'You have 5 entries already. Remove one that you do not use.',
      'Sie haben schon 5 Einträge. Entfernen Sie einen, den Sie nicht benutzen.',
    ],
    // A sentence that Vigil does not know as a whole stays English as a whole.
    ['Something else happened. It now says: RR 34 > 30.', 'Something else happened. It now says: RR 34 > 30.'],
  ])('%s becomes %s', async (english, expected) => {
    expect(await createRefusalTexts(load)(english)).toBe(expected);
  });

  it('names what is open at the beds of an acceptance in German', async () => {
    const refusalText = createRefusalTexts(load);
    const open = [
      'A-1: HR 134 > 120, NEWS2 4: RR, consciousness scores 3, sound of SpO2 84 < 90 paused',
      'A-2: Monitor: RR 180 > 160, standby (CT, then home), own limits of HR, note of Nora N., task of N., my friend',
      'and 3 more',
    ].join('; ');
    expect(
      await refusalText(`Not accepted: this is new since you looked: ${open}. Look at the list, and accept again.`),
    ).toBe(
      'Nicht angenommen: Das ist neu, seit Sie nachgesehen haben: A-1: HF 134 > 120, NEWS2 4: 3 Punkte für AF, Bewusstsein, ' +
        'Ton pausiert: SpO2 84 < 90; A-2: Monitor: RR 180 > 160, Standby (CT, then home), eigene Grenzwerte für HF, ' +
        'Notiz von Nora N., Aufgabe von N., my friend; und 3 weitere. Sehen Sie in die Liste, und nehmen Sie noch einmal an.',
    );
  });
});
