/**
 * Which settings in the environment of `npm start` go to which process, and which ones are refused because `npm start` makes them itself.
 */
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { settings as dashboardSettings } from '../dashboard/server/settings.ts';
import { gatewaySettings } from '../gateway/settings.ts';
import { upstreamSettings } from '../gateway/upstream/settings.ts';
import { settingNames, unknownNameFaults } from '../process/setting-names.ts';
import { checkSettings, type Environment, type Manifest, refuse } from '../process/settings.ts';
import { alarmSettings } from '../processors/alarms/settings.ts';
import { canarySettings } from '../processors/canary/settings.ts';
import { settings as trendsSettings } from '../processors/trends/settings.ts';
import { settings as witnessSettings } from '../processors/witness/settings.ts';
import { simulatorSettings } from '../simulators/settings.ts';
import type { House } from './houses.ts';
import { serviceEnv, type Whereabouts } from './platform/service-env.ts';
import { type StartSettings, startSettings, whereaboutsOf } from './settings.ts';

/** The settings of each process. */
export const manifests: Readonly<Record<House, Manifest>> = {
  gateway: gatewaySettings,
  alarms: alarmSettings,
  trends: trendsSettings,
  dashboard: dashboardSettings,
  witness: witnessSettings,
  canary: canarySettings,
  simulators: simulatorSettings,
};
export const houses = Object.keys(manifests) as House[];

/** By process, its settings in addition to those that `npm start` makes. */
export type PassedOn = Readonly<Record<House, Readonly<Record<string, string>>>>;

export const nothingPassedOn: PassedOn = {
  gateway: {},
  alarms: {},
  trends: {},
  dashboard: {},
  witness: {},
  canary: {},
  simulators: {},
};

/**
 * `npm start` runs Kafka and InfluxDB itself and gives each process its own identity, so these settings follow from its own. Another value
 * would have no effect, or would connect one process to another system than the others.
 */
const madeByStart =
  /^VIGIL_(?:KAFKA|INFLUX)_|^VIGIL_(?:READERS_FILE|READER_KEY_FILE|PSEUDONYM_KEY_FILE|AUDIT_KEYS?_FILE)$/;
/** Only `npm start` sets these for a process. They differ for each process or at each start. */
const saidByStart = ['VIGIL_MQTT_SHARE_PORT', 'VIGIL_CLOCK_AHEAD_MS'];

/** The time that `npm start` takes counts from the launcher's start. */
const launchedAt = 'VIGIL_LAUNCHED_AT_MS';

const ownNames: readonly string[] = namesOf(startSettings);
const upstreamNames: readonly string[] = namesOf(upstreamSettings);

export type StartEnvironment = {
  readonly settings: StartSettings;
  readonly passed: PassedOn;
  /** `VIGIL_` names that are set and that no process of `npm start` reads. */
  readonly unused: readonly string[];
};

/**
 * Returns all settings of `npm start`.
 * @throws VigilError `settings-invalid` naming every fault: a bad value of its own or of a process, a setting that it makes itself, a name
 * that no program reads
 */
export function readStart(env: Environment): StartEnvironment {
  const { settings, faults } = checkSettings(startSettings, env);
  const defaults = checkSettings(startSettings, {}).settings;
  const { passed, faults: more } = passedOn(env, whereaboutsOf({ ...defaults, ...settings }));
  refuse([...faults, ...more, ...unknownNameFaults(env)]);
  const read = new Set([...ownNames, launchedAt, ...houses.flatMap((house) => namesOf(manifests[house]))]);
  const unused = settingNames.filter((name) => (env[name] ?? '').trim() !== '' && !read.has(name));
  return { settings, passed, unused };
}

function namesOf(manifest: Manifest): string[] {
  return Object.values(manifest).map(({ env }) => env);
}

/** Returns the settings that `npm start` takes for each process from its environment. `gatewayProcesses` handles the upstream settings. */
export function passedOn(
  env: Environment,
  where: Whereabouts,
): { readonly passed: PassedOn; readonly faults: readonly string[] } {
  const result: Record<House, Record<string, string>> = {
    gateway: {},
    alarms: {},
    trends: {},
    dashboard: {},
    witness: {},
    canary: {},
    simulators: {},
  };
  const faults = new Set<string>();
  for (const house of houses) {
    const given = serviceEnv(where, house);
    const wanted = Object.entries(manifests[house]).filter(
      ([, setting]) => !ownNames.includes(setting.env) && (env[setting.env] ?? '').trim() !== '',
    );
    for (const [, { env: name }] of wanted.filter(([, setting]) => isMadeByStart(setting.env))) {
      if (env[name]?.trim() !== given[name]) faults.add(`${name} is made by npm start itself: leave it out`);
    }
    const taken = wanted.filter(([, setting]) => !isMadeByStart(setting.env));
    for (const fault of checkSettings(Object.fromEntries(taken), env).faults) faults.add(fault);
    for (const [, setting] of taken) {
      if (!upstreamNames.includes(setting.env)) result[house][setting.env] = textOf(setting, env[setting.env] ?? '');
    }
  }
  return { passed: withPlaces(result, where), faults: [...faults] };
}

function isMadeByStart(name: string): boolean {
  return madeByStart.test(name) || saidByStart.includes(name);
}

/** The processes run in Vigil's folder, but a relative path refers to the folder in which `npm start` runs. */
function textOf(setting: Manifest[string], text: string): string {
  return setting.kind === 'file' || setting.kind === 'secret' || setting.kind === 'secret-file'
    ? resolve(text.trim())
    : text.trim();
}

const anyAddress = ['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'];

/** Returns addresses of this machine on which a single server listens. Certificates contain them, and clients use them. */
export function addressesOf({ gateway, dashboard }: PassedOn): string[] {
  return [gateway.VIGIL_MQTT_HOST, dashboard.VIGIL_HTTP_HOST].filter(
    (host) => host !== undefined && !anyAddress.includes(host),
  ) as string[];
}

/** Returns the same as names for certificates: each address belongs to the server that listens on it. */
export function serverNamesOf(passed: PassedOn): string[] {
  return [
    ...addressesOf({ ...passed, dashboard: {} }).map((host) => `gateway=${host}`),
    ...addressesOf({ ...passed, gateway: {} }).map((host) => `dashboard=${host}`),
  ];
}

/** If a server listens on one address only, simulators, the canary and browsers must use that one, unless they are set otherwise. */
function withPlaces(passed: PassedOn, { mqttPort, httpPort }: Whereabouts): PassedOn {
  const [mqttHost] = addressesOf({ ...passed, dashboard: {} });
  const [httpHost] = addressesOf({ ...passed, gateway: {} });
  const url = (host: string) => (isIPv6(host) ? `[${host}]` : host);
  const mqttUrl = mqttHost === undefined ? {} : { VIGIL_MQTT_URL: `mqtts://${url(mqttHost)}:${mqttPort}` };
  return {
    ...passed,
    simulators: { ...mqttUrl, ...passed.simulators },
    canary: { ...mqttUrl, ...passed.canary },
    dashboard: {
      ...(httpHost !== undefined && { VIGIL_PUBLIC_ORIGIN: `https://${url(httpHost)}:${httpPort}` }),
      ...passed.dashboard,
    },
  };
}

/** Removes files, addresses and everything else that `npm start` gives a process: a trial in its own folder can run with the rest. */
export function withoutPlaces(passed: PassedOn, where: Whereabouts): PassedOn {
  const kept = houses.map((house) => {
    const given = serviceEnv(where, house);
    return [house, Object.fromEntries(Object.entries(passed[house]).filter(([name]) => !(name in given)))];
  });
  return Object.fromEntries(kept) as PassedOn;
}
