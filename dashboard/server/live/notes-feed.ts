/**
 * Reads the topic `notes`, and gives each bed the hand-over note and the tasks of its patient. This file is separate
 * from feed.ts, so that a fault here cannot delay an alarm. Without notes, the screens show everything else, and say
 * that the notes cannot be read.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import type { RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading } from '../../../log/sealed-reading.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import { foldNote, type NoteBook, placeNotes } from '../core/hand-over-notes.ts';
import { type EndedSince, foldTask, forgetEndedTasks, placeTasks, type TaskBook } from '../core/patient-tasks.ts';
import { type LiveState, markHeaderChanged } from '../core/state.ts';
import { openWholeTopic } from './whole-topic.ts';

/** Time between two checks whether a patient with a note has got another device. */
const lookEveryMs = 2_000;
/** Time between two checks whether the tasks of stays that have ended can be forgotten (ours). */
const forgetEveryMs = 60_000;
/** Number of last events whose effect is remembered. A request waits until the effect of its event is known. */
const effectsMax = 1_000;
const effectCheckMs = 10;
const effectWaitMsMax = 5_000;

export type NotesFeed = {
  /**
   * Waits until this server has read an event. Returns false if the event has no effect, because another change came
   * first.
   * @throws VigilError `log-unavailable` if the event is not read in time
   */
  hasEffect(eventId: string): Promise<boolean>;
  /** Returns the number of records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  close(): Promise<void>;
};

export function openNotesFeed(
  sealedLog: Pick<SealedLog, 'kafka' | 'open' | 'boot'>,
  options: {
    readonly state: LiveState;
    readonly logger: Logger;
    /** Called after a change of a note, so that the screens show the note immediately. */
    readonly onChange: () => void;
  },
): NotesFeed {
  const { state, logger, onChange } = options;
  const book: NoteBook = new Map();
  const tasks: TaskBook = new Map();
  const endedSince: EndedSince = new Map();
  const effects = new Map<string, boolean>();
  const sealedReading = createSealedReading({ open: sealedLog.open, log: logger, leftOutOf: 'the hand-over notes' });
  state.areNotesRead = false;

  function place(): void {
    placeNotes(state, book);
    placeTasks(state, tasks);
  }

  async function foldBatch(batch: RecordBatch): Promise<void> {
    const results: [string, boolean][] = [];
    for (const record of batch.records) {
      const read = await sealedReading.read(batch, record);
      if (read?.record.contentType === contentTypes.handOverNote)
        results.push([read.record.body.eventId, foldNote(book, read.record.body)]);
      else if (read?.record.contentType === contentTypes.patientTask)
        results.push([read.record.body.eventId, foldTask(tasks, read.record.body)]);
    }
    if (state.areNotesRead) {
      place();
      onChange();
    }
    // First all notes get to their beds. Only then are the effects remembered, because a request that waits for an
    // effect must find the note.
    for (const result of results) rememberEffect(...result);
  }

  function rememberEffect(eventId: string, hasEffect: boolean): void {
    // A repeated record must not change the result of the first record.
    if (!effects.has(eventId)) effects.set(eventId, hasEffect);
    if (effects.size > effectsMax) effects.delete(effects.keys().next().value!);
  }

  const topic = openWholeTopic({
    ...{ sealedLog, topic: 'notes', onRecords: foldBatch, logger },
    onRead() {
      state.areNotesRead = true;
      for (const bed of state.beds.values()) markHeaderChanged(state, bed);
      place();
      onChange();
    },
    problem: 'the hand-over notes cannot be read from Kafka; the screens say so',
  });

  const timer = runEvery('notes', lookEveryMs, () => {
    if (state.areNotesRead) place();
  });
  const forgetTimer = runEvery('forget-tasks', forgetEveryMs, () => {
    if (state.areNotesRead && state.nowMs > 0) forgetEndedTasks(state, tasks, endedSince, state.nowMs);
  });

  return {
    async hasEffect(eventId) {
      for (let waitedMs = 0; waitedMs < effectWaitMsMax && !topic.isClosed(); waitedMs += effectCheckMs) {
        const hasEffect = effects.get(eventId);
        if (hasEffect !== undefined) return hasEffect;
        await sleep(effectCheckMs);
      }
      throw new VigilError('log-unavailable', 'The note may be saved, but this server cannot show it yet. Look again.');
    },
    unreadable: sealedReading.leftOutCount,
    async close() {
      clearInterval(timer);
      clearInterval(forgetTimer);
      await topic.close();
    },
  };
}
