/** MQTT 5 properties (table 2-4) that a client may send: their type, in which packets, and which values are errors. */
import { type ReasonCode, reason } from '../core/reasons.ts';

export type PropertyHolder =
  | 'connect'
  | 'will'
  | 'publish'
  | 'ack'
  | 'subscribe'
  | 'unsubscribe'
  | 'disconnect'
  | 'auth';

export type PropertyType = 'byte' | 'u16' | 'u32' | 'var' | 'string' | 'pair' | 'binary';

export type Property = {
  readonly type: PropertyType;
  readonly in: readonly PropertyHolder[];
  /** The packet has this property, but only from a server: no malformed packet, but a protocol error. */
  readonly serverOnly?: PropertyHolder;
  /** May stand more than once. */
  readonly many?: true;
  /** The reason code for 0 where 0 is an error. */
  readonly zero?: ReasonCode;
  /** Only 0 and 1 are values. */
  readonly flag?: true;
  /** A topic name: not empty and without wildcards. */
  readonly topicName?: true;
};

const everywhere: readonly PropertyHolder[] = [
  'connect',
  'will',
  'publish',
  'ack',
  'subscribe',
  'unsubscribe',
  'disconnect',
  'auth',
];
const message: readonly PropertyHolder[] = ['will', 'publish'];

/** By identifier. */
export const clientProperties: ReadonlyMap<number, Property> = new Map<number, Property>([
  [0x01, { type: 'byte', in: message, flag: true }],
  [0x02, { type: 'u32', in: message }],
  [0x03, { type: 'string', in: message }],
  [0x08, { type: 'string', in: message, topicName: true }], // [MQTT-3.3.2-14]
  [0x09, { type: 'binary', in: message }],
  [0x0b, { type: 'var', in: ['subscribe'], serverOnly: 'publish', zero: reason.protocolError }], // [MQTT-3.3.4-6]
  [0x11, { type: 'u32', in: ['connect', 'disconnect'] }],
  [0x15, { type: 'string', in: ['connect', 'auth'] }],
  [0x16, { type: 'binary', in: ['connect', 'auth'] }],
  [0x17, { type: 'byte', in: ['connect'], flag: true }],
  [0x18, { type: 'u32', in: ['will'] }],
  [0x19, { type: 'byte', in: ['connect'], flag: true }],
  [0x1c, { type: 'string', in: [], serverOnly: 'disconnect' }],
  [0x1f, { type: 'string', in: ['ack', 'disconnect', 'auth'] }],
  [0x21, { type: 'u16', in: ['connect'], zero: reason.protocolError }],
  [0x22, { type: 'u16', in: ['connect'] }],
  [0x23, { type: 'u16', in: ['publish'], zero: reason.topicAliasInvalid }],
  [0x26, { type: 'pair', in: everywhere, many: true }],
  [0x27, { type: 'u32', in: ['connect'], zero: reason.protocolError }],
]);
