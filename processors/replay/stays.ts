/** Reads the inputs of one patient's engine from a recording or a capture, for a comparison of profiles. Pure. */
import { usableNumber } from '../../contracts/messages/check.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Category } from '../alarms/core/inputs.ts';
import { type CaptureLine, readCapture } from './capture.ts';
import { type Call, createCallLog } from './core/calls.ts';
import { playSteps } from './play.ts';
import { readRecording } from './recording.ts';

export type Stay = {
  /** The name of the file. */
  readonly patient: string;
  readonly lines: readonly CaptureLine[];
  /** Start, ms since 1970. A recording starts at 0. */
  readonly startMs: number;
  readonly endMs: number;
  readonly category: Category | null;
  readonly ward: string | null;
};

/** The reason why a file cannot be used: the rest of a sentence that begins with the name of the file. */
export type StayFault = { readonly fault: string };

/** Reads a file. @param ward the ward whose profile judges the patient; if null, the ward in the file is used */
export function readStay(patient: string, text: string, ward: string | null): Stay | StayFault {
  if (text.trim() === '') return { fault: 'is empty.' };
  return /^\s*[{#]/.test(text) ? stayOfCapture(patient, text, ward) : stayOfRecording(patient, text, ward);
}

function stayOfRecording(patient: string, text: string, ward: string | null): Stay | StayFault {
  const readings = readRecording(text, 0);
  if (readings === undefined) return { fault: 'is neither a recording in a known format nor a capture.' };
  if (readings.some(({ time }) => !Number.isFinite(time))) return { fault: 'has a row without a time.' };
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return { fault: 'has no readings.' };
  const begin = { type: 'association', category: 'adult', ward, endedAt: null } as const;
  const readingLines = readings.map((input, index) => ({ line: index + 2, atMs: input.receivedAt, input }));
  return {
    patient,
    lines: [{ line: 1, atMs: first.receivedAt, input: begin }, ...readingLines],
    startMs: first.time,
    endMs: last.time + (last.intervalMs ?? 0),
    category: 'adult',
    ward,
  };
}

function stayOfCapture(patient: string, text: string, ward: string | null): Stay | StayFault {
  const { lines: allLines, faults } = readCapture(text);
  const [fault] = faults;
  if (fault !== undefined) return { fault: `cannot be read: line ${fault.line}: ${fault.message}` };
  const lines = ward === null ? allLines : allLines.map((entry) => ({ ...entry, input: inWard(entry.input, ward) }));
  const first = lines[0];
  if (first === undefined) return { fault: 'has no lines with input.' };
  const association = lines.map(({ input }) => input).find((input) => isAssociation(input));
  const { category = null, ward: wardOfStay = null } = association ?? {};
  // The first line need not be the earliest, because the server's clock may have been set back between two lines.
  const times = lines.map(({ atMs }) => atMs);
  const startMs = times.reduce((least, at) => Math.min(least, at));
  const endMs = times.reduce((most, at) => Math.max(most, at));
  return { patient, lines, startMs, endMs, category, ward: wardOfStay };
}

const isAssociation = (input: CaptureLine['input']) => input !== 'acknowledge-all' && input.type === 'association';

function inWard(input: CaptureLine['input'], ward: string): CaptureLine['input'] {
  return isAssociation(input) ? { ...input, ward } : input;
}

/** Returns the total duration of the stays, in days. */
export function bedDaysOf(stays: readonly Stay[]): number {
  return stays.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 86_400_000;
}

/** Returns the calls of a stay. Alarms are acknowledged only by the commands in a capture. */
export function callsOf(env: Environment, stay: Stay): readonly Call[] {
  const log = createCallLog(stay.patient);
  playSteps(env, stay.lines, log.addStep);
  return log.calls;
}

export type Point = { readonly atMs: number; readonly value: number };

/**
 * Returns the usable values of one parameter from `fromMs` to `toMs` inclusive.
 * @param code the MDC code of the parameter
 */
export function pointsOf({ lines }: Stay, code: string, fromMs: number, toMs: number): Point[] {
  return lines.flatMap(({ input }) => {
    if (input === 'acknowledge-all' || input.type !== 'observation') return [];
    if (input.time < fromMs || input.time > toMs) return [];
    return input.values.flatMap((numeric) => {
      const value = numeric.code === code ? usableNumber(numeric) : undefined;
      return value === undefined ? [] : [{ atMs: input.time, value }];
    });
  });
}
