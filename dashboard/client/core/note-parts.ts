/**
 * The parts of a hand-over note, by I-PASS (Starmer et al., N Engl J Med 2014;371:1803–1812): illness severity, patient
 * summary, action list, situation awareness and contingency plans. The fifth part, the synthesis by the receiver, is
 * the acceptance of the bed. A note is stored as one text, in which each part follows its label. So older pages show
 * the note too. The stored labels are always English, so that pages in all languages find the parts.
 */

import { noteOf } from './note-input.ts';
import { t } from './texts.ts';

/** `stored`: the label in the stored text. `label` and `help`: what the page shows. */
export const noteParts = [
  {
    key: 'severity',
    stored: 'Illness severity',
    get label() {
      return t('Illness severity');
    },
    get help() {
      return t('Stable, “watcher” (you feel that it may get worse), or unstable');
    },
  },
  {
    key: 'summary',
    stored: 'Patient summary',
    get label() {
      return t('Patient summary');
    },
    get help() {
      return t('Why the patient is here, what happened, the plan');
    },
  },
  {
    key: 'actions',
    stored: 'Action list',
    get label() {
      return t('Action list');
    },
    get help() {
      return t('What to do, who does it, and until when');
    },
  },
  {
    key: 'awareness',
    stored: 'Situation awareness',
    get label() {
      return t('Situation awareness');
    },
    get help() {
      return t('What may happen, and what to do then');
    },
  },
] as const;
export type NotePartKey = (typeof noteParts)[number]['key'];

/**
 * A note in parts. `free` is the text without a label, for example a note of an older page. An empty part is an empty
 * text.
 */
export type NoteInParts = Readonly<Record<'free' | NotePartKey, string>>;

const pattern = new RegExp(`^(.*?)${noteParts.map(({ stored }) => `(?:(?:^| )${stored}: (.*?))?`).join('')}$`);

/**
 * Returns the parts of a saved note. `noteFromParts` makes the saved text from these parts again, so nothing gets lost.
 */
export function partsOfNote(text: string): NoteInParts {
  const [, free = '', severity = '', summary = '', actions = '', awareness = ''] = pattern.exec(text) ?? ['', text];
  return { free, severity, summary, actions, awareness };
}

/** Returns whether a note has a part with a label. */
export const hasParts = (parts: NoteInParts): boolean => noteParts.some(({ key }) => parts[key] !== '');

/** Returns the text to save. It has the free text, and then the label and the text of each part that is not empty. */
export function noteFromParts(parts: NoteInParts): string {
  const labelled = noteParts.flatMap(({ key, stored }) => {
    const text = noteOf(parts[key]);
    return text === '' ? [] : [`${stored}: ${text}`];
  });
  return [noteOf(parts.free), ...labelled].filter((text) => text !== '').join(' ');
}
