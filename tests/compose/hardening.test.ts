import { describe, expect, it } from 'vitest';
import { brokenRules, type Inspected } from './hardening.ts';

const config: Inspected['Config'] = {
  User: '1000:1000',
  Env: [
    'VIGIL_MQTT_KEY_FILE=/run/vigil/certs/mqtt-server.key',
    'INFLUXDB_HTTP_HTTPS_PRIVATE_KEY=/run/vigil/certs/influxdb.key',
  ],
  Labels: { 'com.docker.compose.service': 'gateway' },
};
const host: Inspected['HostConfig'] = {
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  CapAdd: null,
  SecurityOpt: ['no-new-privileges:true'],
  Privileged: false,
  Memory: 1,
  PidsLimit: 1,
  PortBindings: { '8883/tcp': [{ HostIp: '127.0.0.1' }] },
};
const inside: Inspected['NetworkSettings'] = { Networks: { vigil_log: {}, vigil_bedside: {} } };

describe('brokenRules', () => {
  it('brokenRules reports nothing about a container that keeps all rules', () => {
    expect(brokenRules({ Config: config, HostConfig: host, NetworkSettings: inside })).toEqual([]);
    const noPorts = { ...host, PortBindings: null };
    expect(brokenRules({ Config: config, HostConfig: noPorts, NetworkSettings: { Networks: null } })).toEqual([]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['delivery', ['vigil_log', 'vigil_outside'], []],
    ['delivery', ['vigil_log'], ['delivery has no way out']],
    ['alarms', ['vigil_log', 'vigil_outside'], ['alarms is in the network outside']],
  ])('for the service %s in the networks %j, brokenRules reports %j', (service, networks, faults) => {
    const Labels = { 'com.docker.compose.service': service };
    const NetworkSettings = { Networks: Object.fromEntries(networks.map((network) => [network, {}])) };
    expect(brokenRules({ Config: { ...config, Labels }, HostConfig: host, NetworkSettings })).toEqual(faults);
  });

  it.each<[string, Partial<Inspected['Config']>, Partial<Inspected['HostConfig']>]>([
    ['runs as ""', { User: '' }, {}],
    ['runs as "root"', { User: 'root' }, {}],
    ['runs as "0:0"', { User: '0:0' }, {}],
    ['can write to its root file system', {}, { ReadonlyRootfs: false }],
    ['keeps capabilities', {}, { CapDrop: null }],
    ['keeps capabilities', {}, { CapDrop: ['NET_RAW'] }],
    ['adds capabilities', {}, { CapAdd: ['NET_ADMIN'] }],
    ['may gain privileges', {}, { SecurityOpt: null }],
    ['is privileged', {}, { Privileged: true }],
    ['has no memory limit', {}, { Memory: 0 }],
    ['has no limit of processes', {}, { PidsLimit: null }],
    ['is published beyond 127.0.0.1', {}, { PortBindings: { '8883/tcp': [{ HostIp: '' }] } }],
    ['is published beyond 127.0.0.1', {}, { PortBindings: { '8883/tcp': [{ HostIp: '0.0.0.0' }] } }],
    ['has a secret in its environment', { Env: ['INFLUXDB_ADMIN_PASSWORD=x'] }, {}],
  ])('brokenRules reports a container that %s', (fault, badConfig, badHost) => {
    expect(
      brokenRules({
        Config: { ...config, ...badConfig },
        HostConfig: { ...host, ...badHost },
        NetworkSettings: inside,
      }),
    ).toEqual([`gateway ${fault}`]);
  });
});
