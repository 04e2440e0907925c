/** The data of a connection and its device that the pipeline needs for each reading. */

import { type Continuity, newContinuity } from '../contracts/continuity.ts';
import { type DeviceTopicKind, deviceTopic, deviceTopicKinds, forDeviceTopics } from '../contracts/topics.ts';
import { pseudonym, unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { DeviceClocks } from './core/clocks.ts';
import { type LogLimiter, newLogLimiter } from './core/log-limiter.ts';
import { type ClockSign, type DeviceMemory, newDeviceMemory } from './core/remembered.ts';
import type { IdentitySigns } from './core/shared-identity.ts';

export type Source = {
  readonly deviceId: string;
  /** Name of the device in Kafka's keys and in the envelope. */
  readonly pseudonym: string;
  /** Association id of the device's readings while it has no patient. */
  readonly unassigned: string;
  /** Offset of the connection's claim in the topic `sessions`; undefined until the claim is read. */
  claim: number | undefined;
  /**
   * When the certificate of the connection ends, ms since 1970; undefined if the gateway did not see the certificate.
   */
  certificateEndMs: number | undefined;
  /**
   * Boot for payloads without a boot. Each connection to the listener has its own boot. At the upstream broker each
   * device has one.
   */
  readonly boot: string;
  /** Last sequence number of payloads without a boot, by topic. */
  readonly seqs: Record<DeviceTopicKind, number>;
  /** The gaps in the device's own sequence numbers, by topic (contracts/continuity.ts). */
  readonly numbers: Readonly<Record<DeviceTopicKind, Continuity>>;
  /** What is known about the device's clock. All connections of the device share it. */
  readonly clocks: DeviceClocks;
  /** Signs that two devices use the certificate. All connections of the device share them. */
  readonly identity: IdentitySigns;
  /**
   * Whether the clock of the device was wrong at its last event, if there was one. All connections of the device share
   * it.
   */
  readonly clockSign: ClockSign;
  /** Whether the gateway has noted what the device says about itself in the first status of the connection. */
  hasDeclared: boolean;
  /** Whether the birth message of the connection (its first status with a time) has come. */
  hasBirthCome: boolean;
  /** Limits the log lines about the device's messages, so that a faulty device cannot fill the disk. */
  readonly logLimiter: LogLimiter;
  /** The device's own topics. */
  readonly topics: ReadonlyMap<string, DeviceTopicKind>;
};

/**
 * Returns the source of a new connection, or of a device at the upstream broker. If a device numbers its readings
 * itself, a reading that it sends again on another connection has the same `boot` and `seq`, and is recognised as a
 * repeat. If the device does not number its readings, the gateway numbers the readings of each source. Then a reading
 * that comes again gets a new number, and is not recognised.
 */
export function createSource(
  pseudonymKey: string,
  deviceId: string,
  boot: string,
  memoryOfDevice: (devicePseudonym: string) => DeviceMemory = newDeviceMemory,
): Source {
  const devicePseudonym = pseudonym(pseudonymKey, 'device', deviceId);
  const { clocks, identity, clockSign } = memoryOfDevice(devicePseudonym);
  return {
    deviceId,
    pseudonym: devicePseudonym,
    unassigned: unassignedAssociation(pseudonymKey, deviceId),
    claim: undefined,
    certificateEndMs: undefined,
    boot,
    seqs: forDeviceTopics(() => 0),
    numbers: forDeviceTopics(newContinuity),
    clocks,
    identity,
    clockSign,
    hasDeclared: false,
    hasBirthCome: false,
    logLimiter: newLogLimiter(),
    topics: new Map(deviceTopicKinds.map((kind) => [deviceTopic(deviceId, kind), kind])),
  };
}
