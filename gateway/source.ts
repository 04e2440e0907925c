/** The device behind one connection, as the pipeline needs it: everything that would be costly to find out for each reading. */

import { type DeviceTopicKind, deviceTopic, deviceTopicKinds, forDeviceTopics } from '../contracts/topics.ts';
import { pseudonym, unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { DeviceClocks } from './core/clocks.ts';
import { type Continuity, newContinuity } from './core/continuity.ts';
import { newQuiet, type Quiet } from './core/quiet.ts';
import { newRemembered, type Remembered } from './core/remembered.ts';
import type { IdentityWatch } from './core/shared-identity.ts';

export type Source = {
  readonly deviceId: string;
  /** What stands for the device in Kafka's keys and in the envelope. */
  readonly pseudonym: string;
  /** The association of its readings while it has no patient. */
  readonly unassigned: string;
  /** Where its claim lies in `sessions`; undefined until it was met there. */
  claim: number | undefined;
  /** The boot that payloads without one are given: this connection's. */
  readonly boot: string;
  /** Their last sequence number, by topic. */
  readonly seqs: Record<DeviceTopicKind, number>;
  /** How the numbers go on that the device gives itself, by topic. */
  readonly numbers: Readonly<Record<DeviceTopicKind, Continuity>>;
  /** What is known of the device's clock; shared by its connections. */
  readonly clocks: DeviceClocks;
  /** Whether two devices use its certificate; shared by its connections. */
  readonly identity: IdentityWatch;
  /** Its birth message has come: the first status of the connection. */
  born: boolean;
  /** For what is logged of its messages: a bad device fills no disk. */
  readonly quiet: Quiet;
  /** The device's own topics. */
  readonly topics: ReadonlyMap<string, DeviceTopicKind>;
};

/**
 * A device that numbers its readings itself is known by its own boot and seq, across connections: a repeat is recognised. One that
 * does not is numbered here, by connection: what it sends again after a lost connection counts as another reading.
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
    quiet: newQuiet(),
    topics: new Map(deviceTopicKinds.map((kind) => [deviceTopic(deviceId, kind), kind])),
  };
}
