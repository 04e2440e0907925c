/**
 * The faults of the long fault test. Three series of faults run in parallel: faults of the gateway, of Kafka and of the
 * network. The seed determines kinds and times. In each series a fault ends before the next fault begins; the series do
 * not wait for each other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, KafkaNode } from './cluster.ts';
import type { Relay, RelayFault } from './network.ts';
import { freeze, thaw } from './process.ts';
import { type Random, randomFrom } from './random.ts';
import type { Fleet, Scene } from './scene.ts';

/** Kinds of faults that kill processes, with their labels in the summary. */
export const killLabels = {
  gateway: 'kill -9 of the gateway',
  leader: 'kill -9 of a partition leader',
  broker: 'kill -9 of any broker',
  pair: 'kill -9 of two brokers at the same time',
  controller: 'kill -9 of the controller',
} as const;
/** All other kinds of faults, with their labels in the summary. */
export const otherLabels = {
  gatewayFrozen: 'gateway frozen',
  brokerFrozen: 'broker frozen',
  cutOne: 'a broker cut off from the gateway',
  cutAll: 'all brokers cut off from the gateway',
  silent: 'no more data from a broker, connection open',
  slow: 'a slow network with little bandwidth',
  tornRequest: 'connections to brokers torn',
  tornPacket: 'device connections torn in mid-packet',
  tornDoor: 'device connections torn anywhere',
  shutDoor: 'devices cut off from the gateway',
} as const;
export type Trouble = keyof typeof killLabels | keyof typeof otherLabels;

export type Troubles = {
  count(which: Trouble): number;
  /** Returns the number of processes that SIGKILL ended. */
  killed(): number;
  /** Returns the number of starts of the gateway that failed and were repeated. */
  failedStarts(): number;
  /** Begins no more faults. The current faults still end as planned. */
  stop(): void;
  /**
   * Resolves when enough processes were killed and every fault is over. Rejects if a process could not be started
   * again.
   */
  readonly ended: Promise<void>;
};

type Act = (random: Random) => Promise<void>;

const freezeMsMax = 30_000;
/** Number of new acknowledgements after which readings count as flowing. */
const flowingCount = 20;
const flowsMsMax = 20_000;
const startsMax = 10;

export function startTroubles(scene: Scene, fleet: Fleet, seed: number, killsWanted: number): Troubles {
  const counts = new Map<Trouble, number>();
  let killed = 0;
  let failedStarts = 0;
  const countFault = (which: Trouble) => counts.set(which, (counts.get(which) ?? 0) + 1);
  const kill = async (which: Trouble, ...nodes: readonly (KafkaNode | Scene['gateway'])[]) => {
    await Promise.all(nodes.map((node) => node.kill()));
    killed += nodes.length;
    countFault(which);
  };
  const startGateway = async () => {
    for (let tries = startsMax; ; tries -= 1) {
      try {
        return await scene.gateway.start();
      } catch (error) {
        if (tries === 0) throw error;
        failedStarts += 1;
      }
    }
  };
  let isStopped = false;
  const mayContinue = () => killed < killsWanted && !isStopped;

  async function series(random: Random, pauseMsMax: number, acts: readonly (readonly [number, Act])[]): Promise<void> {
    while (mayContinue()) {
      await sleep(random.between(0, pauseMsMax));
      await random.pick(acts)(random);
    }
  }

  const allSeries = [
    series(randomFrom(seed), 2_500, gatewayActs(scene, fleet, kill, countFault, startGateway)),
    series(randomFrom(seed + 1), 2_500, kafkaActs(scene, fleet, kill, countFault)),
    series(randomFrom(seed + 2), 6_000, networkActs(scene, fleet, countFault)),
  ];
  return {
    count: (which) => counts.get(which) ?? 0,
    killed: () => killed,
    failedStarts: () => failedStarts,
    stop() {
      isStopped = true;
    },
    ended: Promise.all(allSeries).then(() => {}),
  };
}

/** Returns the length of a freeze: usually short, sometimes up to 30 s. */
const freezeMs = (random: Random) => 100 + freezeMsMax * random.next() ** 4;

type Kill = (which: Trouble, ...nodes: readonly (KafkaNode | Scene['gateway'])[]) => Promise<void>;
type CountFault = (which: Trouble) => void;

function gatewayActs(
  scene: Scene,
  fleet: Fleet,
  kill: Kill,
  countFault: CountFault,
  start: () => Promise<void>,
): readonly (readonly [number, Act])[] {
  const { gateway } = scene;
  async function untilFlowing(): Promise<void> {
    const wanted = fleet.acknowledged() + flowingCount;
    for (const endMs = Date.now() + flowsMsMax; fleet.acknowledged() < wanted && Date.now() < endMs; ) await sleep(50);
  }
  return [
    [
      9,
      async (random) => {
        // Most kills come while readings flow. Other kills come when the gateway has only just started.
        if (random.next() < 0.8) await untilFlowing();
        await sleep(random.between(0, 500));
        await kill('gateway', gateway);
        await sleep(random.between(0, 800));
        await start();
      },
    ],
    [
      1,
      async (random) => {
        await freeze(gateway.pid());
        countFault('gatewayFrozen');
        await sleep(freezeMs(random));
        thaw(gateway.pid());
      },
    ],
  ];
}

function kafkaActs(
  scene: Scene,
  fleet: Fleet,
  kill: Kill,
  countFault: CountFault,
): readonly (readonly [number, Act])[] {
  const { cluster } = scene;
  const anyBroker = (random: Random) => random.pick(cluster.brokers.map((broker): [number, Broker] => [1, broker]));
  // If no broker leads a partition of these devices at the moment, chooses any broker.
  const leader = (random: Random) => fleet.leader().catch(() => anyBroker(random));
  const killAll = async (which: Trouble, random: Random, ...nodes: readonly KafkaNode[]) => {
    await kill(which, ...nodes);
    await sleep(random.between(0, 2_000));
    await Promise.all(nodes.map((node) => node.start()));
    await cluster.untilAllInSync();
  };
  return [
    [4, async (random) => killAll('leader', random, await leader(random))],
    [2, (random) => killAll('broker', random, anyBroker(random))],
    [
      1,
      (random) => {
        const spared = anyBroker(random);
        return killAll('pair', random, ...cluster.brokers.filter((broker) => broker !== spared));
      },
    ],
    [1, (random) => killAll('controller', random, cluster.controller)],
    [
      2,
      async (random) => {
        const broker = random.next() < 0.7 ? await leader(random) : anyBroker(random);
        await broker.freeze();
        countFault('brokerFrozen');
        await sleep(freezeMs(random));
        broker.thaw();
        await cluster.untilAllInSync();
      },
    ],
  ];
}

function networkActs(scene: Scene, fleet: Fleet, countFault: CountFault): readonly (readonly [number, Act])[] {
  const { deviceRelay, cluster } = scene;
  const relays = cluster.brokers.map(({ relay }) => relay);
  const oneRelay = (random: Random) => [random.pick(relays.map((relay): [number, Relay] => [1, relay]))];
  const applyFor = async (
    which: Trouble,
    affected: readonly Relay[],
    forMs: number,
    act: (relay: Relay) => Promise<void>,
  ) => {
    await Promise.all(affected.map(act));
    countFault(which);
    await sleep(forMs);
    await Promise.all(affected.map((relay) => relay.removeFaults()));
  };
  const cut = (relay: Relay) => relay.setOpen(false);
  const addFault = (fault: RelayFault) => (relay: Relay) => relay.addFault(fault);
  return [
    [2, (random) => applyFor('cutOne', oneRelay(random), random.between(100, 8_000), cut)],
    [1, (random) => applyFor('cutAll', relays, random.between(100, 5_000), cut)],
    [2, (random) => applyFor('silent', oneRelay(random), random.between(500, 8_000), addFault({ type: 'silence' }))],
    [
      2,
      (random) =>
        applyFor('slow', relays, random.between(1_000, 6_000), async (relay) => {
          await relay.addFault({ type: 'latency', latencyMs: 200, jitterMs: 150 });
          await relay.addFault({ type: 'bandwidth', kbPerS: 60 });
        }),
    ],
    [
      2,
      (random) =>
        applyFor(
          'tornRequest',
          relays,
          2_000,
          addFault({ type: 'tear', afterBytes: Math.round(random.between(2e3, 2e4)) }),
        ),
    ],
    [
      2,
      async () => {
        await Promise.all(fleet.devices.map((device) => device.tearConnection()));
        countFault('tornPacket');
      },
    ],
    [
      2,
      (random) =>
        applyFor(
          'tornDoor',
          [deviceRelay],
          2_000,
          addFault({ type: 'tear', afterBytes: Math.round(random.between(6e3, 2e4)) }),
        ),
    ],
    [1, (random) => applyFor('shutDoor', [deviceRelay], random.between(100, 5_000), cut)],
  ];
}
