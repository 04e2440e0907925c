/** The device behind one connection, as the pipeline needs it: everything that is too costly to look up for each reading. */

import { type DeviceTopicKind, deviceTopic, deviceTopicKinds, forDeviceTopics } from '../contracts/topics.ts';
import { pseudonym, unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { DeviceClocks } from './core/clocks.ts';
import { type Continuity, newContinuity } from './core/continuity.ts';
import { type LogLimiter, newLogLimiter } from './core/log-limiter.ts';
import { newRemembered, type Remembered } from './core/remembered.ts';
import type { IdentityWatch } from './core/shared-identity.ts';

export type Source = {
  readonly deviceId: string;
  /** Stands for the device in Kafka's keys and in the envelope. */
  readonly pseudonym: string;
  /** The association of its readings while it has no patient. */
  readonly unassigned: string;
  /** The offset of its claim in `sessions`; undefined until the claim was read there. */
  claim: number | undefined;
  /** The boot for payloads without one: this connection's. */
  readonly boot: string;
  /** The last sequence number of such payloads, by topic. */
  readonly seqs: Record<DeviceTopicKind, number>;
  /** How the device's own numbers continue, by topic. */
  readonly numbers: Readonly<Record<DeviceTopicKind, Continuity>>;
  /** What is known of the device's clock; shared by its connections. */
  readonly clocks: DeviceClocks;
  /** Whether two devices use its certificate; shared by its connections. */
  readonly identity: IdentityWatch;
  /** Its birth message has come: the first status of the connection. */
  born: boolean;
  /** Limits what is logged about its messages, so that a bad device cannot fill the disk. */
  readonly logLimiter: LogLimiter;
  /** The device's own topics. */
  readonly topics: ReadonlyMap<string, DeviceTopicKind>;
};

/**
 * A device that numbers its readings itself keeps its own boot and seq across connections, so a repeat is recognised. If it does not,
 * they are numbered here for each connection: what it sends again after a lost connection counts as another reading.
 */
export function createSource(
  pseudonymKey: string,
  deviceId: string,
  boot: string,
  rememberedOf: (devicePseudonym: string) => Remembered = newRemembered,
): Source {
  const devicePseudonym = pseudonym(pseudonymKey, 'device', deviceId);
  const { clocks, identity } = rememberedOf(devicePseudonym);
  return {
    deviceId,
    pseudonym: devicePseudonym,
    unassigned: unassignedAssociation(pseudonymKey, deviceId),
    claim: undefined,
    boot,
    seqs: forDeviceTopics(() => 0),
    numbers: forDeviceTopics(newContinuity),
    clocks,
    identity,
    born: false,
    logLimiter: newLogLimiter(),
    topics: new Map(deviceTopicKinds.map((kind) => [deviceTopic(deviceId, kind), kind])),
  };
}
