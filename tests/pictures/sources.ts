/**
 * What the server of the pictures reads from the log: waves of the last hours, strips of alarms, and assignments. All
 * of it is made up.
 */
import { createHash, randomUUID } from 'node:crypto';
import { madeUpSamples, madeUpWaves } from '../../bench/vitals.ts';
import { type MadeUpWard, nurseOf, userId, wardName } from '../../bench/ward.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { Duty } from '../../contracts/messages/assignments.ts';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import { stripBytes } from '../../contracts/strip-bytes.ts';
import { formatInstant } from '../../contracts/time.ts';
import { foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import type { ScreenServerOptions } from '../screens/live.ts';

/** In the pictures with trouble, these seconds of each minute are missing. */
const gap = { fromS: 20, toS: 26 };
const secondMs = 1_000;
const hourMs = 3_600_000;
const bed = 1;

export type PictureSources = {
  readonly options: Required<Pick<ScreenServerOptions, 'waves' | 'strip'>>;
  /** Whether seconds are missing in the waves. */
  hasGaps: boolean;
};

/** @param alarmOf returns the alarm with this id, if it was raised */
export function openSources(alarmOf: (alarmId: string) => Alarm | undefined): PictureSources {
  const isMissing = (second: number) => sources.hasGaps && second % 60 >= gap.fromS && second % 60 < gap.toS;
  const sources: PictureSources = {
    hasGaps: false,
    options: {
      async waves(_account, { span }) {
        const lastMs = Math.min(span.toMs, Date.now() - 1_200);
        const chunks = secondsOf(span.fromMs, lastMs, isMissing).flatMap((second) =>
          madeUpWaves.map((wave) => ({
            ...chunkOf(wave, second),
            ...{ startMs: second * secondMs, receivedMs: (second + 1) * secondMs, boot: 'b1', seq: second },
          })),
        );
        return { chunks, keptFromMs: null, unreadable: 0, isWhole: true };
      },
      async strip(_account, { alarmId }) {
        const alarm = alarmOf(alarmId);
        const strip = alarm && stripOf(alarm, isMissing);
        return { strip, recordDigest: undefined, isReadable: true, isKept: true };
      },
    },
  };
  return sources;
}

function secondsOf(fromMs: number, toMs: number, isMissing: (second: number) => boolean): number[] {
  const first = Math.floor(fromMs / secondMs);
  const count = Math.max(0, Math.floor(toMs / secondMs) - first);
  return Array.from({ length: count }, (_, at) => first + at).filter((second) => !isMissing(second));
}

function chunkOf(wave: (typeof madeUpWaves)[number], second: number) {
  const { code, rateHz, scale, offset } = wave;
  return { code, rateHz, scale, offset, samples: madeUpSamples(wave, bed, second * secondMs, secondMs) };
}

function stripOf(alarm: Alarm, isMissing: (second: number) => boolean): Strip {
  const { alarmId, associationId, deviceId, onsetAt } = alarm;
  const onsetMs = Date.parse(onsetAt);
  const chunks = secondsOf(onsetMs - 10_000, onsetMs + 10_000, isMissing).flatMap((second) =>
    madeUpWaves.map((wave) => ({
      ...chunkOf(wave, second),
      start: formatInstant(second * secondMs),
      source: {
        partition: 0,
        offset: '1',
        boot: 'b1',
        seq: second,
        receivedAt: formatInstant((second + 1) * secondMs),
      },
    })),
  );
  const content: Omit<Strip, 'digest'> = {
    ...{ stripId: `${alarmId}.1`, rev: 1, associationId, deviceId, alarmId, onset: 1, onsetAt, onsetWallAt: onsetAt },
    ...{ writtenAt: onsetAt, content: 'waves', isComplete: true, alarm, limits: newLimits(associationId) },
    numerics: [
      { code: alarm.code ?? 'MDC_ECG_HEART_RATE', value: alarm.value ?? 0, unit: alarm.unit ?? '/min', at: onsetAt },
    ],
    chunks,
  };
  return { ...content, digest: createHash('sha256').update(stripBytes(content)).digest('base64url') };
}

type Person = { readonly userId: string; readonly name: string };
const nora: Person = { userId, name: 'Nora N.' };
const nurses: readonly Person[] = [0, 1, 2].map((number) => ({ userId: nurseOf(number), name: `Nurse ${number + 1}` }));

/** Assigns all beds of the ward. Each person has accepted. */
export function assignAll(ward: MadeUpWard): void {
  assign(ward, nora, 'charge-nurse');
  for (const [at, nurse] of nurses.entries())
    assign(
      ward,
      nurse,
      'nurse',
      bedsOf(ward).filter((_, index) => index % nurses.length === at),
    );
}

/** One nurse goes away without a cover. Another nurse has not yet accepted the beds of the next shift. */
export function leaveBedsUncovered(ward: MadeUpWard): void {
  const [away, next] = nurses as [Person, Person];
  const at = instantIn(0);
  foldAssignmentEvent(ward.server.board, {
    ...{ type: 'away', eventId: randomUUID(), ward: wardName, at, by: { ...away, role: 'nurse' } },
    ...{ awayId: randomUUID(), userId: away.userId, from: at, until: instantIn(hourMs) },
  });
  assign(ward, next, 'nurse', bedsOf(ward).slice(0, 2), 'waits');
}

const bedsOf = (ward: MadeUpWard) => Array.from({ length: ward.beds }, (_, at) => String(at + 1));
const instantIn = (ms: number) => formatInstant(Date.now() + ms);

function assign(ward: MadeUpWard, person: Person, duty: Duty, beds?: readonly string[], waits?: 'waits'): void {
  const assignmentId = randomUUID();
  const event = { eventId: randomUUID(), ward: wardName, at: instantIn(0) };
  foldAssignmentEvent(ward.server.board, {
    ...{ type: 'assigned', ...event, by: { ...nora, role: 'nurse' } },
    assignment: {
      ...{ assignmentId, ward: wardName, duty, ...person, ...(beds && { beds: [...beds] }) },
      ...{ from: instantIn(waits ? 6 * hourMs : -2 * hourMs), until: instantIn(waits ? 14 * hourMs : 6 * hourMs) },
    },
  });
  if (waits) return;
  const by = { ...person, role: 'nurse' } as const;
  foldAssignmentEvent(ward.server.board, { type: 'accepted', ...event, eventId: randomUUID(), by, assignmentId });
}
