import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Setting } from '../process/settings.ts';
import { gatewayProcesses } from './gateways.ts';
import { houses, manifests, passedOn, readStart, serverNamesOf, withoutPlaces } from './passed-on.ts';
import { serviceEnv } from './platform/service-env.ts';
import { startSettings, whereaboutsOf } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-passed-on-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'file');
writeFileSync(file, 'x', { mode: 0o600 });

const { settings } = readStart({});
const where = whereaboutsOf(settings);
const ownNames: string[] = Object.values(startSettings).map(({ env }) => env);
const everySetting = new Map(
  houses.flatMap((house) =>
    Object.values(manifests[house]).map((setting): [string, Setting] => [setting.env, setting]),
  ),
);

/** A value that the setting takes and that nothing else would give it. */
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
      return 'https://one.example,https://two.example';
    case 'text':
      return setting.pattern?.test('mqtts://broker.example:8883') ? 'mqtts://broker.example:8883' : 'example.org';
  }
}

describe('a setting of a process that npm start runs', () => {
  it.each([...everySetting])('%s reaches each process that has it, or is refused', (name, setting) => {
    if (ownNames.includes(name)) return;
    const env = { [name]: sampleOf(setting) };
    const { passed, faults } = passedOn(env, where);
    if (faults.length > 0) {
      expect(faults).toEqual([`${name} is made by npm start itself: leave it out`]);
      expect(name).toMatch(/KAFKA|INFLUX|READER|PSEUDONYM|AUDIT_KEY|SHARE_PORT|CLOCK_AHEAD/);
      return;
    }
    const [gateway] = gatewayProcesses(1, settings.metricsPort, env);
    for (const house of houses) {
      const has = Object.values(manifests[house]).some((one) => one.env === name);
      const given: Record<string, string> = { ...passed[house], ...(house === 'gateway' && gateway?.env) };
      expect(given[name], `${house} ${name}`).toBe(has ? env[name] : undefined);
    }
  });

  it.each(['VIGIL_MQTT_HOST', 'VIGIL_HTTP_HOST', 'VIGIL_MQTT_CONNECTIONS_MAX', 'VIGIL_LIMIT_PROFILES_FILE'])(
    '%s is passed on, although npm start ignored it once',
    (name) => {
      const { passed, faults } = passedOn({ [name]: sampleOf(everySetting.get(name)!) }, where);
      expect(faults).toEqual([]);
      expect(houses.filter((house) => name in passed[house])).toHaveLength(1);
    },
  );

  it('does not replace a value of npm start if it is empty, so that an empty VIGIL_MQTT_CRL_FILE does not turn revocation off', () => {
    expect(passedOn({ VIGIL_MQTT_CRL_FILE: ' ' }, where)).toMatchObject({ faults: [], passed: { gateway: {} } });
  });

  it('may have the same value as from npm start', () => {
    const same = { VIGIL_KAFKA_BROKERS: where.kafkaBrokers, VIGIL_INFLUX_URL: where.influxUrl };
    expect(passedOn(same, where).faults).toEqual([]);
    expect(passedOn({ VIGIL_KAFKA_BROKERS: 'other:9092' }, where).faults).toHaveLength(1);
  });

  it('becomes a whole path, because the process runs in another folder', () => {
    const { passed } = passedOn({ VIGIL_LIMIT_PROFILES_FILE: 'package.json' }, where);
    expect(passed.alarms.VIGIL_LIMIT_PROFILES_FILE).toBe(resolve('package.json'));
  });

  it('is checked with all others before anything is started', () => {
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

describe('a single listening address', () => {
  it('of the gateway is used by the simulators and is in the certificates', () => {
    const { passed } = passedOn({ VIGIL_MQTT_HOST: '192.0.2.7' }, where);
    expect(passed.simulators.VIGIL_MQTT_URL).toBe(`mqtts://192.0.2.7:${where.mqttPort}`);
    expect(serverNamesOf(passed)).toEqual(['gateway=192.0.2.7']);
  });

  it('of the screens is an allowed origin of the dashboard', () => {
    const { passed } = passedOn({ VIGIL_HTTP_HOST: '2001:db8::7' }, where);
    expect(passed.dashboard.VIGIL_PUBLIC_ORIGIN).toBe(`https://[2001:db8::7]:${where.httpPort}`);
    expect(serverNamesOf(passed)).toEqual(['dashboard=2001:db8::7']);
  });

  it.each(['0.0.0.0', '127.0.0.1', '::'])('%s includes this machine: nothing else changes', (host) => {
    const { passed } = passedOn({ VIGIL_MQTT_HOST: host, VIGIL_HTTP_HOST: host }, where);
    expect(passed.simulators).toEqual({});
    expect(passed.dashboard).toEqual({ VIGIL_HTTP_HOST: host });
    expect(serverNamesOf(passed)).toEqual([]);
  });
});

it('a check keeps the settings that are not a place, a file or a broker upstream', () => {
  const env = {
    VIGIL_MQTT_HOST: '0.0.0.0',
    VIGIL_ACCOUNTS_FILE: file,
    VIGIL_UPSTREAM_URL: 'mqtts://broker.example:8883',
    VIGIL_MQTT_CONNECTIONS_MAX: '77',
  };
  const kept = withoutPlaces(passedOn(env, where).passed, where);
  expect(kept.gateway).toEqual({ VIGIL_MQTT_CONNECTIONS_MAX: '77' });
  for (const house of houses)
    for (const name of Object.keys(kept[house])) expect(serviceEnv(where, house)).not.toHaveProperty(name);
});

it('a setting name of Compose or of the tests is reported as unused', () => {
  expect(readStart({ VIGIL_PUBLISH_ADDRESS: '0.0.0.0', VIGIL_BEDS: '1', VIGIL_LAUNCHED_AT_MS: '1' }).unused).toEqual([
    'VIGIL_PUBLISH_ADDRESS',
  ]);
});
