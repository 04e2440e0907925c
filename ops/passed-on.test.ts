import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Setting } from '../process/settings.ts';
import { gatewayProcesses } from './gateways.ts';
import {
  manifests,
  passedSettings,
  processNames,
  readStart,
  serverNamesOf,
  withoutComputedSettings,
} from './passed-on.ts';
import { serviceEnv } from './platform/service-env.ts';
import { startSettings, systemAddresses } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-passed-on-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'file');
writeFileSync(file, 'x', { mode: 0o600 });

const { settings } = readStart({});
const addresses = systemAddresses(settings);
const ownNames: string[] = Object.values(startSettings).map(({ env }) => env);
const everySetting = new Map(
  processNames.flatMap((processName) =>
    Object.values(manifests[processName]).map((setting): [string, Setting] => [setting.env, setting]),
  ),
);

const textSamples = [
  '06:00,14:00,22:00',
  'mqtts://broker.example:8883',
  'https://one.example',
  'vigil@hospital.example',
];

/** Returns a valid value of a setting, other than its default. */
function sampleOf(setting: Setting): string {
  switch (setting.kind) {
    case 'integer':
      return String(setting.max - 1);
    case 'switch':
      return setting.fallback === true ? 'off' : 'on';
    case 'choice':
      return setting.choices.find((choice) => choice !== setting.fallback) ?? '';
    case 'file':
    case 'secret':
    case 'secret-file':
      return file;
    case 'list':
      return setting.itemPattern ? 'one.example,*.two.example:8443' : 'https://one.example,https://two.example';
    case 'text':
      return textSamples.find((sample) => setting.pattern?.test(sample)) ?? 'example.org';
  }
}

describe('passedSettings', () => {
  it.each([...everySetting])('%s reaches each process that has the setting, or is refused', (name, setting) => {
    if (ownNames.includes(name)) return;
    const env = { [name]: sampleOf(setting) };
    const { passed, faults } = passedSettings(env, addresses);
    if (faults.length > 0) {
      expect(faults).toEqual([`${name} is set by npm start itself: leave it out`]);
      expect(name).toMatch(/KAFKA|INFLUX|READER|PSEUDONYM|AUDIT_KEY|SHARE_PORT|CLOCK_AHEAD/);
      return;
    }
    const [gateway] = gatewayProcesses(1, settings.metricsPort, env);
    for (const processName of processNames) {
      const hasSetting = Object.values(manifests[processName]).some((entry) => entry.env === name);
      const processEnv: Record<string, string> = {
        ...passed[processName],
        ...(processName === 'gateway' && gateway?.env),
      };
      expect(processEnv[name], `${processName} ${name}`).toBe(hasSetting ? env[name] : undefined);
    }
  });

  it.each(['VIGIL_MQTT_HOST', 'VIGIL_HTTP_HOST', 'VIGIL_MQTT_CONNECTIONS_MAX', 'VIGIL_LIMIT_PROFILES_FILE'])(
    '%s is passed on to exactly one process',
    (name) => {
      const { passed, faults } = passedSettings({ [name]: sampleOf(everySetting.get(name)!) }, addresses);
      expect(faults).toEqual([]);
      expect(processNames.filter((processName) => name in passed[processName])).toHaveLength(1);
    },
  );

  it('an empty setting is not passed on, so that an empty VIGIL_MQTT_CRL_FILE does not turn revocation off', () => {
    expect(passedSettings({ VIGIL_MQTT_CRL_FILE: ' ' }, addresses)).toMatchObject({
      faults: [],
      passed: { gateway: {} },
    });
  });

  it('a setting that npm start computes itself is accepted only if it has the computed value', () => {
    const sameValues = { VIGIL_KAFKA_BROKERS: addresses.kafkaBrokers, VIGIL_INFLUX_URL: addresses.influxUrl };
    expect(passedSettings(sameValues, addresses).faults).toEqual([]);
    expect(passedSettings({ VIGIL_KAFKA_BROKERS: 'other:9092' }, addresses).faults).toHaveLength(1);
  });

  it('a relative path becomes absolute, because the process runs in another folder', () => {
    const { passed } = passedSettings({ VIGIL_LIMIT_PROFILES_FILE: 'package.json' }, addresses);
    expect(passed.alarms.VIGIL_LIMIT_PROFILES_FILE).toBe(resolve('package.json'));
  });
});

describe('readStart', () => {
  it('readStart names every fault of the settings in one error', () => {
    const env = {
      VIGIL_BEDS: 'many',
      VIGIL_MQTT_CONNECTIONS_MAX: '0',
      VIGIL_LIMIT_PROFILES_FILE: join(folder, 'absent'),
      VIGIL_READER_KEY_FILE: file,
      VIGIL_MQTT_CONECTIONS_MAX: '9',
    };
    expect(() => readStart(env)).toThrow(
      'VIGIL_MQTT_CONECTIONS_MAX is not a setting (did you mean VIGIL_MQTT_CONNECTIONS_MAX?)',
    );
    for (const name of Object.keys(env)) expect(() => readStart(env)).toThrow(name);
  });
});

describe('addresses of the servers', () => {
  it('the simulators and the certificates get the gateway’s address, if it is not loopback', () => {
    const { passed } = passedSettings({ VIGIL_MQTT_HOST: '192.0.2.7' }, addresses);
    expect(passed.simulators.VIGIL_MQTT_URL).toBe(`mqtts://192.0.2.7:${addresses.mqttPort}`);
    expect(serverNamesOf(passed)).toEqual(['gateway=192.0.2.7']);
  });

  it('the dashboard’s address becomes its allowed origin, if it is not loopback', () => {
    const { passed } = passedSettings({ VIGIL_HTTP_HOST: '2001:db8::7' }, addresses);
    expect(passed.dashboard.VIGIL_PUBLIC_ORIGIN).toBe(`https://[2001:db8::7]:${addresses.httpPort}`);
    expect(serverNamesOf(passed)).toEqual(['dashboard=2001:db8::7']);
  });

  it.each(['0.0.0.0', '127.0.0.1', '::'])(
    'the address %s changes no other setting, because it includes loopback',
    (host) => {
      const { passed } = passedSettings({ VIGIL_MQTT_HOST: host, VIGIL_HTTP_HOST: host }, addresses);
      expect(passed.simulators).toEqual({});
      expect(passed.dashboard).toEqual({ VIGIL_HTTP_HOST: host });
      expect(serverNamesOf(passed)).toEqual([]);
    },
  );
});

it('withoutComputedSettings keeps only settings that are not an address, a file or the hospital’s own broker', () => {
  const env = {
    VIGIL_MQTT_HOST: '0.0.0.0',
    VIGIL_ACCOUNTS_FILE: file,
    VIGIL_UPSTREAM_URL: 'mqtts://broker.example:8883',
    VIGIL_MQTT_CONNECTIONS_MAX: '77',
  };
  const remaining = withoutComputedSettings(passedSettings(env, addresses).passed, addresses);
  expect(remaining.gateway).toEqual({ VIGIL_MQTT_CONNECTIONS_MAX: '77' });
  for (const processName of processNames)
    for (const name of Object.keys(remaining[processName]))
      expect(serviceEnv(addresses, processName)).not.toHaveProperty(name);
});

it('readStart reports a setting that only Compose reads as unused', () => {
  expect(readStart({ VIGIL_PUBLISH_ADDRESS: '0.0.0.0', VIGIL_BEDS: '1', VIGIL_LAUNCHED_AT_MS: '1' }).unused).toEqual([
    'VIGIL_PUBLISH_ADDRESS',
  ]);
});
