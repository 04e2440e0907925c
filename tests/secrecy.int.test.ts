import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { contentTypes } from '../contracts/messages/records.ts';
import { addAccount } from './browser.ts';
import { connectDevice } from './device.ts';
import type { TestPlatform } from './platform.ts';
import { filesBelow, findReadable, isLoopback, listeningAddresses } from './scan.ts';
import { admitted, associate, openLogAs, ownPorts, type RunningProcess, startProcess, until } from './system.ts';

const deviceId = 'bed-11';
const period = admitted('Bed-Wyvern', 'Ward-Basilisk', 'Quetzalcoatlus');
const closers: (() => Promise<void>)[] = [];
const processes: RunningProcess[] = [];
let platform: TestPlatform;

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  await associate(platform, operator, deviceId, Date.now(), period);
  addAccount(platform, 'nurse', 'Nora Nurse', 'nurse', [period.ward]);
  for (const name of ['gateway', 'alarms', 'trends', 'dashboard'] as const) {
    const running = await startProcess(platform, name);
    processes.push(running);
    closers.push(running.close);
  }
  const device = await connectDevice(platform, deviceId);
  closers.push(device.close);
  // A heart rate of 147.25 is above the extreme limit, so records about this value are written to every topic.
  for (let n = 0; n < 20; n += 1) await device.observe({ MDC_ECG_HEART_RATE: 147.25 });
  await expect(device.publish('observations', Buffer.from('{"Leviathan":'))).rejects.toThrow('Payload format invalid');
  let alarmEvents = 0;
  const table = await operator.followTable(['alarms'], (read, { key }) => {
    if (key === period.associationId && read?.record.contentType === contentTypes.alarmEvent) alarmEvents += 1;
  });
  closers.push(table.close);
  await until('the breach of the limit has raised an alarm', () => alarmEvents > 0);
}, 180_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Sends a GET without a login. Returns the status, or the error code if the connection is refused. */
function get(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const call = request(url, { ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem')) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message));
    call.end();
  });
}

/**
 * Connects with TLS but without a certificate. Returns `refused` if the server refuses the connection, otherwise `data`
 * or `open`.
 */
function connectWithoutCertificate(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    socket.on('secureConnect', () => socket.write(Buffer.from('10100004d5154540402003c0000', 'hex')));
    socket.on('data', () => resolve('data'));
    socket.on('error', () => resolve('refused'));
    socket.on('close', () => resolve('refused'));
    setTimeout(() => resolve('open'), 15_000).unref();
  });
}

describe('patient data', () => {
  const patient = period.patient!;

  it('no secret text is readable in Kafka’s files, although the scan finds the texts that are not secret', () => {
    const files = filesBelow(join(platform.stateDir, 'kafka')).filter((path) => path.endsWith('.log'));
    const sealedMark = 'eyJhbGciOiJkaXIi';
    expect(findReadable(files, [sealedMark]).length).toBeGreaterThan(0);
    expect(findReadable(files, [period.associationId]).length).toBeGreaterThan(0);
    const secrets = [
      patient.familyName,
      patient.patientId,
      period.ward,
      period.bed,
      'MDC_ECG_HEART_RATE',
      '147.25',
      'Leviathan',
    ];
    expect(findReadable(files, secrets)).toEqual([]);
    expect(findReadable(files, [`"${deviceId}"`, `devices/${deviceId}`])).toEqual([]);
  });

  it('no secret text is in the logs of Vigil’s processes', () => {
    const files = filesBelow(join(platform.stateDir, 'logs'));
    expect(files.length).toBeGreaterThan(0);
    for (const running of processes) expect(running.output()).toContain('"msg":"ready"');
    expect(findReadable(files, [patient.familyName, patient.patientId, '147.25', 'Leviathan'])).toEqual([]);
  });

  it('Vigil’s processes, Kafka and InfluxDB listen only on addresses that other machines cannot reach', () => {
    const pids = [platform.kafkaPid, platform.influxPid, ...processes.map((running) => running.pid())];
    const addresses = pids.flatMap(listeningAddresses);
    expect(addresses.some((address) => address.endsWith(`:${platform.mqttPort}`))).toBe(true);
    expect(addresses.some((address) => address.endsWith(`:${platform.httpPort}`))).toBe(true);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    // InfluxDB's backup service listens on a multicast address, to which nobody can connect
    // (docs/decisions/051-influx-backup-service.md).
    const open = addresses.filter((address) => !isLoopback(address) && !address.startsWith('224.0.0.1:'));
    expect(open).toEqual([]);
  });

  it('no secret text is served without a login', async () => {
    const dashboard = `https://localhost:${platform.httpPort}`;
    for (const path of [
      '/api/session',
      '/api/wards',
      `/api/associations/${period.associationId}`,
      '/api/devices',
      '/api/audit',
    ]) {
      expect([path, await get(dashboard + path)]).toEqual([path, 401]);
    }
    const query = encodeURIComponent('select * from numerics');
    expect(await get(`${platform.influxUrl}/query?db=vigil&q=${query}`)).toBe(401);
    expect(await connectWithoutCertificate(platform.mqttPort)).toBe('refused');
    expect(await connectWithoutCertificate(Number(platform.kafkaBrokers.split(':')[1]))).toBe('refused');
  });
});
