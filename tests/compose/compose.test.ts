import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settings as dashboardSettings } from '../../dashboard/server/settings.ts';
import { gatewaySettings } from '../../gateway/settings.ts';
import { holders, sharesOf } from '../../ops/compose/identities.ts';
import { demoSettings, identitiesSettings, platformSettings } from '../../ops/compose/settings.ts';
import { httpsWithLogin, influxToml, unreachableAddress } from '../../ops/platform/influx-config.ts';
import { brokerProperties, type KafkaConfig } from '../../ops/platform/kafka-config.ts';
import { kafkaNodes, memberOf } from '../../ops/platform/kafka-nodes.ts';
import { packedMemory, serviceEnv } from '../../ops/platform/service-env.ts';
import { ruleSettings, vigilSettings } from '../../ops/rejected/settings.ts';
import type { Manifest } from '../../process/settings.ts';
import { alarmSettings } from '../../processors/alarms/settings.ts';
import { canarySettings } from '../../processors/canary/settings.ts';
import { settings as deliverySettings } from '../../processors/delivery/settings.ts';
import { settings as stripsSettings } from '../../processors/strips/settings.ts';
import { settings as trendsSettings } from '../../processors/trends/settings.ts';
import { settings as witnessSettings } from '../../processors/witness/settings.ts';
import { simulatorSettings } from '../../simulators/settings.ts';

type Mount =
  | string
  | { type: string; source: string; target: string; read_only?: boolean; volume?: { nocopy?: boolean } };
type Service = {
  image: string;
  user: string;
  build?: object;
  read_only: boolean;
  init?: boolean;
  privileged?: boolean;
  cap_drop: string[];
  cap_add?: string[];
  security_opt: string[];
  mem_limit: string;
  pids_limit: number;
  restart: string;
  command: string[];
  networks?: string[];
  network_mode?: string;
  ports?: string[];
  profiles?: string[];
  environment?: Record<string, string | null>;
  env_file?: { path: string; required: boolean }[];
  volumes?: Mount[];
  logging: { options: Record<string, string> };
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
};

const file = join(import.meta.dirname, '..', '..', 'docker-compose.yml');
const text = readFileSync(file, 'utf8');
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  networks: Record<string, { internal?: boolean } | null>;
};
const threeBrokers: typeof compose = parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'ops', 'compose', 'three-brokers.yml'), 'utf8'),
  {
    merge: true,
  },
);
const services = Object.entries(compose.services);
const longRunning = services.filter(([, { restart }]) => restart !== 'no');
const manifests: Record<string, Manifest> = {
  init: identitiesSettings,
  setup: platformSettings,
  demo: demoSettings,
  gateway: gatewaySettings,
  alarms: alarmSettings,
  trends: trendsSettings,
  delivery: deliverySettings,
  strips: stripsSettings,
  dashboard: dashboardSettings,
  witness: witnessSettings,
  canary: canarySettings,
  simulators: simulatorSettings,
  vigil: vigilSettings,
};

/** Replaces `${NAME:-default}` by its default, as Compose does if NAME is not set, and `$$` by a dollar sign. */
function withDefaults(value: string): string {
  let result = value;
  for (let previous = ''; previous !== result; ) {
    previous = result;
    result = result.replace(/(?<!\$)\$\{[A-Z_]+:-([^${}]*)\}/g, '$1');
  }
  return result.replaceAll('$$', '$');
}

/**
 * Returns the environment that a service has if the user sets no variable. Compose leaves out names without a value.
 */
const environment = (name: string) =>
  Object.fromEntries(
    Object.entries(compose.services[name]!.environment ?? {})
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, withDefaults(String(value))]),
  );
/** Returns the names whose values Compose takes from `.env` or from its own environment. */
const namesFromUser = (name: string) =>
  Object.entries(compose.services[name]!.environment ?? {}).flatMap(([key, value]) => (value === null ? [key] : []));

describe('every service of docker-compose.yml', () => {
  it.each(services)(
    'the service %s runs as user 1000, with a read-only file system and without capabilities',
    (_name, service) => {
      expect(service.user).toBe('1000:1000');
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.cap_add).toBeUndefined();
      expect(service.privileged).toBeUndefined();
      expect(service.security_opt).toContain('no-new-privileges:true');
    },
  );

  it.each(services)('the service %s has limits of memory, processes and logs', (_name, service) => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.logging.options).toEqual({ 'max-size': expect.any(String), 'max-file': expect.any(String) });
  });

  it('all services of Vigil use the same image, and only init builds it', () => {
    const vigilServices = services.filter(([, { image }]) => image.includes('VIGIL_IMAGE'));
    expect(vigilServices.map(([name]) => name).sort()).toEqual(
      [
        'accounts',
        'alarms',
        'canary',
        'dashboard',
        'delivery',
        'demo',
        'gateway',
        'init',
        'setup',
        'simulators',
        'strips',
        'trends',
        'vigil',
        'wards',
        'witness',
      ].sort(),
    );
    expect(vigilServices.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['init']);
  });

  it.each(longRunning)(
    'the service %s has a health check without curl or wget, and restarts by itself',
    (_name, service) => {
      const test = service.healthcheck?.test ?? [];
      expect(test[0]).toMatch(/^CMD/);
      expect(test.join(' ')).not.toMatch(/curl|wget/);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  it.each(services)(
    'the service %s publishes ports only on 127.0.0.1 unless VIGIL_PUBLISH_ADDRESS is set',
    (_name, service) => {
      for (const port of service.ports ?? []) {
        expect(port).toMatch(/^\$\{VIGIL_PUBLISH_ADDRESS:-127\.0\.0\.1\}:/);
        expect(withDefaults(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      }
    },
  );

  it.each(services)('the service %s has no secret in its environment, only paths of files', (_name, service) => {
    for (const [key, value] of Object.entries(service.environment ?? {})) {
      if (value !== null && /PASSWORD|SECRET|TOKEN|_KEY(_FILE)?$/.test(key))
        expect(String(value), key).toMatch(/^\/(run\/vigil|etc\/kafka\/secrets)/);
    }
  });

  it.each(services)(
    'the service %s mounts only named volumes, and volumes with an identity only for reading',
    (name, service) => {
      for (const mount of service.volumes ?? []) {
        if (typeof mount === 'string') {
          // Only init mounts in this short form. Its container is created first: a new volume gets its owner from the
          // image of init.
          if (name === 'init') expect(mount).toMatch(/^[a-z-]+:\/state\/[a-z-]+$/);
          else expect(mount).toBe('./ops/compose/kafka-config:/mnt/shared/config:ro');
          continue;
        }
        expect(Object.keys(compose.volumes)).toContain(mount.source);
        expect(mount.volume?.nocopy, `${mount.source} must not take its owner from ${name}`).toBe(true);
        // The operator's volume is writable, because it also holds the patients that the demo has admitted (see
        // init.ts).
        if (mount.source.endsWith('-identity') && mount.source !== 'operator-identity')
          expect(mount.read_only).toBe(true);
        if (mount.source === 'authority') expect(name).toBe('init');
      }
    },
  );
});

describe('the networks', () => {
  it('only the services that need Kafka or InfluxDB are in the networks of these two, and Kafka and InfluxDB publish no port', () => {
    const servicesOn = (network: string) =>
      services.filter(([, { networks }]) => networks?.includes(network)).map(([name]) => name);
    expect(compose.networks.log?.internal).toBe(true);
    expect(compose.networks.trends?.internal).toBe(true);
    expect(servicesOn('trends').sort()).toEqual(['dashboard', 'influxdb', 'setup', 'trends', 'vigil']);
    expect(servicesOn('log')).not.toContain('simulators');
    for (const name of ['kafka', 'influxdb']) expect(compose.services[name]!.ports).toBeUndefined();
  });
});

describe('the way out of the delivery process', () => {
  it('the delivery process has a network with a way out, and no other service is in this network', () => {
    expect(compose.networks).toHaveProperty('outside');
    expect(compose.networks.outside?.internal).not.toBe(true);
    const names = services.filter(([, { networks }]) => networks?.includes('outside')).map(([name]) => name);
    expect(names).toEqual(['delivery']);
    expect(compose.services.delivery!.ports).toBeUndefined();
    const inThreeBrokers = Object.entries(threeBrokers.services).filter(([, { networks }]) =>
      networks?.includes('outside'),
    );
    expect(inThreeBrokers).toEqual([]);
  });

  it('the delivery process can reach Kafka only with its own certificate, and cannot reach InfluxDB', () => {
    expect(compose.services.delivery!.networks).toEqual(['log', 'outside']);
    expect(compose.services.kafka!.networks).toEqual(['log']);
    const { KAFKA_SSL_CLIENT_AUTH: auth, KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: protocols } = environment('kafka');
    expect({ auth, protocols }).toEqual({ auth: 'required', protocols: 'CLIENT:SSL,CONTROLLER:SSL' });
    const own = sharesOf('delivery', []).map(({ to }) => to);
    expect(own.filter((file) => file.endsWith('.key') && file.startsWith('certs/'))).toEqual(['certs/delivery.key']);
    expect(environment('delivery')).toMatchObject({
      VIGIL_KAFKA_CERT_FILE: '/run/vigil/certs/delivery.pem',
      VIGIL_KAFKA_KEY_FILE: '/run/vigil/certs/delivery.key',
    });
  });
});

describe('the settings in docker-compose.yml', () => {
  it.each(Object.entries(manifests))(
    'docker-compose.yml gives %s only settings that it declares, and all settings that it requires',
    (name, manifest) => {
      const passedSettings = environment(name);
      // packedMemory has variables of glibc and Node. A test below compares them with those of `npm start`.
      const allowed = [...Object.values(manifest).map(({ env }) => env), ...Object.keys(packedMemory)];
      expect(Object.keys(passedSettings).filter((key) => !allowed.includes(key))).toEqual([]);
      const required = Object.values(manifest).filter((setting) => !('fallback' in setting));
      expect(required.map(({ env }) => env).filter((env) => !(env in passedSettings))).toEqual([]);
    },
  );

  /** Settings that only `npm start` gives to its processes, or that have no meaning in a container. */
  const notInCompose = ['VIGIL_CLOCK_AHEAD_MS', 'VIGIL_MQTT_SHARE_PORT', 'VIGIL_STATE_DIR'];
  /**
   * Settings that `vigil` reads only if it has no address of Kafka and InfluxDB. docker-compose.yml gives the addresses
   * to `vigil`.
   */
  const insteadOfAddresses = ['VIGIL_INFLUX_PORT', 'VIGIL_KAFKA_COPIES', 'VIGIL_KAFKA_PORT'];
  it.each([
    'gateway',
    'alarms',
    'trends',
    'delivery',
    'strips',
    'dashboard',
    'witness',
    'canary',
    'simulators',
    'vigil',
  ])('the service %s takes from .env each setting that docker-compose.yml does not set', (name) => {
    const unusedSettings = name === 'vigil' ? insteadOfAddresses : [];
    if (name === 'vigil')
      expect(Object.keys(environment(name))).toEqual(
        expect.arrayContaining(['VIGIL_KAFKA_BROKERS', 'VIGIL_INFLUX_URL']),
      );
    const fixed = [...Object.keys(environment(name)), ...notInCompose, ...unusedSettings];
    const names = [...Object.values(manifests[name]!).map(({ env }) => env), ...(name === 'vigil' ? ruleSettings : [])];
    expect(namesFromUser(name).sort()).toEqual(names.filter((env) => !fixed.includes(env)).sort());
  });

  it('init reads the whole file .env before all other services, so that a name that no program reads stops the start', () => {
    expect(compose.services.init!.env_file).toEqual([{ path: '.env', required: false }]);
    const waitsForInit = (name: string): boolean => {
      const dependencies = Object.keys(compose.services[name]!.depends_on ?? {});
      return dependencies.includes('init') || dependencies.some(waitsForInit);
    };
    expect(services.map(([name]) => name).filter((name) => name !== 'init' && !waitsForInit(name))).toEqual([]);
  });

  const addresses = {
    stateDir: '/run/vigil',
    kafkaBrokers: 'kafka:9092',
    influxUrl: 'https://influxdb:8086',
    mqttPort: 8883,
    metricsPort: 9464,
    alarmsMetricsPort: 9460,
    canaryMetricsPort: 9461,
    dashboardMetricsPort: 9462,
    trendsMetricsPort: 9463,
    witnessMetricsPort: 9459,
    deliveryMetricsPort: 9458,
    stripsMetricsPort: 9457,
    httpPort: 8443,
  };
  it.each([
    'gateway',
    'alarms',
    'trends',
    'delivery',
    'strips',
    'dashboard',
    'witness',
    'canary',
    'simulators',
  ] as const)(
    'docker-compose.yml gives %s the same settings as `npm start`, except addresses and files that differ in a container',
    (name) => {
      const differs: Record<string, string> = {
        VIGIL_MQTT_HOST: '0.0.0.0',
        VIGIL_HTTP_HOST: '0.0.0.0',
        VIGIL_MQTT_URL: 'mqtts://gateway:8883',
        VIGIL_ACCOUNTS_FILE: '/run/vigil-accounts/secrets/accounts.json',
        VIGIL_WARDS_FILE: `${name === 'delivery' ? '/run/vigil-delivery' : '/run/vigil-accounts/secrets'}/wards.json`,
        VIGIL_AUDIT_ANCHORS_FILE: '/run/vigil-audit/anchors.ndjson',
        VIGIL_ALARMS_MEMBER_FILE: '/run/vigil-alarms/member',
        VIGIL_DELIVERY_MEMBER_FILE: '/run/vigil-delivery/member',
      };
      const { PATH: _path, VIGIL_STATE_DIR: _state, ...expected } = serviceEnv(addresses, name);
      for (const key of Object.keys(expected)) expected[key] = differs[key] ?? expected[key]!;
      expect(environment(name)).toEqual(expected);
    },
  );

  it.each(['gateway', 'alarms', 'trends', 'delivery', 'strips', 'dashboard', 'witness', 'canary'] as const)(
    'init gives the service %s every file that its settings name',
    (name) => {
      const files = new Set(sharesOf(name, []).map(({ to }) => `/run/vigil/${to}`));
      const filesOfOtherVolumes = [
        'VIGIL_ALARMS_MEMBER_FILE',
        'VIGIL_DELIVERY_MEMBER_FILE',
        'VIGIL_ACCOUNTS_FILE',
        'VIGIL_WARDS_FILE',
        'VIGIL_AUDIT_ANCHORS_FILE',
      ];
      const fileSettings = Object.entries(environment(name)).filter(
        ([key]) => key.endsWith('_FILE') && !filesOfOtherVolumes.includes(key),
      );
      expect(fileSettings.filter(([, path]) => !files.has(path))).toEqual([]);
    },
  );

  it('each service with an identity has a volume that init fills, and the image has a folder for each volume', () => {
    const filled = compose.services.init!.volumes!.map((mount) => String(mount).split(':')[0]!);
    const dockerfile = readFileSync(join(file, '..', 'Dockerfile'), 'utf8');
    for (const holder of holders) {
      expect(filled).toContain(`${holder}-identity`);
      expect(dockerfile).toMatch(new RegExp(`for name in [^;]*\\b${holder}\\b`));
    }
    expect(Object.keys(compose.volumes).sort()).toEqual([...filled].sort());
  });

  it('only the witness can write the anchors of the audit trail, and it has no key to decrypt records', () => {
    const mounts = services.flatMap(([name, { volumes = [] }]) =>
      volumes.flatMap((mount) =>
        typeof mount !== 'string' && mount.source === 'audit-anchors' ? [[name, mount.read_only ?? false]] : [],
      ),
    );
    expect(mounts.sort()).toEqual([
      ['dashboard', true],
      ['vigil', true],
      ['witness', false],
    ]);
    expect(sharesOf('witness', []).filter(({ to }) => /reader|pseudonym|session/.test(to))).toEqual([]);
  });

  it('no service gets the private key of an authority, or the reader key or signing key of another service', () => {
    for (const holder of holders) {
      const files = sharesOf(holder, ['bed-01']).flatMap(({ from }) => from);
      expect(files).not.toContain('certs/ca.key');
      expect(files).not.toContain('certs/device-ca.key');
      expect(files.filter((name) => name.includes('reader-') && name !== `secrets/reader-${holder}.jwk`)).toEqual([]);
      expect(files.filter((name) => /audit-.*jwk/.test(name) && name !== `secrets/audit-${holder}.jwk`)).toEqual([]);
    }
  });
});

const broker = {
  port: 9092,
  controllerPort: 9093,
  dataDir: '/var/lib/kafka/data',
  keystoreFile: '/etc/kafka/secrets/certs/broker.pem',
  caFile: '/etc/kafka/secrets/certs/ca.pem',
  superUsers: ['kafka', 'admin'],
};

/** Returns the properties of a broker as the environment variables that the image reads. */
const inContainer = (config: KafkaConfig) =>
  Object.fromEntries(
    brokerProperties(config)
      .trim()
      .split('\n')
      .map((line) => [
        `KAFKA_${line.slice(0, line.indexOf('=')).replaceAll('.', '_').toUpperCase()}`,
        line.slice(line.indexOf('=') + 1),
      ]),
  );

describe('Kafka and InfluxDB in docker-compose.yml', () => {
  it('Kafka in docker-compose.yml has the properties of the broker that `npm start` runs', () => {
    const expected = inContainer(broker);
    const { CLUSTER_ID: _id, EXTRA_ARGS: _args, KAFKA_HEAP_OPTS: _heap, ...properties } = environment('kafka');
    expect(properties).toEqual({
      ...expected,
      KAFKA_LISTENERS: 'CLIENT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
      KAFKA_ADVERTISED_LISTENERS: 'CLIENT://kafka:9092',
    });
  });

  it('the three brokers in three-brokers.yml have the properties of the three brokers that `npm start` runs', () => {
    const settings = { kafkaCopies: '3', kafkaPort: 9092, kafkaControllerPort: 9093 };
    for (const [index, name] of ['kafka', 'kafka-2', 'kafka-3'].entries()) {
      const node = kafkaNodes(settings)[index]!;
      const member = memberOf(settings, node, 'the-cluster');
      const expected = inContainer({ ...broker, member });
      const {
        CLUSTER_ID: _id,
        EXTRA_ARGS: _args,
        KAFKA_HEAP_OPTS: heap,
        ...properties
      } = {
        ...environment('kafka'),
        ...threeBrokers.services[name]!.environment,
      };
      expect(heap).toBe(`-Xms128m -Xmx${member?.heapMb}m`);
      expect(properties).toEqual({
        ...expected,
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@kafka:9093,2@kafka-2:9093,3@kafka-3:9093',
        KAFKA_LISTENERS: 'CLIENT://0.0.0.0:9092,CONTROLLER://0.0.0.0:9093',
        KAFKA_ADVERTISED_LISTENERS: `CLIENT://${name}:9092`,
      });
    }
  });

  it('every client of Kafka gets the same list of brokers', () => {
    expect(text.match(/(?<!CLIENT:\/\/)kafka:9092/g)).toHaveLength(1);
    const list = 'kafka:9092,kafka-2:9092,kafka-3:9092';
    const clients = services.filter(([, { environment: env }]) => env?.VIGIL_KAFKA_BROKERS !== undefined);
    expect(clients.length).toBeGreaterThan(5);
    for (const [name] of clients)
      expect(threeBrokers.services[name]?.environment?.VIGIL_KAFKA_BROKERS, name).toBe(list);
    for (const name of ['init', 'setup']) {
      expect(environment(name).VIGIL_KAFKA_COPIES).toBe('1');
      expect(threeBrokers.services[name]?.environment?.VIGIL_KAFKA_COPIES).toBe('3');
    }
  });

  it('each of the three brokers and the single broker has a separate volume', () => {
    const dataOf = (service: Service) =>
      service.volumes?.flatMap((mount) =>
        typeof mount !== 'string' && mount.target === '/var/lib/kafka/data' ? [mount.source] : [],
      );
    const names = ['kafka', 'kafka-2', 'kafka-3'].map((name) => dataOf(threeBrokers.services[name]!)?.join());
    expect([...names, dataOf(compose.services.kafka!)?.join()]).toEqual([
      ...Object.keys(threeBrokers.volumes),
      'kafka-data',
    ]);
    const dockerfile = readFileSync(join(file, '..', 'Dockerfile'), 'utf8');
    for (const name of Object.keys(threeBrokers.volumes)) {
      expect(threeBrokers.services.init!.volumes).toContain(`${name}:/state/${name}`);
      expect(dockerfile).toMatch(new RegExp(`for name in [^;]*\\b${name}\\b`));
    }
  });

  it('InfluxDB in docker-compose.yml has the configuration of the InfluxDB that `npm start` runs', () => {
    const config = {
      home: '/var/lib/influxdb',
      backupAddress: unreachableAddress,
      http: httpsWithLogin(8086, '/run/vigil/certs/influxdb.pem', '/run/vigil/certs/influxdb.key'),
    };
    const expected: Record<string, string> = {};
    let section = '';
    for (const line of influxToml(config).split('\n')) {
      // The sections for other listeners are off by default and have no environment variables.
      section = /^\[+([a-z_-]+)\]+$/.exec(line)?.[1] ?? section;
      const [, key, value] = /^\s*([a-z-]+) = (.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined || ['graphite', 'collectd', 'opentsdb', 'udp'].includes(section))
        continue;
      const name = ['INFLUXDB', section, key]
        .filter((part) => part !== '')
        .join('_')
        .replaceAll('-', '_')
        .toUpperCase();
      expected[name] = value.replaceAll('"', '');
    }
    expect(environment('influxdb')).toEqual(expected);
  });
});
