/**
 * Captures: the inputs of one patient's engine, one input a line (NDJSON), in the order of receipt. A capture needs no Kafka, people can
 * read and write it, and the same engine as at the bedside judges it. Pure. The format is in docs/developer.md.
 */
import { captureAssociationId } from '../../contracts/capture.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Category, Input } from '../alarms/core/inputs.ts';
import { inputOfText } from '../alarms/intake.ts';

/** One line of a capture. `*` in an acknowledgement: all alarms that call at that moment. */
export type Captured = {
  readonly line: number;
  /** Time of receipt, ms since 1970. */
  readonly atMs: number;
  readonly input: Input | 'acknowledge-all';
};

export type CaptureFault = { readonly line: number; readonly message: string };

export type Capture = {
  readonly captured: readonly Captured[];
  /** Lines that cannot be read. A capture with such lines must not be judged. */
  readonly faults: readonly CaptureFault[];
  /** Messages that the gateway would refuse, and commands that the API would refuse: the engine never gets them. */
  readonly refused: readonly CaptureFault[];
};

const deviceId = 'capture';
/** The person who acknowledges in a capture. */
export const captureActor = { userId: 'capture', name: 'Capture', role: 'nurse' } as const;
const categories: readonly unknown[] = ['adult', 'paediatric', 'neonatal', 'unassigned', null];

type Members = Readonly<Record<string, unknown>>;
type Read = { readonly input: Captured['input'] } | { readonly fault: string } | { readonly refused: string };

/** Reads a capture. Skips blank lines and lines that begin with #. */
export function readCapture(text: string): Capture {
  const captured: Captured[] = [];
  const faults: CaptureFault[] = [];
  const refused: CaptureFault[] = [];
  text.split('\n').forEach((lineText, i) => {
    if (lineText.trim() === '' || lineText.trimStart().startsWith('#')) return;
    const line = i + 1;
    const body = parse(lineText);
    if (body === undefined) {
      faults.push({ line, message: 'is no JSON object' });
      return;
    }
    const atMs = readAt(body.at);
    if (atMs === undefined) {
      faults.push({ line, message: 'has no "at" that is an instant (RFC 3339 with a zone, or ms since 1970)' });
      return;
    }
    const read = readLine(body, atMs, line);
    if ('fault' in read) faults.push({ line, message: read.fault });
    else if ('refused' in read) refused.push({ line, message: read.refused });
    else captured.push({ line, atMs, input: read.input });
  });
  return { captured, faults, refused };
}

function readLine(body: Members, atMs: number, line: number): Read {
  switch (body.kind) {
    case 'association':
      return readAssociation(body, atMs);
    case 'observations':
      return readMessage(contentTypes.observation, body, atMs, line);
    case 'status':
      return readMessage(contentTypes.status, body, atMs, line);
    case 'alerts':
      return readMessage(contentTypes.alerts, body, atMs, line);
    case 'connection':
      return readConnection(body, atMs, line);
    case 'notice':
      return read(contentTypes.notice, gatewayRecord(body, atMs, ['notice', 'forMs']), unnumbered(line));
    case 'command':
      return readCommand(body.command, atMs, line);
    default:
      return { fault: '"kind" is none of association, observations, status, alerts, connection, notice, command' };
  }
}

function readAssociation({ category = null, ward = null, endedAt = null }: Members, atMs: number): Read {
  if (!categories.includes(category)) return { fault: '"category" is none of adult, paediatric, neonatal, unassigned' };
  if (ward !== null && typeof ward !== 'string') return { fault: '"ward" is no text' };
  const endedAtMs = endedAt === null ? null : readAt(endedAt);
  if (endedAtMs === undefined) return { fault: '"endedAt" is no instant' };
  const input = { type: 'association', category: category as Category | null, ward, endedAt: endedAtMs } as const;
  return { input: { ...input, deviceId, from: atMs } };
}

/** A message takes the same way as every reading: it is a record of the log, checked and converted as in the alarm processor. */
function readMessage(contentType: string, given: Members, atMs: number, line: number): Read {
  const { body } = given;
  if (!isObject(body)) return { fault: 'has no "body", the message of the device' };
  const record = { ...gatewayRecord(given, atMs, ['will']), reading: body };
  return read(contentType, record, numbersOf(given) ?? numbersOf(body) ?? unnumbered(line));
}

function readConnection(body: Members, atMs: number, line: number): Read {
  if (typeof body.connected !== 'boolean') return { fault: 'has no "connected" that is true or false' };
  return read(contentTypes.connection, gatewayRecord(body, atMs, ['connected', 'claim', 'reason']), unnumbered(line));
}

/** Returns the gateway's part of a record, with the allowed members of the line. */
function gatewayRecord(body: Members, atMs: number, names: readonly string[]): Members {
  const own = names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]));
  return { deviceId, receivedAt: formatInstant(atMs), ...Object.fromEntries(own) };
}

/** Returns the number of a message: the device's, or else the gateway's, which `capture` writes beside the message. */
function numbersOf({ boot, seq }: Members): { readonly boot: string; readonly seq: number } | undefined {
  return typeof boot === 'string' && typeof seq === 'number' ? { boot, seq } : undefined;
}

function unnumbered(line: number): { readonly boot: string; readonly seq: number } {
  return { boot: 'capture', seq: line };
}

function readCommand(given: unknown, atMs: number, line: number): Read {
  if (!isObject(given)) return { fault: 'has no "command"' };
  const { alarm, ...rest } = given;
  if (given.type === 'acknowledge' && alarm === '*') return { input: 'acknowledge-all' };
  const asked = {
    commandId: `capture-${line}`,
    associationId: captureAssociationId,
    at: formatInstant(atMs),
    by: captureActor,
    ...rest,
    ...(alarm !== undefined && { alarmId: alarm }),
  };
  // The API would refuse this command too. The rest of the recording is still useful.
  const taken = read(contentTypes.command, asked, unnumbered(line));
  return 'refused' in taken ? { refused: `"command" cannot be used: ${taken.refused}` } : taken;
}

function read(contentType: string, record: unknown, numbered: { readonly boot: string; readonly seq: number }): Read {
  const taken = inputOfText(contentType, Buffer.from(JSON.stringify(record)), numbered);
  return taken.ok ? { input: taken.input } : { refused: taken.reason };
}

function parse(words: string): Members | undefined {
  try {
    const body: unknown = JSON.parse(words);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function readAt(at: unknown): number | undefined {
  if (typeof at === 'number') return Number.isSafeInteger(at) && at >= 0 ? at : undefined;
  if (typeof at !== 'string' || !/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(at)) return undefined;
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? undefined : ms;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
