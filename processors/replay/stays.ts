/** The inputs of one patient's engine, from a recording or a capture, for a comparison of profiles. Pure. */
import { usableNumber } from '../../contracts/messages/check.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Category } from '../alarms/core/inputs.ts';
import { type Captured, readCapture } from './capture.ts';
import { type Call, createCallLog } from './core/calls.ts';
import { playSteps } from './play.ts';
import { readRecording } from './recording.ts';

export type Stay = {
  /** The file's name. */
  readonly patient: string;
  readonly captured: readonly Captured[];
  /** ms since 1970; a recording begins at 0. */
  readonly startMs: number;
  readonly endMs: number;
  readonly category: Category | null;
  readonly ward: string | null;
};

/** Why a file cannot be used. */
export type StayFault = { readonly fault: string };

/** Reads a file. @param ward judges the patient by this ward's profile; null: by the file's ward */
export function readStay(patient: string, text: string, ward: string | null): Stay | StayFault {
  if (text.trim() === '') return { fault: 'is empty.' };
  return /^\s*[{#]/.test(text) ? ofCapture(patient, text, ward) : ofRecording(patient, text, ward);
}

function ofRecording(patient: string, text: string, ward: string | null): Stay | StayFault {
  const readings = readRecording(text, 0);
  if (readings === undefined) return { fault: 'is neither a recording in a known format nor a capture.' };
  if (readings.some(({ time }) => !Number.isFinite(time))) return { fault: 'has a row without a time.' };
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return { fault: 'holds no readings.' };
  const begin = { type: 'association', category: 'adult', ward, endedAt: null } as const;
  const captured = readings.map((input, n) => ({ line: n + 2, atMs: input.receivedAt, input }));
  return {
    patient,
    captured: [{ line: 1, atMs: first.receivedAt, input: begin }, ...captured],
    startMs: first.time,
    endMs: last.time + (last.intervalMs ?? 0),
    category: 'adult',
    ward,
  };
}

function ofCapture(patient: string, text: string, ward: string | null): Stay | StayFault {
  const { captured: read, faults } = readCapture(text);
  const [fault] = faults;
  if (fault !== undefined) return { fault: `line ${fault.line} ${fault.message}.` };
  const captured = ward === null ? read : read.map((entry) => ({ ...entry, input: inWard(entry.input, ward) }));
  const first = captured[0];
  if (first === undefined) return { fault: 'holds no lines.' };
  const association = captured.map(({ input }) => input).find((input) => isAssociation(input));
  const { category = null, ward: own = null } = association ?? {};
  // A server's clock may have been set back between two lines.
  const times = captured.map(({ atMs }) => atMs);
  const startMs = times.reduce((least, at) => Math.min(least, at));
  const endMs = times.reduce((most, at) => Math.max(most, at));
  return { patient, captured, startMs, endMs, category, ward: own };
}

const isAssociation = (input: Captured['input']) => input !== 'acknowledge-all' && input.type === 'association';

function inWard(input: Captured['input'], ward: string): Captured['input'] {
  return isAssociation(input) ? { ...input, ward } : input;
}

/** Returns the bed-time of stays, in days. */
export function bedDaysOf(stays: readonly Stay[]): number {
  return stays.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 86_400_000;
}

/** Returns the calls of a stay. Only the acknowledgements in the capture count. */
export function callsOf(env: Environment, stay: Stay): readonly Call[] {
  const log = createCallLog(stay.patient);
  playSteps(env, stay.captured, log.take);
  return log.calls;
}

export type Point = { readonly atMs: number; readonly value: number };

/** Returns the usable values of one parameter within a time, both ends included. @param code MDC */
export function pointsOf({ captured }: Stay, code: string, fromMs: number, toMs: number): Point[] {
  return captured.flatMap(({ input }) => {
    if (input === 'acknowledge-all' || input.type !== 'observation') return [];
    if (input.time < fromMs || input.time > toMs) return [];
    return input.values.flatMap((numeric) => {
      const value = numeric.code === code ? usableNumber(numeric) : undefined;
      return value === undefined ? [] : [{ atMs: input.time, value }];
    });
  });
}
