/**
 * Reads captures. A capture is a text file with the inputs of one patient's engine in the order of receipt, one input
 * on each line (NDJSON). A replay judges a capture with the engine of the alarm processor, without Kafka. The format is
 * in docs/developer.md. Pure.
 */
import { captureAssociationId } from '../../contracts/capture.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { isObject, type Members } from '../../contracts/messages/usable.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Category, Input } from '../alarms/core/inputs.ts';
import { inputOfText } from '../alarms/intake.ts';

/**
 * One line of a capture. `acknowledge-all` acknowledges all alarms that call at that moment; in the file it is written
 * as `"alarm": "*"`.
 */
export type CaptureLine = {
  readonly line: number;
  /** Time of receipt, ms since 1970. */
  readonly atMs: number;
  readonly input: Input | 'acknowledge-all';
};

export type CaptureFault = { readonly line: number; readonly message: string };

export type Capture = {
  readonly lines: readonly CaptureLine[];
  /** Lines that cannot be read. A capture with such lines must not be judged. */
  readonly faults: readonly CaptureFault[];
  /**
   * Lines with a message that the gateway would refuse, or with a command that the API would refuse. The engine does
   * not get these lines.
   */
  readonly refused: readonly CaptureFault[];
};

const deviceId = 'capture';
/** The person who acknowledges in a capture. */
export const captureActor = { userId: 'capture', name: 'Capture', role: 'nurse' } as const;
const categories: readonly unknown[] = ['adult', 'paediatric', 'neonatal', 'unassigned', null];

type LineResult = { readonly input: CaptureLine['input'] } | { readonly fault: string } | { readonly refused: string };
/**
 * The identity of a message. `boot`: the id of this start of the sender. `seq`: the number of the message since that
 * start.
 */
type MessageId = { readonly boot: string; readonly seq: number };

/** Reads a capture. Skips blank lines and lines that begin with #. */
export function readCapture(text: string): Capture {
  const lines: CaptureLine[] = [];
  const faults: CaptureFault[] = [];
  const refused: CaptureFault[] = [];
  text.split('\n').forEach((lineText, i) => {
    if (lineText.trim() === '' || lineText.trimStart().startsWith('#')) return;
    const line = i + 1;
    const body = parse(lineText);
    if (body === undefined) {
      faults.push({ line, message: 'The line is not a JSON object.' });
      return;
    }
    const atMs = parseTime(body.at);
    if (atMs === undefined) {
      faults.push({ line, message: 'The time "at" must be RFC 3339 with a zone, or ms since 1970.' });
      return;
    }
    const result = readLine(body, atMs, line);
    if ('fault' in result) faults.push({ line, message: result.fault });
    else if ('refused' in result) refused.push({ line, message: result.refused });
    else lines.push({ line, atMs, input: result.input });
  });
  return { lines, faults, refused };
}

function readLine(body: Members, atMs: number, line: number): LineResult {
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
      return toInput(contentTypes.notice, gatewayRecord(body, atMs, ['notice', 'forMs']), idOfLine(line));
    case 'command':
      return readCommand(body.command, atMs, line);
    default:
      return { fault: '"kind" must be association, observations, status, alerts, connection, notice or command.' };
  }
}

function readAssociation({ category = null, ward = null, endedAt = null }: Members, atMs: number): LineResult {
  if (!categories.includes(category))
    return { fault: '"category" must be adult, paediatric, neonatal, unassigned or null.' };
  if (ward !== null && typeof ward !== 'string') return { fault: '"ward" must be a text or null.' };
  const endedAtMs = endedAt === null ? null : parseTime(endedAt);
  if (endedAtMs === undefined) return { fault: '"endedAt" must be RFC 3339 with a zone, ms since 1970, or null.' };
  const input = { type: 'association', category: category as Category | null, ward, endedAt: endedAtMs } as const;
  return { input: { ...input, deviceId, from: atMs } };
}

/**
 * Reads a message of a device. Makes a record of the log from this message, and converts the record as the alarm
 * processor does.
 */
function readMessage(contentType: string, members: Members, atMs: number, line: number): LineResult {
  const { body } = members;
  if (!isObject(body)) return { fault: 'The line has no "body" with the message of the device.' };
  const record = { ...gatewayRecord(members, atMs, ['will']), reading: body };
  return toInput(contentType, record, messageIdOf(members) ?? messageIdOf(body) ?? idOfLine(line));
}

function readConnection(body: Members, atMs: number, line: number): LineResult {
  if (typeof body.connected !== 'boolean') return { fault: '"connected" must be true or false.' };
  return toInput(contentTypes.connection, gatewayRecord(body, atMs, ['connected', 'claim', 'reason']), idOfLine(line));
}

/** Returns the gateway's part of a record, with the named members of the line. */
function gatewayRecord(body: Members, atMs: number, names: readonly string[]): Members {
  const members = names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]));
  return { deviceId, receivedAt: formatInstant(atMs), ...Object.fromEntries(members) };
}

/**
 * Returns the id of a message. If a message has no id, `vigil capture` writes the gateway's id for the message on the
 * same line.
 */
function messageIdOf({ boot, seq }: Members): MessageId | undefined {
  return typeof boot === 'string' && typeof seq === 'number' ? { boot, seq } : undefined;
}

function idOfLine(line: number): MessageId {
  return { boot: 'capture', seq: line };
}

function readCommand(members: unknown, atMs: number, line: number): LineResult {
  if (!isObject(members)) return { fault: 'The line has no "command".' };
  const { alarm, ...rest } = members;
  if (members.type === 'acknowledge' && alarm === '*') return { input: 'acknowledge-all' };
  const command = {
    commandId: `capture-${line}`,
    associationId: captureAssociationId,
    at: formatInstant(atMs),
    by: captureActor,
    ...rest,
    ...(alarm !== undefined && { alarmId: alarm }),
  };
  const result = toInput(contentTypes.command, command, idOfLine(line));
  return 'refused' in result ? { refused: `"command" cannot be used: ${result.refused}` } : result;
}

function toInput(contentType: string, record: unknown, id: MessageId): LineResult {
  const result = inputOfText(contentType, Buffer.from(JSON.stringify(record)), id);
  return result.ok ? { input: result.input } : { refused: result.reason };
}

function parse(text: string): Members | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a time in ms since 1970; undefined if it is invalid. */
function parseTime(at: unknown): number | undefined {
  if (typeof at === 'number') return Number.isSafeInteger(at) && at >= 0 ? at : undefined;
  if (typeof at !== 'string' || !/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(at)) return undefined;
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? undefined : ms;
}
